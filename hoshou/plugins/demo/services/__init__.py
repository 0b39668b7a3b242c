"""Seeding of the demo, and its mail server with the box that it fills."""
