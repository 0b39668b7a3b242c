"""Counters that guard secrets, kept in the database (P-017, D-11, A3 to A5).

A slot is reserved, and committed, before the secret is looked at: tries made at the same moment
count each on its own. Without a database there is no slot, hence no try.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, case, delete, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from hoshou.base.clock import Clock
from hoshou.base.errors import TooManyTries
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import Entity, Instant


class ThrottleCounter(Entity):
    """The tries made under one key since ``since``."""

    __tablename__ = "platform_throttle"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    since: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(Integer)


@dataclass(frozen=True)
class Limit:
    """At most ``tries`` in ``window`` for one ``key``."""

    key: str
    tries: int
    window: timedelta


def reserve(session: Session, clock: Clock, *limits: Limit) -> None:
    """Take one slot of each limit, in the given order.

    Stops at the first that is exhausted, so a narrow limit (one subnet's) shields the wider one
    (everybody's). Raises TooManyTries with the minutes to wait. The caller commits before it looks
    at the secret.
    """
    now = clock.now()
    for limit in limits:
        counter = _count(session, limit, now)
        if counter.tries > limit.tries:
            wait = counter.since + limit.window - now
            raise TooManyTries(
                "too_many_tries",
                N_("試行回数が上限に達しました。%(minutes)d分後にもう一度お試しください。"),
                minutes=max(1, -(-int(wait.total_seconds()) // 60)),
            )


def _count(session: Session, limit: Limit, now: datetime) -> Any:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    expired = ThrottleCounter.since <= now - limit.window
    statement = insert(ThrottleCounter).values(key=limit.key, since=now, tries=1)
    # Inside a CASE the column's type isn't inferred; without it SQLite would keep Japanese time for UTC.
    present = literal(now, Instant())
    upsert = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "tries": case((expired, 1), else_=ThrottleCounter.tries + 1),
            # The last slot starts the window anew: the lock lasts its full length.
            "since": case(
                (expired, present),
                (ThrottleCounter.tries + 1 == limit.tries, present),
                else_=ThrottleCounter.since,
            ),
        },
    ).returning(ThrottleCounter.since, ThrottleCounter.tries)
    return session.execute(upsert).one()


def release(session: Session, *limits: Limit) -> None:
    """Give the slots back after a success: only wrong tries count.

    In the order in which they are taken, so that the two never wait for each other (F13).
    """
    for limit in limits:
        session.execute(
            update(ThrottleCounter)
            .where(ThrottleCounter.key == limit.key, ThrottleCounter.tries > 0)
            .values(tries=ThrottleCounter.tries - 1)
            .execution_options(synchronize_session=False)
        )


def tries_left(session: Session, clock: Clock, limit: Limit) -> int:
    """How many tries remain, for a message; never for a decision."""
    row = session.execute(
        select(ThrottleCounter.tries).where(
            ThrottleCounter.key == limit.key, ThrottleCounter.since > clock.now() - limit.window
        )
    ).scalar()
    return max(0, limit.tries - (row or 0))


def forget_old(session: Session, clock: Clock, older_than: timedelta) -> int:
    """Remove counters that no window reaches any more; returns how many."""
    result = session.execute(delete(ThrottleCounter).where(ThrottleCounter.since < clock.now() - older_than))
    return int(result.rowcount)  # type: ignore[attr-defined]
