"""Staff accounts by the terminal: made with a link, listed, ended whole."""

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select

from hoshou.base.clock import FixedClock
from hoshou.platform import tickets
from hoshou.platform.actor import SYSTEM
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.staff import links
from hoshou.platform.staff.models import ApiToken, StaffLink
from hoshou.platform.staff.passwords import set_password
from hoshou.platform.subject import Role
from hoshou.platform.tickets import TicketKind
from hoshou.plugins.organisations.commands import users
from hoshou.plugins.organisations.models import Agency
from hoshou.plugins.organisations.services.accounts import deactivate_account, list_accounts
from hoshou.plugins.organisations.services.administration import UserDetails, create_user
from tests.refusals import refused

PASSWORD = "correct-horse-battery"


def create(clock: FixedClock, name: str) -> int:
    details = UserDetails(name, "未来野", "はな", f"{name}@demo.example", True, [Role.AUDITOR.value])

    def work(session: Any) -> int:
        user = create_user(session, clock, SYSTEM, details)
        set_password(session, clock, SYSTEM, user, PASSWORD)
        return int(user.id)

    return transact(work)


def agency() -> int:
    def work(session: Any) -> int:
        row = Agency(name="株式会社みらい野保険サービス")
        session.add(row)
        session.flush()
        return row.id

    return transact(work)


@pytest.mark.req("A9", "P-023")
def test_a_deactivated_account_loses_sessions_tokens_and_links(app: Flask, clock: FixedClock) -> None:
    user_id, other_id = create(clock, "hana"), create(clock, "ken")
    keys, until = platform().keys, clock.now() + timedelta(hours=12)

    def enter(session: Any, user: int) -> str:
        session.add(ApiToken(user_id=user, name="x", digest=f"t{user}", created_at=clock.now()))
        session.add(StaffLink(user_id=user, digest=f"l{user}", expires_at=until))
        kind = TicketKind.STAFF
        return tickets.issue(session, clock, keys, kind, str(user), idle=timedelta(hours=1), until=until).public_id

    mine, others = (transact(lambda session, user=user: enter(session, user)) for user in (user_id, other_id))

    for _ in range(2):
        transact(lambda session: deactivate_account(session, clock, SYSTEM, "hana"))

    states = {
        user: (
            tickets.is_alive(db.session.get_one(tickets.Ticket, ticket), clock),
            db.session.scalars(select(ApiToken).where(ApiToken.user_id == user)).one().revoked_at is None,
            db.session.scalars(select(StaffLink).where(StaffLink.user_id == user)).one().used_at is None,
        )
        for user, ticket in ((user_id, mine), (other_id, others))
    }
    assert states == {user_id: (False, False, False), other_id: (True, True, True)}
    assert {line.username: line.active for line in list_accounts(db.session())} == {"hana": False, "ken": True}
    with app.test_request_context():
        assert app.appbuilder.sm.auth_user_db("hana", PASSWORD) is None  # type: ignore[attr-defined]
    with refused("user_unknown", "name"):
        transact(lambda session: deactivate_account(session, clock, SYSTEM, "nobody"))


@pytest.fixture
def run(app: Flask) -> Any:
    def invoke(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(users, arguments, obj=lambda: app, input=typed)

    return invoke


@pytest.mark.req("P-005")
def test_accounts_are_made_listed_and_ended_by_the_terminal(run: Any, app: Flask) -> None:
    agency()
    options = ["--role", "agency", "--agency", "株式会社みらい野保険サービス", "--email", "hana@demo.example"]

    made = run("create", "hana", *options, "--json")
    assert made.exit_code == 0
    link = json.loads(made.stdout)["link"]
    assert link.startswith(app.config["PUBLIC_URL"] + "/staff/link/")

    (line,) = json.loads(run("list", "--json").stdout)
    assert line == {
        "username": "hana",
        "name": "hana hana",
        "email": "hana@demo.example",
        "roles": ["agency"],
        "home": "株式会社みらい野保険サービス",
        "active": True,
    }
    use_link(link)
    with app.test_request_context():
        assert app.appbuilder.sm.auth_user_db("hana", PASSWORD) is not None  # type: ignore[attr-defined]

    assert run("deactivate", "hana").exit_code == 0
    assert "（停止中）" in run("list").stdout


def use_link(link: str) -> None:
    here = platform()
    token = link.rpartition("/")[2]
    transact(lambda session: links.use_link(session, here.clock, here.keys, token, PASSWORD, "192.0.2.1"))


@pytest.mark.req("A22")
def test_a_link_that_was_not_used_dies_with_its_account(run: Any, app: Flask) -> None:
    made = run("create", "hana", "--role", "auditor", "--email", "hana@demo.example", "--json")
    run("deactivate", "hana")

    with refused("link_dead"):
        use_link(json.loads(made.stdout)["link"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["create", "a", "--role", "agency", "--agency", "ない店", "--email", "a@demo.example"], "agency_unknown"),
        (
            ["create", "a", "--role", "insurer", "--insurer", "none", "--email", "a@demo.example"],
            "insurer_unknown",
        ),
        (["create", "a", "--role", "insurer", "--email", "a@demo.example"], "no_insurer"),
        (["create", "a", "--role", "auditor", "--email", "a"], "mail_address_invalid"),
        (["deactivate", "nobody"], "user_unknown"),
    ],
)
def test_a_refusal_is_told_to_programs(run: Any, arguments: list[str], code: str) -> None:
    answer = run(*arguments, "--json")

    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["error"]["code"] == code


def test_without_roles_there_are_no_accounts(run: Any, app: Flask) -> None:
    def forget(session: Any) -> None:
        for role in session.scalars(select(RoleRow)):
            session.delete(role)

    transact(forget)

    answer = run("create", "a", "--role", "auditor", "--email", "a@demo.example", "--json")
    assert json.loads(answer.stdout)["error"]["code"] == "role_missing"
    assert json.loads(run("list", "--json").stdout) == []
