"""The ledger learns what has fallen due: each instalment once."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.plugins.debits.models.settlements import DueInstalment
from hoshou.plugins.debits.rules.events import LevyDue, Part
from hoshou.plugins.debits.services.ledger.post import post_all
from hoshou.plugins.debits.services.work import UnitOfWork
from hoshou.plugins.guardkun.models.enrolments import Instalment

CHUNK = 500


def part_of(instalment: Instalment) -> Part:
    """The instalment as events tell it."""
    return Part(instalment.id, instalment.enrolment_id, instalment.premium, instalment.maintenance_fee)


def tell_due(session: Session, clock: Clock, instalments: Iterable[Instalment], on: date | None = None) -> None:
    """Tell the ledger of those that it doesn't know yet; ``on`` is the day, else each one's debit day."""
    wanted = {instalment.id: instalment for instalment in instalments}
    if not wanted:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        {"instalment_id": key, "on": on or instalment.due_on, "told_at": clock.now()}
        for key, instalment in sorted(wanted.items())
    ]
    statement = insert(DueInstalment).values(rows).on_conflict_do_nothing(index_elements=["instalment_id"])
    new = session.scalars(statement.returning(DueInstalment.instalment_id)).all()
    post_all(session, clock, [LevyDue(part_of(wanted[key]), on or wanted[key].due_on) for key in sorted(new)])


def tell_all_due(unit_of_work: UnitOfWork, clock: Clock, today: date) -> int:
    """Everything that has fallen due up to today; returns how many instalments were new."""
    count = 0
    while True:
        with unit_of_work() as session:
            known = select(DueInstalment.instalment_id).where(DueInstalment.instalment_id == Instalment.id)
            found = session.scalars(
                select(Instalment)
                .where(Instalment.due_on <= today, Instalment.cancelled_at.is_(None), ~known.exists())
                .order_by(Instalment.due_on, Instalment.enrolment_id)
                .limit(CHUNK)
            ).all()
            tell_due(session, clock, found)
        count += len(found)
        if len(found) < CHUNK:
            return count
