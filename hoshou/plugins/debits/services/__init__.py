"""The use cases of the money, one a module."""
