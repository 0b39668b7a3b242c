"""A booking and an issue of certificates that are killed again and again: none missing, none twice (B-057, F5)."""

import os
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import delete, func, select

from hoshou.base.clock import FixedClock, jst
from hoshou.platform import audit
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.store import FileStore
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.batches import BookingBatch, NumberSeries
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.rules.printed import PrintedEnrolment
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.services import book, issue
from hoshou.plugins.guardkun.services.batches import open_batch, start_batch
from hoshou.plugins.guardkun.services.issue import start_issue
from tests.faults.crew import Hand, Place, Worker, die_at_call, die_at_commit
from tests.plugins.guardkun.ground import add_enrolment, lay_ground
from tests.plugins.guardkun.way import CLERK

ROWS = int(os.environ.get("HOSHOU_TEST_ENROLMENTS", "60"))
CHUNK = 6
RANDOM_KILLS = 3
LATEST_SECONDS = 0.4
AT = jst(2026, 5, 1, 9)
START = date(2026, 6, 1)
LEAD = Subject(1, "幹事", "lead@example.jp", frozenset({Role.LEAD_OFFICE.value}))
BOOKING_STEPS: dict[str, Callable[[], None]] = {
    "numbers taken, nothing booked": lambda: die_at_call(book, "_policy_numbers", 2, after=True),
    "half a chunk booked": lambda: die_at_call(book, "_book", 10),
    "a chunk not committed": lambda: die_at_call(audit, "_append", 3, after=True),
    "after some commit": lambda: die_at_commit("after_commit", 8),
    "all booked, batch not closed": lambda: die_at_call(book, "_finish", 1),
}
ISSUE_STEPS: dict[str, Callable[[], None]] = {
    "stored, not noted": lambda: die_at_call(FileStore, "put", 3, after=True),
    "noted, not committed": lambda: die_at_call(issue, "keep_all", 3, after=True),
    "after some commit": lambda: die_at_commit("after_commit", 30),
}


def working(_hand: Hand, job: str, at: int, steps: str, step: str) -> dict[str, Any]:
    """One run of the job, to be killed at the step or by the test."""
    if step:
        {"booking": BOOKING_STEPS, "issue": ISSUE_STEPS}[steps][step]()
    book.CHUNK = CHUNK
    issue.CHUNK = CHUNK
    issue.print_certificate = _print
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    outcome = run_job(app, all_jobs(app)[job], AT + timedelta(seconds=20 * at))
    return {"state": outcome.state.value, **outcome.result}


def _print(facts: PrintedEnrolment, _issued_on: date) -> bytes:
    return facts.policy_number.encode()


def losing_one(_hand: Hand) -> None:
    """The planted fault: one instalment of a booked enrolment is gone."""
    with unit_of_work() as session:
        session.execute(delete(Instalment).where(Instalment.enrolment_id == 1, Instalment.number == 12))


def lay_rows(rows: int) -> int:
    """So many enrolments that stand ready, and their started batch."""
    with unit_of_work() as session:
        ground = lay_ground(session)
        for number in range(1, rows + 1):
            row = add_enrolment(session, ground, number, stage=Stage.AT_LEAD)
            row.closing = 1
        session.flush()
        clock = FixedClock(AT)
        batch = open_batch(session, clock, CLERK, LEAD, ground.year_id, START, 1)
        start_batch(session, clock, CLERK, LEAD, batch.id)
        return batch.id


