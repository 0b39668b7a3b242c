"""Old login attempts are removed; the audit log keeps what happened."""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import delete
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.plugins.orderer.models import OrdererAttempt

KEPT = timedelta(days=7)


def forget_attempts(session: Session, clock: Clock) -> int:
    """Remove attempts that expired a week ago; returns how many."""
    statement = delete(OrdererAttempt).where(OrdererAttempt.expires_at < clock.now() - KEPT)
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
