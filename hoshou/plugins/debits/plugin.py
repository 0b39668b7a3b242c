"""Mandates, debit runs, the collection agent's files, and the ledger."""

NAME = "debits"
VERSION = "1.0.0"
REQUIRES = ("guardkun",)
