"""計上: a started batch is booked line by line in chunks (⑦, B-044, B-057, B-059, D-41, F5).

Each chunk is one transaction. Killed anywhere, the next run takes the lines that still wait: what is committed is
never repeated, what isn't left no policy number, since the series goes back with the transaction.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.plugins.guardkun.models.batches import BookingBatch, BookingLine, LineState
from hoshou.plugins.guardkun.models.enrolments import Defect, Enrolment, Instalment, Quote
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.guardkun.rules.stages import Stage, Step
from hoshou.plugins.guardkun.services.batches import BATCH, due_day, leave_out, progress_of, take_in
from hoshou.plugins.guardkun.services.numbers import take_numbers
from hoshou.plugins.guardkun.services.progress import advance, hold_all, hold_year

CHUNK = 50
RELEASED = "本登録の解除または取下げのため"
DEFECTIVE = "計上の開始後に不備が見つかったため"
"""Kept in the line as data, like the reasons that staff write."""

UnitOfWork = Callable[[], AbstractContextManager[Session]]
Tell = Callable[[int, int], None]


def started_batches(session: Session) -> Sequence[int]:
    """The batches that a person started and that aren't booked to their end, oldest first."""
    return session.scalars(
        select(BookingBatch.id)
        .where(BookingBatch.started_at.is_not(None), BookingBatch.booked_at.is_(None))
        .order_by(BookingBatch.id)
    ).all()


def book_batch(unit_of_work: UnitOfWork, clock: Clock, actor: Actor, batch_id: int, tell: Tell) -> int:
    """Book what waits in the batch; returns how many enrolments this call booked."""
    count = 0
    while True:
        with unit_of_work() as session:
            booked = _book_chunk(session, clock, actor, batch_id)
        if booked is None:
            with unit_of_work() as session:
                if _finish(session, clock, actor, batch_id):
                    return count
            continue
        count += booked
        with unit_of_work() as session:
            progress = progress_of(session, batch_id)
        tell(progress.total - progress.waiting, progress.total)


def _book_chunk(session: Session, clock: Clock, actor: Actor, batch_id: int) -> int | None:
    """Book the next lines; None when none waits."""
    lines = session.scalars(
        select(BookingLine)
        .where(BookingLine.batch_id == batch_id, BookingLine.state == LineState.WAITING.value)
        .order_by(BookingLine.id)
        .limit(CHUNK)
        .with_for_update(of=BookingLine)
        .execution_options(populate_existing=True)
    ).all()
    if not lines:
        return None
    batch = session.get_one(BookingBatch, batch_id)
    year = session.get_one(SchemeYear, batch.scheme_year_id)
    enrolments = hold_all(session, [line.enrolment_id for line in lines])
    defective = set(
        session.scalars(
            select(Defect.enrolment_id).where(Defect.enrolment_id.in_(enrolments), Defect.resolved_at.is_(None))
        )
    )
    ready: list[tuple[BookingLine, Enrolment]] = []
    for line in lines:
        enrolment = enrolments[line.enrolment_id]
        if enrolment.current_stage is not Stage.AT_LEAD or enrolment.arrived_at is None:
            leave_out(session, clock, actor, batch, line, RELEASED)
        elif enrolment.id in defective:
            leave_out(session, clock, actor, batch, line, DEFECTIVE)
        else:
            ready.append((line, enrolment))
    numbers = _policy_numbers(session, year, len(ready))
    for (line, enrolment), number in zip(ready, numbers, strict=True):
        _book(session, clock, actor, batch, enrolment, number, due_day(batch, year))
        line.state = LineState.BOOKED.value
    _freeze_instalments(session, [enrolment.id for _line, enrolment in ready])
    return len(ready)


def _policy_numbers(session: Session, year: SchemeYear, count: int) -> list[str]:
    """The next free numbers of the year's pattern (D-41)."""
    found: list[str] = []
    while len(found) < count:
        candidates = [
            year.policy_number_pattern.format(number=number)
            for number in take_numbers(session, f"policy/{year.year}", count - len(found))
        ]
        taken = set(
            session.scalars(select(Enrolment.policy_number).where(Enrolment.policy_number.in_(candidates)))
        )
        found += [candidate for candidate in candidates if candidate not in taken]
    return found


def _book(
    session: Session,
    clock: Clock,
    actor: Actor,
    batch: BookingBatch,
    enrolment: Enrolment,
    policy_number: str,
    due: date,
) -> None:
    """Give the policy number."""
    changes = {
        "booked_at": clock.now(),
        "policy_number": policy_number,
        "closing": batch.closing,
        "certificate_due": due,
    }
    advance(session, clock, actor, enrolment, Step.BOOK, changes, number=policy_number, batch=batch.id)


def _freeze_instalments(session: Session, enrolment_ids: Sequence[int]) -> None:
    """Write the instalments as the quotes have them."""
    results = session.execute(
        select(Enrolment.id, Quote.result)
        .join(Quote, Enrolment.quote_id == Quote.id)
        .where(Enrolment.id.in_(enrolment_ids))
        .order_by(Enrolment.id)
    )
    rows = [
        {
            "enrolment_id": enrolment_id,
            "number": number,
            "due_on": date.fromisoformat(part["date"]),
            "premium": part["premium"],
            "maintenance_fee": part["maintenance_fee"],
            "levy": part["levy"],
        }
        for enrolment_id, result in results
        for number, part in enumerate(json.loads(result)["instalments"], start=1)
    ]
    if rows:
        session.execute(insert(Instalment), rows)


def _finish(session: Session, clock: Clock, actor: Actor, batch_id: int) -> bool:
    """Close the batch, unless an arrival was noted meanwhile that belongs into it."""
    batch = session.get_one(BookingBatch, batch_id)
    hold_year(session, batch.scheme_year_id)
    session.refresh(batch)
    if batch.booked_at is not None:
        return True
    if take_in(session, batch) or progress_of(session, batch_id).waiting:
        return False
    batch.booked_at = clock.now()
    audit.record(
        session,
        clock,
        actor,
        "guardkun.batch_booked",
        BATCH,
        batch_id,
        lines=progress_of(session, batch_id).booked,
    )
    return True
