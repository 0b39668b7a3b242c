"""A booking that is killed again and again: none missing, none twice (B-057, F5)."""

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from hoshou.base.clock import FixedClock
from hoshou.platform import audit
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import db, unit_of_work
from hoshou.plugins.guardkun.models.batches import BookingBatch, NumberSeries
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.services import book
from tests.faults.batches import AT, ROWS, Prepare, in_small_chunks, lay_batch, run_to_the_end, working
from tests.faults.crew import Hand, Place, Worker, die_at_call, die_at_commit

JOB = "guardkun.booking"


def die_with_numbers_taken() -> None:
    die_at_call(book, "_policy_numbers", 2, after=True)


def die_in_half_a_chunk() -> None:
    die_at_call(book, "_book", 10)


def die_before_the_instalments() -> None:
    die_at_call(book, "_freeze_instalments", 2)


def die_before_the_commit() -> None:
    die_at_call(audit, "_append", 2, after=True)


def die_after_a_commit() -> None:
    die_at_commit("after_commit", 4)


def die_before_the_end() -> None:
    die_at_call(book, "_finish", 1)


STEPS: dict[str, Prepare] = {
    "numbers taken, nothing booked": die_with_numbers_taken,
    "half a chunk booked": die_in_half_a_chunk,
    "booked without instalments": die_before_the_instalments,
    "a chunk not committed": die_before_the_commit,
    "after some commit": die_after_a_commit,
    "all booked, batch not closed": die_before_the_end,
}


def losing_one(_hand: Hand) -> None:
    """The planted fault: one instalment of a booked enrolment is gone."""
    with unit_of_work() as session:
        session.execute(delete(Instalment).where(Instalment.enrolment_id == 1, Instalment.number == 12))


def findings() -> list[str]:
    """What must never be, however often a booking is killed."""
    db.session.rollback()
    wrong = []
    rows = db.session.execute(select(Enrolment.id, Enrolment.stage, Enrolment.policy_number)).all()
    numbers = sorted(row.policy_number for row in rows if row.policy_number is not None)
    if numbers != [f"G26{number:08d}" for number in range(1, len(numbers) + 1)]:
        wrong.append("policy numbers have a gap or a double")
    last = db.session.scalar(select(NumberSeries.last).where(NumberSeries.name == "policy/2026")) or 0
    if last != len(numbers):
        wrong.append("the series and the booked enrolments differ")
    counts = dict(
        db.session.execute(select(Instalment.enrolment_id, func.count()).group_by(Instalment.enrolment_id))
        .tuples()
        .all()
    )
    for row in rows:
        expected = 0 if row.stage == Stage.AT_LEAD else 12
        if counts.get(row.id, 0) != expected:
            wrong.append(f"enrolment {row.id} has {counts.get(row.id, 0)} instalments")
    noted = db.session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == "guardkun.book")).all()
    if sorted(map(int, noted)) != sorted(row.id for row in rows if row.stage != Stage.AT_LEAD):
        wrong.append("what is booked and its records differ")
    return wrong + [str(problem) for problem in audit.verify(db.session(), audit.audit_key())]


@pytest.mark.slow
@pytest.mark.req("F5", "B-057", "B-059")
def test_a_booking_killed_anywhere_is_taken_up_and_ends_complete(place: Place, checker: Flask, seed: int) -> None:
    at_work = Place(place.url, place.folder, FixedClock(AT))
    batch = lay_batch(ROWS)
    run_to_the_end(at_work, JOB, STEPS, (in_small_chunks,), findings, seed)
    stages = dict(
        db.session.execute(select(Enrolment.stage, func.count()).group_by(Enrolment.stage)).tuples().all()
    )
    assert stages == {"booked": ROWS}
    assert db.session.scalar(select(func.count()).select_from(Instalment)) == 12 * ROWS
    assert db.session.get_one(BookingBatch, batch).booked_at is not None


@pytest.mark.slow
@pytest.mark.req("F5")
def test_a_lost_instalment_would_be_found(place: Place, checker: Flask) -> None:
    lay_batch(2)
    worker = Worker(Place(place.url, place.folder, FixedClock(AT))).ready()
    worker.ask(working, JOB, 1)
    worker.answer()
    assert findings() == []
    worker.ask(losing_one)
    worker.answer()
    worker.kill()
    assert findings() == ["enrolment 1 has 11 instalments"]
