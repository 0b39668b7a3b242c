from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from hoshou.base.clock import FixedClock
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
def office(make_office: Callable[[Flask], Office], make_app: AppMaker, sqlite_url: str) -> Office:
    return make_office(make_app(sqlite_url))


@pytest.fixture
def office_on_both(make_office: Callable[[Flask], Office], make_app: AppMaker, database_url: str) -> Office:
    """Once on SQLite and once on PostgreSQL."""
    return make_office(make_app(database_url))
