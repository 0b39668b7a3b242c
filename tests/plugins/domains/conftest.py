from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from hoshou.base.clock import FixedClock
from hoshou.platform.db import db
from tests.conftest import AppMaker
from tests.plugins.domains.office import Office


@pytest.fixture
def make_office(clock: FixedClock) -> Iterator[Callable[[Flask], Office]]:
    entered = []

    def make(app: Flask) -> Office:
        context = app.app_context()
        context.push()
        entered.append(context)
        return Office(app, clock)

    yield make
    for context in reversed(entered):
        context.pop()


@pytest.fixture
def office(usual_url: str, make_app: AppMaker, make_office: Callable[[Flask], Office]) -> Office:
    return make_office(make_app(usual_url))


@pytest.fixture
def office_on_both(
    make_office: Callable[[Flask], Office], make_app: AppMaker, database_url: str
) -> Iterator[Office]:
    """Once on SQLite and once on PostgreSQL."""
    yield make_office(make_app(database_url))
    # Before the database is dropped under it.
    db.session.remove()
    db.engine.dispose()
