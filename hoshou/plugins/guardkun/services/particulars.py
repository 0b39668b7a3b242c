"""What is true of an enrolled member, and what was known of it when (B-091, Q12)."""

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor
from hoshou.plugins.guardkun.models.members import Particulars
from hoshou.plugins.guardkun.rules.particulars import PARTICULARS_LABELS, MemberFacts

APPLICATION = "application"
CHANGE = "change"
IMPORT = "import"


def particulars_on(session: Session, unit_id: int, day: date, known_at: datetime) -> Particulars | None:
    """What was true of the unit on ``day``, as known at ``known_at``; None when nothing was."""
    return session.scalars(
        select(Particulars)
        .where(Particulars.unit_id == unit_id, Particulars.true_from <= day, Particulars.known_at <= known_at)
        .order_by(Particulars.true_from.desc(), Particulars.known_at.desc(), Particulars.id.desc())
        .limit(1)
    ).first()


def facts_of(row: Particulars) -> MemberFacts:
    """The row's content without its times."""
    return MemberFacts(**{name: getattr(row, name) for name in PARTICULARS_LABELS})


def record_particulars(
    session: Session, clock: Clock, actor: Actor, unit_id: int, facts: MemberFacts, true_from: date, source: str
) -> None:
    """Add what is true from a day on, unless just that is known already. Rows are never changed."""
    now = clock.now()
    known = particulars_on(session, unit_id, true_from, now)
    if known is None or facts_of(known) != facts:
        session.add(
            Particulars(
                unit_id=unit_id,
                true_from=true_from,
                known_at=now,
                source=source,
                recorded_by=actor.name[:200],
                **asdict(facts),
            )
        )
        session.flush()


def reported_since(session: Session, unit_id: int, known_at: datetime) -> list[Particulars]:
    """The changes reported after ``known_at``, oldest first: what a renewal has to take over (B-091, D-29)."""
    return list(
        session.scalars(
            select(Particulars)
            .where(Particulars.unit_id == unit_id, Particulars.source == CHANGE, Particulars.known_at > known_at)
            .order_by(Particulars.true_from, Particulars.known_at, Particulars.id)
        )
    )


def particulars_history(session: Session, unit_id: int) -> list[Particulars]:
    """Every row of the unit, newest knowledge first."""
    return list(
        session.scalars(
            select(Particulars)
            .where(Particulars.unit_id == unit_id)
            .order_by(Particulars.known_at.desc(), Particulars.id.desc())
        )
    )
