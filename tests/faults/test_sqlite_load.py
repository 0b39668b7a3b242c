"""SQLite with four processes at work: nobody is turned away, nobody starves, a kill tears nothing (F14)."""

import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hoshou.platform import audit
from hoshou.platform.actor import SYSTEM
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, reading, unit_of_work
from hoshou.platform.throttle import Limit, ThrottleCounter, reserve
from tests.faults.crew import Hand, Place, crew

SECONDS = 15
LONGEST_WAIT = 5.0
"""Half of the busy timeout."""


def hammer(hand: Hand, seconds: float) -> tuple[int, float]:
    """Read and write without a pause; how often, and the longest that one write took."""
    clock = platform().clock
    limit = Limit(f"hammer/{hand.number}", 10**9, timedelta(days=1))
    hand.wait()
    end, writes, longest = time.monotonic() + seconds, 0, 0.0
    while time.monotonic() < end:
        if writes % 8 == 7:
            with reading() as session:
                session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(20)).all()
        begun = time.monotonic()
        with unit_of_work() as session:
            reserve(session, clock, limit)
            audit.record(session, clock, SYSTEM, "test.hammered", "hand", hand.number)
        longest = max(longest, time.monotonic() - begun)
        writes += 1
    return writes, longest


@pytest.mark.slow
@pytest.mark.req("F14")
def test_four_processes_write_without_pause_and_one_is_killed(sqlite_url: str, tmp_path: Path) -> None:
    place = Place(sqlite_url, tmp_path)
    with crew(place, processes=4, threads=5) as workers:
        results = workers.together(hammer, SECONDS)
        assert [result for result in results if result.error] == []
        writes = [result.value[0] for result in results]
        assert max(result.value[1] for result in results) < LONGEST_WAIT
        assert min(writes) * 10 > max(writes)
        for worker in workers.workers:
            worker.ask(hammer, 2)
        time.sleep(1)
        victim = workers.workers.pop(0)
        victim.kill()
        for worker in workers.workers:
            assert [result for result in worker.answer() if result.error] == []
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    with place.app().app_context():
        assert audit.verify(db.session(), audit.audit_key()) == []
        counted = db.session.scalar(select(func.sum(ThrottleCounter.tries)))
        hammered = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "test.hammered")
        assert counted == db.session.scalar(hammered)
        assert counted >= sum(writes)
        db.session.remove()
        db.engine.dispose()
