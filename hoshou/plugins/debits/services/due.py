"""The ledger learns what has fallen due: each instalment once."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.bulk import add_new_rows
from hoshou.plugins.debits.models.settlements import DueInstalment
from hoshou.plugins.debits.rules.events import LevyDue, Part
from hoshou.plugins.debits.services.ledger.post import post_all
from hoshou.plugins.debits.services.work import UnitOfWork
from hoshou.plugins.guardkun.models.enrolments import Instalment

CHUNK = 1000
PART = (Instalment.id, Instalment.enrolment_id, Instalment.premium, Instalment.maintenance_fee)


def part_of(instalment: Any) -> Part:
    """The instalment, or a row with the columns of ``PART``, as events tell it."""
    return Part(instalment.id, instalment.enrolment_id, instalment.premium, instalment.maintenance_fee)


def tell_due(session: Session, clock: Clock, dues: Mapping[Part, date]) -> None:
    """Tell the ledger of those that it doesn't know yet, each with the day on which it falls due."""
    if not dues:
        return
    parts = {part.instalment_id: part for part in dues}
    told_at = clock.now()
    rows = [{"instalment_id": key, "on": dues[parts[key]], "told_at": told_at} for key in sorted(parts)]
    new = add_new_rows(session, DueInstalment.instalment_id, rows)
    post_all(session, clock, [LevyDue(parts[key], dues[parts[key]]) for key in new])


def tell_all_due(unit_of_work: UnitOfWork, clock: Clock, today: date) -> int:
    """Everything that has fallen due up to today; returns how many instalments were new."""
    place = tuple_(Instalment.due_on, Instalment.enrolment_id, Instalment.id)
    known = select(DueInstalment.instalment_id).where(DueInstalment.instalment_id == Instalment.id)
    count, after = 0, (date.min, 0, 0)
    while True:
        with unit_of_work() as session:
            found = session.execute(
                select(*PART, Instalment.due_on)
                .where(
                    Instalment.due_on.between(after[0], today),
                    place > after,
                    Instalment.cancelled_at.is_(None),
                    ~known.exists(),
                )
                .order_by(Instalment.due_on, Instalment.enrolment_id, Instalment.id)
                .limit(CHUNK)
            ).all()
            tell_due(session, clock, {part_of(row): row.due_on for row in found})
        count += len(found)
        if len(found) < CHUNK:
            return count
        last = found[-1]
        after = last.due_on, last.enrolment_id, last.id
