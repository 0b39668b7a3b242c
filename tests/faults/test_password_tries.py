"""However many guess at once, from wherever: the tries are counted before the password is looked at (A3, A4, A5)."""

import random
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock
from hoshou.base.errors import Refused, TooManyTries
from hoshou.platform.context import platform
from hoshou.platform.db import db, reading, transact, unit_of_work
from hoshou.platform.throttle import ThrottleCounter
from hoshou.plugins.bonds.services import passwords, unlock
from tests.conftest import NOON
from tests.databases import own_postgres, postgres_binaries
from tests.faults.crew import Crew, Hand, Place, Worker, crew
from tests.faults.ground import PASSWORD, make_folders
from tests.faults.journal import INTENT, Journal

TRIES_PER_HAND = 10
PEERS = 50
WRONG = "WRNG-WRNG-WRNG"


class JournalledHasher(PasswordHasher):
    """The real one; writes down each check before it is made."""

    path: Path

    def verify(self, *args: Any, **options: Any) -> Any:
        Journal(self.path).write("check", INTENT)
        return super().verify(*args, **options)


@cache
def watch_checks(path: Path) -> None:
    hasher = JournalledHasher()
    hasher.path = path
    passwords._hasher = hasher


def peer(number: int) -> str:
    return f"198.18.{number % PEERS}.7"


def unlock_once(token: str, password: str, origin: str) -> str:
    """As the pages do it: the try is committed, then the password is looked at."""
    here = platform()
    try:
        transact(lambda session: unlock.reserve(session, here.clock, here.keys, token, origin))
        with reading() as session:
            unlock.match(session, here.keys, token, password)
    except TooManyTries:
        return "too_many_tries"
    except Refused:
        return "wrong"
    transact(lambda session: unlock.accept(session, here.keys, token, origin))
    return "right"


def guess_from_many_peers(hand: Hand, journal: Path, token: str, waits: bool) -> list[str]:
    watch_checks(journal)
    if waits:
        hand.wait()
    return [
        unlock_once(token, WRONG, peer(hand.number * TRIES_PER_HAND + number)) for number in range(TRIES_PER_HAND)
    ]


def guess_from_one_peer(hand: Hand, journal: Path, tokens: list[str]) -> list[str]:
    watch_checks(journal)
    hand.wait()
    return [unlock_once(token, WRONG, peer(0)) for token in tokens[hand.number :: 20]]


def guess_counting_in_python(hand: Hand, journal: Path, token: str) -> None:
    """The planted fault: read the count, add one, write it back."""
    here = platform()
    watch_checks(journal)
    for number in range(TRIES_PER_HAND):
        limit = unlock.limits_for(here.keys, token, peer(hand.number * TRIES_PER_HAND + number))[2]
        hand.wait()
        with reading() as session:
            tries = session.scalar(select(ThrottleCounter.tries).where(ThrottleCounter.key == limit.key)) or 0
        if tries >= limit.tries:
            continue

        def write(session: Session) -> None:
            session.merge(ThrottleCounter(key=limit.key, since=NOON, tries=tries + 1))  # noqa: B023

        transact(write)
        with pytest.raises(Refused), reading() as session:
            unlock.match(session, here.keys, token, WRONG)


def checks(journal: Path) -> int:
    return len(Journal(journal).lines(INTENT))


def right_password_at(place: Place, token: str, origin: str, after: timedelta) -> str:
    """What the right password is answered some time after noon."""
    with Place(place.url, place.folder, FixedClock(NOON + after)).app().app_context():
        try:
            return unlock_once(token, PASSWORD, origin)
        finally:
            db.session.remove()
            db.engine.dispose()


@pytest.mark.slow
@pytest.mark.req("A3", "A4")
def test_two_hundred_guesses_from_fifty_peers_are_ten_checks(place: Place, checker: Flask, tmp_path: Path) -> None:
    [(_, token)] = make_folders(1)
    journal = tmp_path / "checks"
    with crew(place, processes=4, threads=5) as workers:
        results = workers.together(guess_from_many_peers, journal, token, True)
    answers = [answer for result in results for answer in result.value]
    assert (answers.count("wrong"), answers.count("too_many_tries")) == (10, 190)
    assert checks(journal) == 10
    assert right_password_at(place, token, "203.0.113.9", timedelta(minutes=14, seconds=59)) == "too_many_tries"
    assert right_password_at(place, token, "203.0.113.9", timedelta(minutes=15)) == "right"


