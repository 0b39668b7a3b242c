"""A migration that is killed at any statement: the product doesn't open, and the next upgrade ends it (F17)."""

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import Engine, event

from hoshou.base.clock import FixedClock
from hoshou.platform import migrations
from hoshou.platform.db import db
from hoshou.platform.serve import check_database
from tests.conftest import NOON, THOROUGH
from tests.databases import postgres_database
from tests.faults.crew import Hand, Place, mortal

KILLS = 50 if THOROUGH else 4
STATEMENTS = 300


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A database without a table, of either kind."""
    if request.param == "sqlite":
        yield Place(f"sqlite:///{tmp_path / 'empty.sqlite'}", tmp_path, FixedClock(NOON))
    else:
        with postgres_database(request.getfixturevalue("postgres")) as url:
            yield Place(url, tmp_path, FixedClock(NOON))


def upgrading(_hand: Hand, last: int) -> int:
    """Upgrade, and die before the statement ``last``, unless it ends earlier; returns how many there were."""
    issued = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def count(*_statement: object) -> None:
        nonlocal issued
        issued += 1
        if issued == last:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        migrations.upgrade()
    finally:
        event.remove(Engine, "before_cursor_execute", count)
        db.engine.dispose()
    return issued


def stands_whole(app: Flask) -> bool:
    """Whether the doors are shut while the database isn't the newest."""
    with app.app_context():
        current = migrations.current_revision()
        db.engine.dispose()
    if current != migrations.newest_revision():
        with pytest.raises(click.ClickException, match="hoshou db upgrade"):
            check_database(lambda: app)
    return True


@pytest.mark.slow
@pytest.mark.req("F17")
def test_an_upgrade_killed_anywhere_opens_nothing_and_is_ended_by_the_next(empty: Place, seed: int) -> None:
    app, chance = empty.app(), random.Random(seed)
    kills = 0
    with mortal(empty) as worker:
        for most in chance.sample(range(1, STATEMENTS), KILLS):
            worker.ask(upgrading, most)
            if worker.answer() is None:
                kills += 1
                # What stands is the work of whole migrations.
                assert stands_whole(app)
        worker.ask(upgrading, 0)
        done = worker.answer()
    assert done is not None
    assert done.error == "", done.words
    assert kills > 0
    check_database(lambda: app)
    with app.app_context():
        assert migrations.differences() == []
        db.engine.dispose()
