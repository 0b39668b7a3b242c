from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from webtest import TestApp

from hoshou.platform.subject import Role
from tests.accounts import add_agency, add_user, insurer_id, log_in
from tests.conftest import AppMaker


@dataclass
class Office:
    """An agency with codes at 三井住友海上 and 東京海上日動, one of its people, and those around it."""

    app: Flask
    agency: int
    ms: int
    tokio: int
    agent: TestApp
    agent_id: int

    def someone(
        self, username: str, role: Role, *, agency: str | None = None, insurer: str | None = None
    ) -> TestApp:
        """Another user, logged in; at home at the agency (by name) or the insurer (by code)."""
        add_user(self.app, username, role, agency=agency, insurer=insurer)
        return log_in(self.app, username)

    def neighbour(self) -> TestApp:
        """Somebody of another agency of the same insurer."""
        add_agency(self.app, "別の代理店", ms="MS-2")
        return self.someone("neighbour", Role.AGENCY, agency="別の代理店")


def open_office(app: Flask) -> Office:
    agency = add_agency(app, "見本損害保険代理店", ms="MS-1", tokio="TM-1")
    agent_id = add_user(app, "agent", Role.AGENCY, agency="見本損害保険代理店")
    return Office(app, agency, insurer_id("ms"), insurer_id("tokio"), log_in(app, "agent"), agent_id)


@pytest.fixture
def office(app: Flask) -> Office:
    return open_office(app)


@pytest.fixture
def office_on_both(make_app: AppMaker, database_url: str) -> Iterator[Office]:
    app = make_app(database_url)
    with app.app_context():
        yield open_office(app)
