"""However many build a month at once, and wherever they are killed: one run, and one file to the byte (B2, F4, F7)."""

import os
import signal
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock
from hoshou.platform import audit
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.store import FileStore
from hoshou.plugins.debits.models.runs import DebitFile, DebitLine, DebitLinePart, DebitRun
from hoshou.plugins.debits.rules.runs import RunState
from hoshou.plugins.debits.services import building, planning, sealing
from hoshou.plugins.debits.services.runs import discard
from hoshou.plugins.debits.zengin.entries import DebitLine as FileLine
from hoshou.plugins.debits.zengin.entries import DebitSet, Header
from hoshou.plugins.debits.zengin.writer import write_file
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.changes import Ending
from hoshou.plugins.guardkun.services.endings import end_cover
from tests.conftest import THOROUGH
from tests.faults.crew import Hand, Place, crew, die_at_call, die_at_commit, mortal, wait_until_stopped
from tests.plugins.debits.ground import (
    AUGUST,
    LEAD,
    LEAD_ACTOR,
    LEVY,
    at,
    build_run,
    lay_month,
    release_run,
    request_bytes,
    seal_run,
)

MEMBERS = 24
CHUNK = 5
ROUNDS = 100 if THOROUGH else 5


@pytest.fixture
def august(place: Place) -> Place:
    """The same place on 3 August 2026."""
    return Place(place.url, place.folder, FixedClock(at(2026, 8, 3)))


def expected(run_id: int) -> bytes:
    """The file by hand: each enrolment once, by the first debit's new code."""
    header = Header("1234567890", "ｹｲﾋﾞ ﾎｹﾝ", "0812", "0005", "ﾐﾂﾋﾞｼUFJ", "001", "ﾎﾝﾃﾝ", "1", "0012345")
    lines = [
        FileLine(
            "0001", "ﾐｽﾞﾎ", "240", "ｼﾝｼﾞﾕｸ", "1", f"{number:07d}", "ｶ)ｻﾝﾌﾟﾙ", LEVY, "1",
            f"2608{run_id:06d}{number:010d}",
        )
        for number in range(1, MEMBERS + 1)
    ]  # fmt: skip
    out = BytesIO()
    write_file(out, [DebitSet(header, lines)])
    return out.getvalue()


def findings() -> list[str]:
    """What must never be, whatever was killed."""
    db.session.rollback()
    wrong = []
    runs = db.session.scalars(select(DebitRun).where(DebitRun.state != RunState.DISCARDED)).all()
    if len(runs) > 1:
        wrong.append(f"{len(runs)} runs")
    twice = db.session.execute(
        select(DebitLinePart.instalment_id)
        .where(DebitLinePart.is_open)
        .group_by(DebitLinePart.instalment_id)
        .having(func.count() > 1)
    ).all()
    if twice:
        wrong.append(f"{len(twice)} instalments are debited twice")
    for run in runs:
        lines = db.session.scalars(
            select(DebitLine.enrolment_id).where(DebitLine.run_id == run.id).order_by(DebitLine.enrolment_id)
        ).all()
        if list(lines) != list(range(1, len(lines) + 1)):
            wrong.append("enrolments are left out in the middle")
        files = db.session.scalars(select(DebitFile).where(DebitFile.run_id == run.id)).all()
        if (run.state == RunState.SEALED) != (len(files) == 1):
            wrong.append(f"a run in state {run.state} has {len(files)} files")
        if files and (files[0].amount != len(lines) * LEVY or len(lines) != MEMBERS):
            wrong.append("the file doesn't sum to the lines")
    return wrong + [str(problem) for problem in audit.verify(db.session(), audit.audit_key())]


def building_at_once(hand: Hand) -> int:
    planning.CHUNK = CHUNK
    hand.wait()
    return build_run(AUGUST)


def sealing_at_once(hand: Hand, run_id: int) -> None:
    hand.wait()
    seal_run(run_id)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.req("B2", "F7", "F12", "B-067")
def test_eight_who_build_the_same_month_at_once_make_one_run(place: Place, august: Place, checker: Flask) -> None:
    lay_month(MEMBERS)
    with crew(august, processes=8, threads=1) as workers:
        for number in range(1, ROUNDS + 1):
            built = workers.together(building_at_once)
            assert [(result.error, result.words) for result in built] == [("", "")] * 8
            [run_id] = {result.value for result in built}
            assert findings() == []
            assert db.session.get_one(DebitRun, run_id).state == RunState.BUILT
            if number < ROUNDS:
                give_up(run_id)
        sealed = workers.together(sealing_at_once, run_id)
        assert {result.error for result in sealed} == {""}
    assert findings() == []
    assert db.session.scalars(select(DebitFile.amount)).all() == [MEMBERS * LEVY]
    # What the losers wrote has no row, and the sweep removes it.
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 1


def give_up(run_id: int) -> None:
    """So that the month can be built again."""
    clock = FixedClock(at(2026, 8, 3))
    transact(lambda session: discard(session, clock, LEAD_ACTOR, LEAD, run_id, "次の回のため"))


