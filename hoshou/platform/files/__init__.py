"""Stored files: encrypted content on disk, one row in the database for each."""
