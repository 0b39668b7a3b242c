from collections.abc import Callable

import pytest
from flask import Flask

from hoshou.platform.db import transact
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.members import PrefectureStaff
from tests.accounts import add_user
from tests.plugins.debits.ground import lay_month


@pytest.fixture
def office(usual_url: str, make_app: Callable[..., Flask]) -> Flask:
    """An application outside any context, with three enrolments and somebody of every role."""
    app = make_app(usual_url, SERVICE_HOURS_ENFORCED=False)
    with app.app_context():
        lay_month(3)
    add_user(app, "lead", Role.LEAD_OFFICE, insurer="ms")
    add_user(app, "group", Role.GROUP_ASSOCIATION)
    add_user(app, "auditor", Role.AUDITOR)
    add_user(app, "agency", Role.AGENCY, agency="みなと代理店")
    add_user(app, "insurer", Role.INSURER, insurer="ms")
    add_user(app, "co_insurer", Role.CO_INSURER, insurer="nisshin")
    prefecture = add_user(app, "prefecture", Role.PREFECTURE)
    with app.app_context():
        transact(lambda session: session.add(PrefectureStaff(user_id=prefecture, prefecture_id=1)))
    return app
