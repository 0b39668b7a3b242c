"""The tables of the money, subject by subject."""

from hoshou.plugins.debits.models import (
    claims,
    failures,
    handoffs,
    ledger,
    mandates,
    refunds,
    remittances,
    runs,
    settlements,
)

__all__ = ["claims", "failures", "handoffs", "ledger", "mandates", "refunds", "remittances", "runs", "settlements"]
