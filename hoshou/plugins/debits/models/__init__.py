"""The tables of the money, subject by subject."""

from hoshou.plugins.debits.models import failures, mandates, runs, settlements

__all__ = ["failures", "mandates", "runs", "settlements"]
