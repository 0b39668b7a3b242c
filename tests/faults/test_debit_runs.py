"""However many build a month at once, and wherever they are killed: one run, and one file to the byte (B2, F4, F7)."""

import random
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from hoshou.base.clock import FixedClock
from hoshou.platform import audit
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.store import FileStore
from hoshou.plugins.debits.models.runs import DebitFile, DebitLine, DebitLinePart, DebitRun
from hoshou.plugins.debits.rules.runs import RunState
from hoshou.plugins.debits.services import building, planning, sealing
from hoshou.plugins.debits.zengin.entries import DebitLine as FileLine
from hoshou.plugins.debits.zengin.entries import DebitSet, Header
from hoshou.plugins.debits.zengin.writer import write_file
from tests.faults.crew import Hand, Place, Worker, crew, die
from tests.plugins.debits.ground import (
    AUGUST,
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
RANDOM_KILLS = 1
LATEST_SECONDS = 0.3


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
    runs = db.session.scalars(select(DebitRun)).all()
    if len(runs) > 1:
        wrong.append(f"{len(runs)} runs")
    twice = db.session.execute(
        select(DebitLinePart.instalment_id).group_by(DebitLinePart.instalment_id).having(func.count() > 1)
    ).all()
    if twice:
        wrong.append(f"{len(twice)} instalments are debited twice")
    for run in runs:
        lines = db.session.scalars(select(DebitLine.enrolment_id).order_by(DebitLine.enrolment_id)).all()
        if list(lines) != list(range(1, len(lines) + 1)):
            wrong.append("enrolments are left out in the middle")
        files = db.session.scalars(select(DebitFile)).all()
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
@pytest.mark.req("B2", "F7", "F12", "B-067")
def test_eight_who_build_the_same_month_at_once_make_one_run(place: Place, august: Place, checker: Flask) -> None:
    lay_month(MEMBERS)
    with crew(august, processes=8, threads=1) as workers:
        built = workers.together(building_at_once)
        assert [(result.error, result.words) for result in built] == [("", "")] * 8
        assert {result.value for result in built} == {1}
        assert findings() == []
        assert db.session.get_one(DebitRun, 1).state == RunState.BUILT
        sealed = workers.together(sealing_at_once, 1)
        assert {result.error for result in sealed} == {""}
    assert findings() == []
    assert db.session.scalars(select(DebitFile.sha256)).all() != []
    # What the losers wrote has no row, and the sweep removes it.
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 1


def _die_at_call(owner: Any, name: str, number: int, *, after: bool = False) -> None:
    real: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and not after:
            die()
        result = real(*arguments, **options)
        if calls == number and after:
            die()
        return result

    setattr(owner, name, counted)


def _die_at_commit(number: int) -> None:
    seen = 0

    @event.listens_for(db.session, "after_commit")
    def on_commit(*_arguments: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            die()


STEPS: dict[str, Callable[[], None]] = {
    "run opened, not committed": lambda: _die_at_call(building, "begin_run", 1, after=True),
    "second chunk not committed": lambda: _die_at_call(building, "_store", 2, after=True),
    "after some chunk's commit": lambda: _die_at_commit(3),
    "last state not committed": lambda: _die_at_call(building, "_finish", 1, after=True),
    "lines fixed, no file": lambda: _die_at_call(sealing, "pieces_of", 1),
    "file written, not stored": lambda: _die_at_call(FileStore, "put", 1),
    "file stored, no row": lambda: _die_at_call(FileStore, "put", 1, after=True),
    "row not committed": lambda: _die_at_call(sealing, "keep", 1, after=True),
}


def making_the_file(_hand: Hand, step: str) -> None:
    planning.CHUNK, sealing.CHUNK = CHUNK, CHUNK
    if step:
        STEPS[step]()
    run_id = build_run(AUGUST)
    seal_run(run_id)


@pytest.mark.slow
@pytest.mark.req("F4", "B2", "B4")
def test_a_run_killed_anywhere_ends_in_the_same_file(
    place: Place, august: Place, checker: Flask, seed: int
) -> None:
    chance = random.Random(seed)
    lay_month(MEMBERS)
    for step in [*STEPS, *[""] * RANDOM_KILLS]:
        worker = Worker(august).ready()
        worker.ask(making_the_file, step)
        if step:
            with pytest.raises((EOFError, ConnectionResetError)):
                worker.answer()
        else:
            worker.process.join(chance.uniform(0.02, LATEST_SECONDS))
        worker.kill()
        assert findings() == [], step
    survivor = Worker(august).ready()
    survivor.ask(making_the_file, "")
    assert [(result.error, result.words) for result in survivor.answer()] == [("", "")]
    survivor.leave()
    assert findings() == []
    [run_id] = db.session.scalars(select(DebitRun.id)).all()
    with august.app().app_context():
        release_run(run_id)
        assert request_bytes(run_id) == expected(run_id)
        [piece] = sealing.pieces_of(unit_of_work, run_id)
        assert sealing.file_bytes(unit_of_work, platform().keys, run_id, piece) == expected(run_id)
        db.session.remove()
        db.engine.dispose()
