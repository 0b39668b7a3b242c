from collections.abc import Callable

import pytest
from flask import Flask
from webtest import TestApp

from hoshou.platform.subject import Role
from tests.accounts import add_agency, add_user, log_in


@pytest.fixture
def site(usual_url: str, make_app: Callable[..., Flask]) -> Flask:
    """An application outside any context, as requests meet it, with a user of each role."""
    app = make_app(usual_url)
    add_agency(app, "みなと代理店", tokio="T-001", sompo="S-001")
    add_user(app, "admin", Role.ADMINISTRATOR)
    add_user(app, "kyokai", Role.ASSOCIATION)
    add_user(app, "insurer", Role.INSURER, insurer="tokio")
    add_user(app, "agency", Role.AGENCY, agency="みなと代理店")
    add_user(app, "auditor", Role.AUDITOR)
    add_user(app, "lead", Role.LEAD_OFFICE, insurer="ms")
    add_user(app, "co_insurer", Role.CO_INSURER, insurer="nisshin")
    add_user(app, "group", Role.GROUP_ASSOCIATION)
    add_user(app, "prefecture", Role.PREFECTURE)
    return app


@pytest.fixture
def admin(site: Flask) -> TestApp:
    return log_in(site, "admin")
