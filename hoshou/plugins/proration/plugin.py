"""Months of cover, pro rata and instalments."""

NAME = "proration"
VERSION = "1.0.0"
REQUIRES: tuple[str, ...] = ()
