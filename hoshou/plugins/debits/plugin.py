"""Mandates, debit runs, the collection agent's files, and the ledger."""

from hoshou.plugins.debits import models  # noqa: F401 - the tables

NAME = "debits"
VERSION = "1.0.0"
REQUIRES = ("guardkun",)
