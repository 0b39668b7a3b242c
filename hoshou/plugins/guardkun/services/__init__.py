"""The use cases of the scheme, one a module."""
