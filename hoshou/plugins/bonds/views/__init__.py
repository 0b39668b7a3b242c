"""Staff screens of policies, one subject a module."""