def ending(hand: Hand, number: int) -> int:
    """The first hand ends an enrolment while the others build."""
    if hand.number:
        return building_at_once(hand)
    hand.wait()

    def work(session: Session) -> None:
        enrolment = session.get_one(Enrolment, number)
        end_cover(session, platform().clock, LEAD_ACTOR, enrolment, Ending.WITHDRAWN, date(2026, 7, 1))

    transact(work)
    return 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.req("B9", "B2", "D-36")
def test_an_ending_that_races_with_the_build_comes_before_or_after_it(
    place: Place, august: Place, checker: Flask
) -> None:
    """Each enrolment that ends meanwhile is in the run as it was, or not in it; none is in the file."""
    lay_month(MEMBERS)
    rounds = min(ROUNDS, MEMBERS - 1)
    with crew(august, processes=4, threads=1) as workers:
        for number in range(1, rounds + 1):
            answers = workers.together(ending, number)
            assert {answer.error for answer in answers} == {""}
            [run_id] = {answer.value for answer in answers[1:]}
            db.session.rollback()
            held = db.session.scalars(select(DebitLine.enrolment_id).where(DebitLine.run_id == run_id)).all()
            ended = set(db.session.scalars(select(Enrolment.id).where(Enrolment.ended_on.is_not(None))))
            assert ended == set(range(1, number + 1))
            assert sorted({*held} - {number}) == list(range(number + 1, MEMBERS + 1))
            if number < rounds:
                give_up(run_id)
        sealed = workers.together(sealing_at_once, run_id)
        assert {result.error for result in sealed} == {""}
    db.session.rollback()
    assert db.session.scalars(select(DebitFile.line_count)).all() == [MEMBERS - rounds]


def stopping(_hand: Hand) -> int:
    """Build, and stand still after the second chunk as a machine does that lost its power for a while."""
    planning.CHUNK = CHUNK
    seen = 0

    @event.listens_for(db.session, "after_commit")
    def on_commit(*_arguments: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == 3:
            os.kill(os.getpid(), signal.SIGSTOP)

    return build_run(AUGUST)


@pytest.mark.slow
@pytest.mark.req("F7", "B2")
def test_who_wakes_up_after_the_others_have_finished_changes_nothing(
    place: Place, august: Place, checker: Flask
) -> None:
    lay_month(MEMBERS)
    with mortal(august) as sleeper, mortal(august) as other:
        asleep = sleeper.ask(stopping)
        wait_until_stopped(asleep)
        other.ask(making_the_file, "")
        done = other.answer()
        assert done is not None
        assert (done.error, done.words) == ("", "")
        digest = db.session.scalars(select(DebitFile.sha256)).one()
        os.kill(asleep, signal.SIGCONT)
        woken = sleeper.answer()
        assert woken is not None
        assert (woken.error, woken.value) == ("", 1)
    assert findings() == []
    assert db.session.scalars(select(DebitFile.sha256)).all() == [digest]


STEPS: dict[str, Callable[[], None]] = {
    "run opened, not committed": lambda: die_at_call(building, "begin_run", 1, after=True),
    "second chunk not committed": lambda: die_at_call(building, "_store", 2, after=True),
    "after some chunk's commit": lambda: die_at_commit("after_commit", 3),
    "last state not committed": lambda: die_at_call(building, "_finish", 1, after=True),
    "lines fixed, no file": lambda: die_at_call(sealing, "pieces_of", 1),
    "file written, not stored": lambda: die_at_call(FileStore, "put", 1),
    "file stored, no row": lambda: die_at_call(FileStore, "put", 1, after=True),
    "row not committed": lambda: die_at_call(sealing, "keep", 1, after=True),
}


def making_the_file(_hand: Hand, step: str) -> None:
    planning.CHUNK, sealing.CHUNK = CHUNK, CHUNK
    if step:
        STEPS[step]()
    run_id = build_run(AUGUST)
    seal_run(run_id)


@pytest.mark.slow
@pytest.mark.req("F4", "B2", "B4")
def test_a_run_killed_anywhere_ends_in_the_same_file(place: Place, august: Place, checker: Flask) -> None:
    lay_month(MEMBERS)
    with mortal(august) as worker:
        for step in STEPS:
            worker.ask(making_the_file, step)
            assert worker.answer() is None
            assert findings() == [], step
        worker.ask(making_the_file, "")
        survived = worker.answer()
        assert survived is not None
        assert (survived.error, survived.words) == ("", "")
    assert findings() == []
    [run_id] = db.session.scalars(select(DebitRun.id)).all()
    with august.app().app_context():
        release_run(run_id)
        assert request_bytes(run_id) == expected(run_id)
        [piece] = sealing.pieces_of(unit_of_work, run_id)
        assert sealing.file_bytes(unit_of_work, platform().keys, run_id, piece) == expected(run_id)
        db.session.remove()
        db.engine.dispose()
