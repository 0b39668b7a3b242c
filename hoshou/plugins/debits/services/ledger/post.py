"""Where the ledger is told what happened."""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.plugins.debits.rules.events import Event


def post(session: Session, clock: Clock, event: Event) -> None:
    """Book an event as one balanced entry, in the caller's transaction.

    Raises Refused when the event's key was booked before.
    """
