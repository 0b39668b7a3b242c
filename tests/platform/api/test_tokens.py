"""Personal tokens: shown once, kept as a digest, revocable, gone with their user."""

from datetime import timedelta

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from webtest import TestApp

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.db import unit_of_work
from hoshou.platform.staff.models import ApiToken
from hoshou.platform.subject import Role
from tests.plugins.bonds.uploading import hidden
from tests.staff import add_agency, add_user, browser_of, fresh, logged_in

SCREEN = "/tokens/"
FOLDERS = "/api/v1/bonds/folders"


def new_token(browser: TestApp, name: str = "基幹システム") -> str:
    """A token as the screen shows it, once."""
    page = browser.post(SCREEN, {"csrf_token": hidden(browser.get(SCREEN), "csrf_token"), "name": name})
    return page.text.partition("data-token>")[2].partition("<")[0]


def asks(app: Flask, token: str, **options: object):
    return browser_of(app).get(FOLDERS, headers={"Authorization": f"Bearer {token}"}, **options)


@pytest.fixture
def user_id(app: Flask) -> int:
    return add_user("agent", Role.AGENCY, agency=add_agency("見本代理店", "ms"))


@pytest.mark.req("P-023", "A11")
def test_a_token_is_shown_once_and_kept_as_a_digest(app: Flask, user_id: int) -> None:
    browser = logged_in(app, user_id)
    token = new_token(browser)
    assert token.startswith("hsh_")
    assert len(token) >= 40
    assert token not in browser.get(SCREEN)
    row = fresh().scalars(select(ApiToken)).one()
    assert token not in repr(vars(row))
    assert (row.last_used_at, len(row.digest)) == (None, 64)
    asks(app, token, status=200)
    assert fresh().scalars(select(ApiToken)).one().last_used_at is not None


@pytest.mark.req("P-023", "A11")
def test_revoking_and_deactivating_end_it(app: Flask, user_id: int) -> None:
    browser = logged_in(app, user_id)
    first, second = new_token(browser), new_token(browser, "もう一つ")
    row = fresh().scalars(select(ApiToken.id).order_by(ApiToken.id)).first()
    stranger = logged_in(app, add_user("other", Role.AUDITOR))
    fields = {"csrf_token": hidden(stranger.get(SCREEN), "csrf_token")}
    stranger.post(f"/tokens/{row}/revoke", fields, status=404)
    asks(app, first, status=200)
    fields = {"csrf_token": hidden(browser.get(SCREEN), "csrf_token")}
    assert "取消済" in browser.post(f"/tokens/{row}/revoke", fields).follow()
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
    browser_of(app).get(FOLDERS, headers=headers, status=401)
    logged_in(app, user_id).get(FOLDERS, headers=headers, status=401)


@pytest.mark.req("A-061", "D-17")
def test_the_api_keeps_the_service_hours(app: Flask, user_id: int, clock: FixedClock) -> None:
    token = new_token(logged_in(app, user_id))
    clock.move_to(jst(2026, 4, 15, 23, 59))
    asks(app, token, status=200)
    clock.advance(timedelta(minutes=1))
    assert asks(app, token, status=503).json["error"]["code"] == "closed_hours"


@pytest.mark.req("P-023")
@pytest.mark.parametrize("name", ["", " ", "x" * 101, "改\n行"])
def test_a_token_needs_a_name(app: Flask, user_id: int, name: str) -> None:
    browser = logged_in(app, user_id)
    fields = {"csrf_token": hidden(browser.get(SCREEN), "csrf_token"), "name": name}
    assert "トークンの名前を" in browser.post(SCREEN, fields, status=400)
    assert fresh().scalars(select(ApiToken)).all() == []


@pytest.mark.req("P-005", "P-023")
@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_have_tokens(app: Flask, role: Role) -> None:
    assert new_token(logged_in(app, add_user("someone", role))).startswith("hsh_")
