"""Hoshou: surety bond viewing and a group liability scheme on one plugin platform."""

__version__ = "0.1.0"
