"""Counters that guard secrets, on both databases (P-017, D-11, A3, A4, A5)."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from hoshou.base.clock import FixedClock
from hoshou.base.errors import TooManyTries
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.throttle import Limit, release, reserve, tries_left
from tests.conftest import NOON
from tests.platform.children import finish, start
from tests.platform.small_app import make_app
from tests.refusals import refused

WINDOW = timedelta(minutes=15)
FOLDER = Limit("password/folder/7", 5, WINDOW)
SUBNET = Limit("password/folder/7/192.0.2.0", 2, WINDOW)


def try_once(clock: FixedClock, *limits: Limit) -> None:
    with unit_of_work() as session:
        reserve(session, clock, *limits)


def left(clock: FixedClock, limit: Limit) -> int:
    db.session.rollback()
    return tries_left(db.session(), clock, limit)


@pytest.mark.req("P-017", "D-11")
def test_five_tries_then_fifteen_minutes_from_the_last_of_them(small_app: Flask, clock: FixedClock) -> None:
    for number in range(5):
        assert left(clock, FOLDER) == 5 - number
        try_once(clock, FOLDER)
        clock.advance(timedelta(minutes=2))
    assert left(clock, FOLDER) == 0
    # The fifth try was at 12:08, so the lock lasts until 12:23.
    clock.move_to(NOON + timedelta(minutes=22, seconds=59))
    for _ in range(3):
        with pytest.raises(TooManyTries) as caught:
            try_once(clock, FOLDER)
        assert (caught.value.code, caught.value.values["minutes"]) == ("too_many_tries", 1)
    clock.move_to(NOON + timedelta(minutes=23))
    try_once(clock, FOLDER)
    assert left(clock, FOLDER) == 4


@pytest.mark.req("D-11")
def test_the_wait_is_told_in_whole_minutes(small_app: Flask, clock: FixedClock) -> None:
    for _ in range(5):
        try_once(clock, FOLDER)
    for seconds, minutes in [(0, 15), (1, 15), (60, 14), (899, 1)]:
        clock.move_to(NOON + timedelta(seconds=seconds))
        with pytest.raises(TooManyTries) as caught:
            try_once(clock, FOLDER)
        assert caught.value.values["minutes"] == minutes


@pytest.mark.req("P-017")
def test_only_wrong_tries_count(small_app: Flask, clock: FixedClock) -> None:
    for _ in range(20):
        try_once(clock, FOLDER)
        with unit_of_work() as session:
            release(session, FOLDER)
    assert left(clock, FOLDER) == 5
    with unit_of_work() as session:
        release(session, FOLDER)
    assert left(clock, FOLDER) == 5


@pytest.mark.req("A5")
def test_one_subnets_exhaustion_leaves_the_others_their_tries(small_app: Flask, clock: FixedClock) -> None:
    for _ in range(2):
        try_once(clock, SUBNET, FOLDER)
    for _ in range(50):
        with refused("too_many_tries", kind=TooManyTries):
            try_once(clock, SUBNET, FOLDER)
    assert left(clock, FOLDER) == 3
    try_once(clock, Limit("password/folder/7/198.51.100.0", 2, WINDOW), FOLDER)


@pytest.mark.req("P-017")
def test_a_refused_wider_limit_takes_no_slot_of_the_narrower(small_app: Flask, clock: FixedClock) -> None:
    for _ in range(5):
        try_once(clock, FOLDER)
    with refused("too_many_tries", kind=TooManyTries):
        try_once(clock, SUBNET, FOLDER)
    assert left(clock, SUBNET) == 2


def try_in_threads(database_url: str, files: Path, log: Path) -> None:
    app = make_app(database_url, FixedClock(NOON), files)
    failures: list[BaseException] = []

    def work() -> None:
        with app.app_context():
            for _ in range(10):
                try:
                    try_once(FixedClock(NOON), FOLDER)
                except TooManyTries:
                    continue
                except BaseException as error:
                    failures.append(error)
                else:
                    with log.open("a") as granted:
                        granted.write("granted\n")

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.slow
@pytest.mark.req("A3", "A4", "F14")
def test_two_hundred_tries_at_once_from_four_processes_get_five_slots(
    small_app: Flask, clock: FixedClock, database_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "granted"
    finish([start(try_in_threads, database_url, tmp_path / "files", log) for _ in range(4)])
    assert len(log.read_text().split()) == 5
    with refused("too_many_tries", kind=TooManyTries):
        try_once(clock, FOLDER)
