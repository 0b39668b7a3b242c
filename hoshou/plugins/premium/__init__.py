"""Rate tables and the premium calculator."""