@pytest.mark.slow
@pytest.mark.req("A3")
def test_fifty_urls_from_one_peer_are_ten_checks(place: Place, checker: Flask, tmp_path: Path) -> None:
    tokens = [token for _, token in make_folders(50)]
    journal = tmp_path / "checks"
    with crew(place, processes=4, threads=5) as workers:
        results = workers.together(guess_from_one_peer, journal, tokens)
    answers = [answer for result in results for answer in result.value]
    assert (answers.count("wrong"), answers.count("too_many_tries")) == (10, 40)
    assert checks(journal) == 10


@pytest.mark.slow
@pytest.mark.req("A4")
def test_workers_killed_in_the_middle_forget_no_try(
    place: Place, checker: Flask, tmp_path: Path, seed: int
) -> None:
    [(_, token)] = make_folders(1)
    journal, chance = tmp_path / "checks", random.Random(seed)
    for number in range(5):
        victims = [Worker(place, first=2 * number + one).ready() for one in range(2)]
        for victim in victims:
            victim.ask(guess_from_many_peers, journal, token, False)
        victims[0].process.join(chance.uniform(0, 0.15))
        for victim in victims:
            victim.kill()
    last = Worker(place, first=15).ready()
    last.ask(guess_from_many_peers, journal, token, False)
    last.answer()
    last.leave()
    assert 1 <= checks(journal) <= 10
    assert right_password_at(place, token, "203.0.113.9", timedelta(0)) == "too_many_tries"


@pytest.mark.slow
@pytest.mark.req("A3")
def test_counting_in_python_would_be_found(place: Place, checker: Flask, tmp_path: Path) -> None:
    [(_, token)] = make_folders(1)
    with crew(place, processes=4, threads=5) as workers:
        workers.together(guess_counting_in_python, tmp_path / "checks", token)
    assert checks(tmp_path / "checks") > 10


@pytest.mark.slow
@pytest.mark.req("A5")
def test_one_network_that_guesses_without_end_keeps_nobody_else_out(
    place: Place, checker: Flask, tmp_path: Path
) -> None:
    folders = make_folders(20)

    def attacked(workers: Crew, number: int, token: str) -> str:
        for worker in workers.workers:
            worker.ask(guess_from_one_network, token)
        answer = unlock_once(token, PASSWORD, f"203.0.113.{number}")
        for worker in workers.workers:
            worker.answer()
        return answer

    with crew(place, processes=2, threads=2) as workers:
        during = [attacked(workers, number, token) for number, (_, token) in enumerate(folders)]
    after = [unlock_once(token, PASSWORD, f"203.0.{113 + number}.9") for number, (_, token) in enumerate(folders)]
    assert during == ["right"] * 20
    assert after == ["right"] * 20


def guess_from_one_network(hand: Hand, token: str) -> list[str]:
    return [unlock_once(token, WRONG, f"192.0.2.{hand.number * 5 + number}") for number in range(5)]


def try_without_database(journal: Path, token: str) -> None:
    watch_checks(journal)
    before = checks(journal)
    for _ in range(3):
        with pytest.raises(DatabaseError):
            unlock_once(token, PASSWORD, "203.0.113.9")
    assert checks(journal) == before


@pytest.mark.req("A4")
def test_without_its_sqlite_file_no_password_is_looked_at(sqlite_url: str, tmp_path: Path) -> None:
    app = Place(sqlite_url, tmp_path).app()
    with app.app_context():
        [(_, token)] = make_folders(1)
        db.session.remove()
        db.engine.dispose()
        Path(sqlite_url.removeprefix("sqlite:///")).write_bytes(b"gone" * 1000)
        try_without_database(tmp_path / "checks", token)
        db.session.remove()
        db.engine.dispose()


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.req("A4", "F9")
@pytest.mark.skipif(postgres_binaries() is None, reason="PostgreSQL is not installed")
def test_while_postgresql_is_down_no_password_is_looked_at(tmp_path: Path) -> None:
    with own_postgres() as server:
        app = Place(f"{server.address}/postgres", tmp_path).app()
        with app.app_context():
            ThrottleCounter.__table__.create(db.engine)  # type: ignore[attr-defined]
            with unit_of_work() as session:
                here = platform()
                unlock.reserve(session, here.clock, here.keys, "token", "203.0.113.9")
            server.stop()
            try_without_database(tmp_path / "checks", "token")
            server.start()
            with unit_of_work() as session:
                unlock.reserve(session, here.clock, here.keys, "token", "203.0.113.9")
                kept = session.scalars(select(ThrottleCounter.tries)).all()
            assert kept == [2, 2, 2, 2]
            db.session.remove()
            db.engine.dispose()
