"""Batches that are killed while a job works on them: laid, run, killed at steps and at random."""

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from flask import current_app

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.services import book, issue
from hoshou.plugins.guardkun.services.batches import open_batch, start_batch
from tests.conftest import THOROUGH
from tests.faults.crew import Hand, Place, Worker
from tests.plugins.guardkun.documents.wording import add_wording
from tests.plugins.guardkun.ground import lay_ground
from tests.plugins.guardkun.many import add_many
from tests.plugins.guardkun.way import CLERK

ROWS, CHUNK = 48, 6
RANDOM_KILLS = 25 if THOROUGH else 1
LATEST_SECONDS = 0.5
AT = jst(2026, 5, 1, 9)
START = date(2026, 6, 1)
LEAD = Subject(1, "幹事", "lead@example.jp", frozenset({Role.LEAD_OFFICE.value}))

Prepare = Callable[[], None]
"""Done in the worker before its job runs: where it shall die, how much it takes at a time."""


def lay_batch(rows: int) -> int:
    """So many enrolments that stand ready, and their started batch."""
    clock = FixedClock(AT)
    with unit_of_work() as session:
        ground = lay_ground(session)
        add_wording(session, ground.year_id)
        add_many(session, ground, rows)
        batch = open_batch(session, clock, CLERK, LEAD, ground.year_id, START, 1)
        start_batch(session, clock, CLERK, LEAD, batch.id)
        return batch.id


def in_small_chunks() -> None:
    book.CHUNK = issue.CHUNK = CHUNK


def working(_hand: Hand, job: str, number: int, *preparations: Prepare) -> dict[str, Any]:
    """One run of the job, to be killed at a step or by the test."""
    for prepare in preparations:
        prepare()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    outcome = run_job(app, all_jobs(app)[job], AT + timedelta(seconds=20 * number))
    return {"state": outcome.state.value, **outcome.result}


def run_to_the_end(
    place: Place,
    job: str,
    steps: Mapping[str, Prepare],
    always: tuple[Prepare, ...],
    findings: Callable[[], list[str]],
    seed: int,
) -> None:
    """Kill a run at each step and at random, then let one live; nothing may ever be found."""
    chance = random.Random(seed)
    worker = Worker(place)
    for number, step in enumerate([*steps, *[""] * RANDOM_KILLS]):
        worker.ready()
        if step:
            worker.ask(working, job, number, *always, steps[step])
            with pytest.raises((EOFError, ConnectionResetError)):
                worker.answer()
        else:
            worker.ask(working, job, number, *always)
            worker.process.join(chance.uniform(0.02, LATEST_SECONDS))
        worker.kill()
        worker = Worker(place)
        assert findings() == [], step
    worker.ready()
    worker.ask(working, job, 9999, *always)
    [answer] = worker.answer()
    assert (answer.error, answer.value["state"]) == ("", "done"), answer.words
    worker.leave()
    assert findings() == []
    db.session.rollback()
