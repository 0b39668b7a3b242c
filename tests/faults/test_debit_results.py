"""A result taken twenty times at once, or killed in the middle, has its effect once and whole (B5, F6, F12)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock
from hoshou.platform import audit
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.plugins.debits.models.failures import FailureTask, Standing
from hoshou.plugins.debits.models.ledger import LedgerEntry
from hoshou.plugins.debits.models.runs import DebitLine, DebitResult
from hoshou.plugins.debits.models.settlements import Settlement
from hoshou.plugins.debits.services import posting, settling
from hoshou.plugins.debits.services.posting import post_result, unfinished
from tests.faults.crew import Hand, Place, crew, die_at_call, die_at_commit, mortal
from tests.plugins.debits.ground import (
    AUGUST,
    GROUP_ACTOR,
    at,
    lay_month,
    no_progress,
    request_bytes,
    result_bytes,
    sent,
    take,
)

MEMBERS = 30
FAILED = dict.fromkeys(range(3, MEMBERS + 1, 3), "1")
CHUNK = 4


def counted(table: type, *which: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(*which)) or 0


def effects() -> dict[str, int]:
    """Everything that the result does, counted."""
    db.session.rollback()
    return {
        "results": counted(DebitResult),
        "paid": counted(DebitLine, DebitLine.state == "paid"),
        "failed": counted(DebitLine, DebitLine.state == "failed"),
        "settled": counted(Settlement),
        "standing": counted(Standing, Standing.failures == 1),
        "tasks": counted(FailureTask),
        "collected": counted(LedgerEntry, LedgerEntry.key.startswith("collected:")),
    }


WHOLE = {
    "results": 1, "paid": 20, "failed": 10, "settled": 20, "standing": 10, "tasks": 10, "collected": 20,
}  # fmt: skip


def findings() -> list[str]:
    """What must never be: a line whose outcome and effects differ."""
    found = effects()
    wrong = []
    if not found["paid"] == found["settled"] == found["collected"]:
        wrong.append(f"paid, settled and booked differ: {found}")
    if not found["failed"] == found["standing"] == found["tasks"]:
        wrong.append(f"failed, counted and told differ: {found}")
    return wrong + [str(problem) for problem in audit.verify(db.session(), audit.audit_key())]


def begin(place: Place) -> bytes:
    """A released run; its answer, with every third debit failed."""
    with Place(place.url, place.folder, FixedClock(at(2026, 8, 3))).app().app_context():
        lay_month(MEMBERS)
        answer = result_bytes(request_bytes(sent(AUGUST)), FAILED)
        db.session.remove()
        db.engine.dispose()
    return answer


def taking(hand: Hand, data: bytes) -> int:
    posting.CHUNK = CHUNK
    hand.wait()
    return take(1, data)


@pytest.mark.slow
@pytest.mark.req("B5", "F12")
def test_twenty_who_import_the_same_result_apply_it_once(place: Place, checker: Flask) -> None:
    data = begin(place)
    later = Place(place.url, place.folder, FixedClock(at(2026, 8, 20)))
    with crew(later, processes=4, threads=5) as workers:
        answers = workers.together(taking, data)
    assert [(answer.error, answer.words) for answer in answers] == [("", "")] * 20
    assert {answer.value for answer in answers} == {1}
    assert effects() == WHOLE
    assert findings() == []


STEPS: dict[str, Callable[[], None]] = {
    "accepted, not committed": lambda: die_at_commit("before_commit", 1),
    "accepted, nothing posted": lambda: die_at_commit("after_commit", 1),
    "in the first chunk": lambda: die_at_call(settling, "post_all", 1, after=True),
    "first chunk not committed": lambda: die_at_call(posting, "_apply", 1),
    "some chunk committed": lambda: die_at_commit("after_commit", 5),
}


def importing(_hand: Hand, data: bytes, step: str) -> int:
    posting.CHUNK = CHUNK
    if step:
        STEPS[step]()
    return take(1, data)


@pytest.mark.slow
@pytest.mark.req("F6", "B5")
def test_an_import_killed_anywhere_is_completed_by_the_next(place: Place, checker: Flask) -> None:
    data = begin(place)
    with mortal(Place(place.url, place.folder, FixedClock(at(2026, 8, 20)))) as worker:
        for step in STEPS:
            worker.ask(importing, data, step)
            assert worker.answer() is None
            assert findings() == [], step
        worker.ask(importing, data, "")
        survived = worker.answer()
        assert survived is not None
        assert (survived.error, survived.words) == ("", "")
    assert effects() == WHOLE
    assert unfinished(db.session()) == []


@pytest.mark.slow
@pytest.mark.req("F6")
def test_the_job_completes_what_was_cut_off(place: Place, checker: Flask) -> None:
    data = begin(place)
    later = Place(place.url, place.folder, FixedClock(at(2026, 8, 20)))
    with mortal(later) as worker:
        worker.ask(importing, data, "some chunk committed")
        assert worker.answer() is None
    with later.app().app_context():
        here = platform()
        [left] = unfinished(db.session())
        post_result(unit_of_work, here.clock, here.keys, here.files, GROUP_ACTOR, left, no_progress)
        db.session.remove()
        db.engine.dispose()
    assert effects() == WHOLE
