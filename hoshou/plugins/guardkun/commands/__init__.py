"""The terminal's way to the scheme."""
