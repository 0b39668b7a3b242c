"""The tables of the money, subject by subject."""

from hoshou.plugins.debits.models import claims, handoffs, ledger, remittances

__all__ = ["claims", "handoffs", "ledger", "remittances"]
