"""Backup and restore: the database and the files that it names, in one folder; never the master key (P-020, F16)."""
