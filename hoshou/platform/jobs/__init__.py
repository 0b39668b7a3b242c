"""Scheduled jobs: what runs when, the record of each run, and the one effect per due instant."""
