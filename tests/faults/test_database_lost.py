"""The database goes away in the middle: what was acknowledged is there, what is unknown is told by its key (F9)."""

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from hoshou.platform.db import db
from tests.conftest import set_up
from tests.databases import PostgresServer, own_postgres, postgres_binaries
from tests.faults.crew import Hand, Place, crew
from tests.faults.cutting_proxy import Cut, CuttingProxy
from tests.faults.journal import Journal
from tests.faults.uploading import Sending, findings, send, sending, warm_up

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif(postgres_binaries() is None, reason="PostgreSQL is not installed"),
]
SECONDS = 12.0
RECOVERY_SECONDS = 30.0


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server that this test alone may stop."""
    with own_postgres() as server:
        yield server


@pytest.fixture
def lone(server: PostgresServer, tmp_path: Path) -> Place:
    """A migrated database on the server of the test's own."""
    url = f"{server.address}/postgres"
    set_up(url, tmp_path)
    return Place(url, tmp_path)


def send_until_answered(hand: Hand, journal: Path, what: Sending) -> float:
    """As a client that sends the same again until it is told; for how many seconds nothing came through."""
    begun = time.monotonic()
    while True:
        try:
            send(hand, journal, what)
        except DBAPIError:
            db.session.remove()
            if time.monotonic() - begun > RECOVERY_SECONDS:
                raise
            time.sleep(0.1)
        else:
            return time.monotonic() - begun


def keep_sending(hand: Hand, journal: Path, seconds: float) -> tuple[int, float]:
    """How many uploads, and the longest that one took with all its repetitions."""
    hand.wait()
    end, longest, number = time.monotonic() + seconds, 0.0, 0
    while time.monotonic() < end:
        what = sending(f"stream-{hand.number}-{number:04}-xxxx", f"STREAM-{number // 6}")
        longest = max(longest, send_until_answered(hand, journal, what))
        number += 1
    return number, longest


def terminate_all(place: Place) -> None:
    with psycopg.connect(place.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )


def final_findings(place: Place, journal: Path) -> list[str]:
    with place.app().app_context():
        try:
            return findings(Journal(journal))
        finally:
            db.session.remove()
            db.engine.dispose()


@pytest.mark.req("F9", "F1")
def test_through_restarts_and_lost_connections_nothing_acknowledged_is_lost(
    server: PostgresServer, lone: Place, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    with crew(lone, processes=3, threads=1) as workers:
        workers.together(warm_up)
        for worker in workers.workers:
            worker.ask(keep_sending, journal, SECONDS)
        for number in range(6):
            time.sleep(SECONDS / 8)
            if number % 3 == 2:
                server.stop()
                server.start()
            else:
                terminate_all(lone)
        results = [result for worker in workers.workers for result in worker.answer()]
    assert {result.error for result in results} == {""}
    assert min(result.value[0] for result in results) > 0
    assert max(result.value[1] for result in results) < RECOVERY_SECONDS
    assert Journal(journal).unknown() == []
    assert final_findings(lone, journal) == []


@pytest.mark.req("F9")
def test_a_connection_cut_in_the_commit_is_told_by_the_key(
    server: PostgresServer, lone: Place, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    proxy = CuttingProxy(server.port)
    through = Place(f"postgresql+psycopg://postgres@127.0.0.1:{proxy.port}/postgres", lone.folder)
    cuts = list(Cut) * 3
    with crew(through, processes=1, threads=1) as workers:
        [worker] = workers.workers
        for number, where in enumerate(cuts):
            what = sending(f"cut-{number}-xxxxxxxxxxxxx", f"CUT-{number % 4}")
            proxy.cut(where)
            worker.ask(send, journal, what)
            [unknown] = worker.answer()
            assert unknown.error in {"OperationalError", "InternalError"}, unknown
            assert [line["operation"] for line in Journal(journal).unknown()] == [what.key]
            worker.ask(send, journal, what)
            [told] = worker.answer()
            assert told.error == ""
    proxy.close()
    assert proxy.cuts == len(cuts)
    assert final_findings(lone, journal) == []
