"""Insurers with their time of participation, and the accounts of staff (A-003, P-005, D-44)."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from webtest import TestApp

from hoshou.base.clock import FixedClock
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import db, transact
from hoshou.platform.staff.models import ApiToken
from hoshou.platform.subject import Role
from hoshou.plugins.organisations.models import Insurer, Membership
from tests.accounts import add_agency, add_user, log_in, token


@pytest.fixture
def site(usual_url: str, make_app: Callable[..., Flask]) -> Flask:
    app = make_app(usual_url)
    add_agency(app, "みなと代理店", tokio="T-001")
    add_user(app, "admin", Role.ADMINISTRATOR)
    return app


@pytest.fixture
def client(site: Flask) -> TestApp:
    return log_in(site, "admin")


def save_user(client: TestApp, address: str = "/userview/add", **changes: object) -> object:
    fields = {
        "csrf_token": token(client.get(address)), "username": "hanako", "last_name": "損保", "first_name": "花子",
        "email": "hanako@example.jp", "roles": "agency", "agency_id": "1", "active": "1",
    }  # fmt: skip
    return client.post(address, {**fields, **changes}, status="*")


def entries(app: Flask, action: str) -> list[dict[str, object]]:
    with app.app_context():
        found = db.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == action))
        return [json.loads(detail) for detail in found]


@pytest.mark.req("A-003")
def test_insurer_is_added_and_ended_by_dates(site: Flask, client: TestApp) -> None:
    form = client.get("/insurerview/add").forms["model_form"]
    form["code"], form["name"], form["short_name"], form["position"] = "new", "新損害保険株式会社", "新損保", "9"
    form["active_from"], form["active_until"] = "2026-05-01", "2026-04-30"
    assert "参加終了日は参加日以後" in form.submit()
    form["active_until"] = "2026-05-31"
    assert form.submit().status_int == 302
    with site.app_context():
        row = db.session.scalars(select(Insurer).where(Insurer.code == "new")).one()
        assert [row.is_active(row.active_from), row.is_active(row.active_until)] == [True, True]
    assert (
        client.post("/insurerview/delete/1", {"csrf_token": token(client.get("/account/"))}, status="*").status_int
        == 403
    )
    assert entries(site, "organisations_insurer.added")[0]["code"] == "new"


@pytest.mark.req("P-011")
def test_a_change_is_told_with_before_and_after(site: Flask, client: TestApp) -> None:
    form = client.get("/insurerview/edit/1").forms["model_form"]
    form["short_name"] = "あいおい"
    form.submit()
    form = client.get("/insurerview/edit/1").forms["model_form"]
    form.submit()
    assert entries(site, "organisations_insurer.changed") == [
        {"before": {"short_name": "あいおいニッセイ同和"}, "after": {"short_name": "あいおい"}}
    ]


@pytest.mark.req("P-005", "D-44")
def test_user_is_entered_without_a_password(site: Flask, client: TestApp) -> None:
    assert "password" not in client.get("/userview/add").text
    assert save_user(client).status_int == 302  # type: ignore[attr-defined]
    with site.app_context():
        user = db.session.scalars(select(User).where(User.username == "hanako")).one()
        assert user.password.startswith("scrypt:")
        assert [role.name for role in user.roles] == ["agency"]
        assert db.session.get_one(Membership, user.id).agency_id == 1
    told = entries(site, "staff.user_added")[0]
    assert told["roles"] == ["agency"]
    assert "password" not in told


@pytest.mark.req("D-44")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "admin"}, "username"),
        ({"username": "ADMIN@example.jp"}, "username"),
        ({"email": "admin@example.jp"}, "email"),
        ({"email": "no address"}, "email"),
        ({"email": f"{'a' * 60}@example.jp"}, "email"),
        ({"agency_id": ""}, "agency_id"),
        ({"insurer_id": "1"}, "agency_id"),
        ({"agency_id": "999"}, "agency_id"),
        ({"roles": "insurer", "agency_id": ""}, "insurer_id"),
        ({"roles": "insurer", "agency_id": "", "insurer_id": "1", "branch_id": "999"}, "branch_id"),
        ({"roles": "Public"}, "roles"),
        ({"roles": ""}, "roles"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    site: Flask, client: TestApp, changes: dict[str, str], field: str
) -> None:
    answer = save_user(client, **changes)
    assert answer.status_int == 400  # type: ignore[attr-defined]
    summary = answer.html.find(class_="error-summary")  # type: ignore[attr-defined]
    assert summary.find("a", href=f"#{field}")
    with site.app_context():
        assert list(db.session.scalars(select(User.username))) == ["admin"]


@pytest.mark.req("A9", "P-005")
def test_change_of_roles_is_told_and_deactivation_ends_tokens(
    site: Flask, client: TestApp, clock: FixedClock
) -> None:
    save_user(client)
    with site.app_context():
        number = db.session.scalars(select(User.id).where(User.username == "hanako")).one()
        transact(
            lambda session: session.add(ApiToken(user_id=number, name="x", digest="d", created_at=clock.now()))
        )
    save_user(client, f"/userview/edit/{number}", roles="association", agency_id="")
    told = entries(site, "staff.user_changed")[0]
    assert (told["before"]["roles"], told["after"]["roles"]) == (["agency"], ["association"])  # type: ignore[index]
    page = client.get(f"/userview/edit/{number}")
    form = next(form for form in page.forms.values() if "username" in form.fields)
    form["active"] = False
    form.submit()
    with site.app_context():
        assert db.session.scalars(select(ApiToken.revoked_at)).one() == clock.now()
    assert client.get("/userview/edit/999", status="*").status_int == 404
