from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from webtest import TestApp

from hoshou.platform.subject import Role
from tests.conftest import AppMaker
from tests.staff import add_agency, add_user, insurer_id, logged_in


@dataclass
class Office:
    """An agency with codes at 三井住友海上 and 東京海上日動, and those around it."""

    app: Flask
    agency: int
    ms: int
    tokio: int
    agent: TestApp
    agent_id: int

    def someone(
        self, username: str, role: Role, *, agency: int | None = None, insurer: int | None = None
    ) -> TestApp:
        """Another logged-in user."""
        return logged_in(self.app, add_user(username, role, agency=agency, insurer=insurer))


def open_office(app: Flask) -> Office:
    agency = add_agency("見本損害保険代理店", "ms", "tokio")
    agent = add_user("agent", Role.AGENCY, agency=agency)
    return Office(app, agency, insurer_id("ms"), insurer_id("tokio"), logged_in(app, agent), agent)


@pytest.fixture
def office(app: Flask) -> Office:
    return open_office(app)


@pytest.fixture
def office_on_both(make_app: AppMaker, database_url: str) -> Iterator[Office]:
    app = make_app(database_url)
    with app.app_context():
        yield open_office(app)
