"""Invented rates, marked as such: for trying the system out until real ones are imported (D-21)."""

from pathlib import Path

SAMPLE_NAME = "sample_rates.csv"
SAMPLE_FILE = Path(__file__).parent / SAMPLE_NAME
"""A file as the import takes it, so it serves as its form too."""
