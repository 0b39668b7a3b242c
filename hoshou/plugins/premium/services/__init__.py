"""The use cases of rate tables, one a module."""