def findings() -> list[str]:
    """What must never be, however often a booking is killed."""
    db.session.rollback()
    wrong = []
    numbers = db.session.scalars(
        select(Enrolment.policy_number)
        .where(Enrolment.policy_number.is_not(None))
        .order_by(Enrolment.policy_number)
    ).all()
    if list(numbers) != [f"G26{number:08d}" for number in range(1, len(numbers) + 1)]:
        wrong.append("policy numbers have a gap or a double")
    last = db.session.scalar(select(NumberSeries.last).where(NumberSeries.name == "policy/2026")) or 0
    if last != len(numbers):
        wrong.append("the series and the booked enrolments differ")
    counts = dict(
        db.session.execute(select(Instalment.enrolment_id, func.count()).group_by(Instalment.enrolment_id))
        .tuples()
        .all()
    )
    for enrolment in db.session.scalars(select(Enrolment)):
        expected = 0 if enrolment.stage == Stage.AT_LEAD else 12
        if counts.get(enrolment.id, 0) != expected:
            wrong.append(f"enrolment {enrolment.id} has {counts.get(enrolment.id, 0)} instalments")
    for action, stages in (("guardkun.book", ("booked", "certified")), ("guardkun.certify", ("certified",))):
        noted = db.session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == action)).all()
        there = db.session.scalars(select(Enrolment.id).where(Enrolment.stage.in_(stages))).all()
        if sorted(map(int, noted)) != sorted(there):
            wrong.append(f"{action} and its records differ")
    return wrong + [str(problem) for problem in audit.verify(db.session(), audit.audit_key())]


def run_to_the_end(place: Place, job: str, steps: str, known: dict[str, Callable[[], None]], seed: int) -> None:
    """Kill a run at each step and at random, then let one live."""
    chance = random.Random(seed)
    for number, step in enumerate([*known, *[""] * RANDOM_KILLS]):
        worker = Worker(place).ready()
        worker.ask(working, job, number, steps, step)
        if step:
            with pytest.raises((EOFError, ConnectionResetError)):
                worker.answer()
        else:
            worker.process.join(chance.uniform(0.02, LATEST_SECONDS))
        worker.kill()
        assert findings() == []
    survivor = Worker(place).ready()
    survivor.ask(working, job, 99, steps, "")
    [answer] = survivor.answer()
    assert (answer.error, answer.value["state"]) == ("", "done"), answer.words
    survivor.leave()
    assert findings() == []


@pytest.mark.slow
@pytest.mark.req("F5", "B-057", "B-059", "B-061")
def test_a_booking_killed_anywhere_is_taken_up_and_ends_complete(place: Place, checker: Flask, seed: int) -> None:
    at_work = Place(place.url, place.folder, FixedClock(AT))
    batch = lay_rows(ROWS)
    run_to_the_end(at_work, "guardkun.booking", "booking", BOOKING_STEPS, seed)
    stages = dict(
        db.session.execute(select(Enrolment.stage, func.count()).group_by(Enrolment.stage)).tuples().all()
    )
    assert stages == {"booked": ROWS}
    assert db.session.scalar(select(func.count()).select_from(Instalment)) == 12 * ROWS
    assert db.session.get_one(BookingBatch, batch).booked_at is not None
    db.session.rollback()
    with unit_of_work() as session:
        start_issue(session, platform().clock, CLERK, LEAD, batch)
    run_to_the_end(at_work, "guardkun.certificates", "issue", ISSUE_STEPS, seed)
    assert db.session.get_one(BookingBatch, batch).certified_at is not None
    rows = db.session.scalars(select(Enrolment)).all()
    contents = {
        platform()
        .files.read(db.session.get_one(StoredFile, row.certificate_file_id).blob)
        .decode(): row.policy_number
        for row in rows
    }
    assert len(contents) == ROWS
    assert all(content == number for content, number in contents.items())
    assert len(list((Path(place.folder) / "files").rglob("*"))) >= ROWS


@pytest.mark.slow
@pytest.mark.req("F5")
def test_a_lost_instalment_would_be_found(place: Place, checker: Flask) -> None:
    at_work = Place(place.url, place.folder, FixedClock(AT))
    lay_rows(2)
    worker = Worker(at_work).ready()
    worker.ask(working, "guardkun.booking", 1, "", "")
    worker.answer()
    assert findings() == []
    worker.ask(losing_one)
    worker.answer()
    worker.kill()
    assert findings() == ["enrolment 1 has 11 instalments"]
