"""Personal tokens: shown once, kept as a digest, revocable, gone with their user."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from webtest import TestApp

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.context import platform
from hoshou.platform.db import unit_of_work
from hoshou.platform.staff.models import ApiToken
from hoshou.platform.subject import Role
from tests.accounts import add_agency, add_user, browser, fresh, log_in
from tests.plugins.bonds.uploading import hidden

SCREEN = "/tokens/"
FOLDERS = "/api/v1/bonds/folders"


def new_token(user: TestApp, name: str = "基幹システム") -> str:
    """A token as the screen shows it, once."""
    page = user.post(SCREEN, {"csrf_token": hidden(user.get(SCREEN), "csrf_token"), "name": name})
    return page.text.partition("data-token>")[2].partition("<")[0]


def asks(app: Flask, token: str, **options: object):
    return browser(app).get(FOLDERS, headers={"Authorization": f"Bearer {token}"}, **options)


@pytest.fixture
def user_id(app: Flask) -> int:
    add_agency(app, "見本代理店", ms="MS-1")
    return add_user(app, "agent", Role.AGENCY, agency="見本代理店")


@pytest.mark.req("P-023", "A11")
def test_a_token_is_shown_once_and_kept_as_a_digest(app: Flask, user_id: int) -> None:
    user = log_in(app, "agent")
    token = new_token(user)
    assert token.startswith("hsh_")
    assert len(token) >= 40
    assert token not in user.get(SCREEN)
    row = fresh().scalars(select(ApiToken)).one()
    assert token not in repr(vars(row))
    assert (row.last_used_at, len(row.digest)) == (None, 64)
    asks(app, token, status=200)
    assert fresh().scalars(select(ApiToken)).one().last_used_at is not None


@pytest.mark.req("P-023", "A11")
def test_revoking_and_deactivating_end_it(app: Flask, user_id: int) -> None:
    user = log_in(app, "agent")
    first, second = new_token(user), new_token(user, "もう一つ")
    row = fresh().scalars(select(ApiToken.id).order_by(ApiToken.id)).first()
    add_user(app, "other", Role.AUDITOR)
    stranger = log_in(app, "other")
    fields = {"csrf_token": hidden(stranger.get(SCREEN), "csrf_token")}
    stranger.post(f"/tokens/{row}/revoke", fields, status=404)
    asks(app, first, status=200)
    fields = {"csrf_token": hidden(user.get(SCREEN), "csrf_token")}
    assert "取消済" in user.post(f"/tokens/{row}/revoke", fields).follow()
    refusal = asks(app, first, status=401)
    assert refusal.json["error"]["code"] == "token_required"
    assert refusal.headers["WWW-Authenticate"] == "Bearer"
    asks(app, second, status=200)
    with unit_of_work() as session:
        session.get_one(User, user_id).active = False
    asks(app, second, status=401)


@pytest.mark.req("P-023", "A11", "A23")
@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer hsh_", "Bearer hsh_wrong", "Basic YTpi", "hsh_wrong", "Bearer 鍵"],
)
def test_nothing_else_opens_the_api(app: Flask, user_id: int, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode().decode("latin-1")}
    browser(app).get(FOLDERS, headers=headers, status=401)
    log_in(app, "agent").get(FOLDERS, headers=headers, status=401)


@pytest.mark.req("A-061", "D-17")
def test_the_api_keeps_the_service_hours(app: Flask, user_id: int, clock: FixedClock) -> None:
    token = new_token(log_in(app, "agent"))
    clock.move_to(jst(2026, 4, 15, 23, 59))
    asks(app, token, status=200)
    clock.advance(timedelta(minutes=1))
    assert asks(app, token, status=503).json["error"]["code"] == "closed_hours"


@pytest.mark.req("P-023")
@pytest.mark.parametrize("name", ["", " ", "x" * 101, "改\n行"])
def test_a_token_needs_a_name(app: Flask, user_id: int, name: str) -> None:
    user = log_in(app, "agent")
    fields = {"csrf_token": hidden(user.get(SCREEN), "csrf_token"), "name": name}
    assert "トークンの名前を" in user.post(SCREEN, fields, status=400)
    assert fresh().scalars(select(ApiToken)).all() == []


@pytest.mark.req("P-005", "P-023")
@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_have_tokens(app: Flask, role: Role) -> None:
    add_user(app, "someone", role)
    assert new_token(log_in(app, "someone")).startswith("hsh_")


@pytest.mark.req("A11", "P-023")
def test_every_route_that_a_plugin_contributes_asks_for_a_token(app: Flask, user_id: int) -> None:
    names = {blueprint.name for blueprint in platform().plugins.collect("api_blueprints")}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in names]
    assert rules
    client = log_in(app, "agent")
    for rule in rules:
        assert rule.rule.startswith("/api/")
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            assert client.request(address, method=method, status=401).json["error"]["code"] == "token_required"
