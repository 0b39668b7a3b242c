"""Staff screens of the scheme, one subject a module."""
