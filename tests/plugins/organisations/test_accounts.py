"""Staff accounts: made for one role and home, ended whole."""

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from hoshou.base.clock import FixedClock
from hoshou.platform import audit, tickets
from hoshou.platform.actor import SYSTEM
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.staff.models import ApiToken, StaffLink
from hoshou.platform.subject import Role
from hoshou.platform.tickets import TicketKind
from hoshou.plugins.organisations.commands import users
from hoshou.plugins.organisations.models import Agency
from hoshou.plugins.organisations.services.accounts import (
    NewAccount,
    create_account,
    deactivate_account,
    insurer_with_code,
    list_accounts,
)
from hoshou.plugins.organisations.services.subject import subject_of
from tests.refusals import refused

PASSWORD = "correct-horse-battery"


def create(clock: FixedClock, **values: Any) -> int:
    account = NewAccount(
        **{"username": "hana", "role": Role.AUDITOR, "email": "hana@demo.example", "last_name": "未来野"} | values
    )
    return transact(lambda session: int(create_account(session, clock, SYSTEM, account, PASSWORD).id))


def agency() -> int:
    def work(session: Any) -> int:
        row = Agency(name="株式会社みらい野保険サービス")
        session.add(row)
        session.flush()
        return row.id

    return transact(work)


@pytest.mark.req("P-005")
def test_a_new_account_may_log_in_and_has_its_role_and_home(app_on_both: Flask, clock: FixedClock) -> None:
    insurer_id = insurer_with_code(db.session(), "tokio").id
    user_id = create(clock, role=Role.INSURER, insurer_id=insurer_id, first_name="はな")
    subject = subject_of(db.session(), user_id)

    assert subject is not None
    assert subject.has(Role.INSURER)
    assert (subject.insurer_id, subject.agency_id) == (insurer_id, None)
    assert subject.name == "未来野 はな"
    with app_on_both.test_request_context():
        assert app_on_both.appbuilder.sm.auth_user_db("hana", PASSWORD).id == user_id  # type: ignore[attr-defined]
        assert app_on_both.appbuilder.sm.auth_user_db("hana", "wrong") is None  # type: ignore[attr-defined]


@pytest.mark.req("P-011")
def test_an_account_is_audited_without_its_password(app: Flask, clock: FixedClock) -> None:
    user_id = create(clock)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "staff.account_created")).one()

    assert entry.object_id == str(user_id)
    assert PASSWORD not in entry.detail
    assert audit.verify(db.session(), audit.audit_key()) == []


@pytest.mark.req("P-007")
@pytest.mark.parametrize(
    ("role", "insurer_id", "agency_id", "code"),
    [
        (Role.INSURER, None, None, "home_missing"),
        (Role.AGENCY, None, None, "home_missing"),
        (Role.INSURER, 1, 1, "home_foreign"),
        (Role.AGENCY, 1, 1, "home_foreign"),
        (Role.ADMINISTRATOR, 1, None, "home_foreign"),
        (Role.AUDITOR, None, 1, "home_foreign"),
    ],
)
def test_role_and_home_must_fit(
    app: Flask, clock: FixedClock, role: Role, insurer_id: int | None, agency_id: int | None, code: str
) -> None:
    with refused(code):
        create(clock, role=role, insurer_id=insurer_id, agency_id=agency_id)


@pytest.mark.parametrize("taken", [{"username": "hana"}, {"email": "hana@demo.example"}])
def test_a_name_or_address_is_taken_once(app: Flask, clock: FixedClock, taken: dict[str, str]) -> None:
    create(clock)

    with refused("account_exists", "username"):
        create(clock, **({"username": "other", "email": "other@demo.example"} | taken))


def test_a_short_password_is_refused(app: Flask, clock: FixedClock) -> None:
    account = NewAccount("hana", Role.AUDITOR, "hana@demo.example", "未来野")

    with refused("password_short", "password"):
        transact(lambda session: create_account(session, clock, SYSTEM, account, "elevenchars"))


@pytest.mark.req("A9", "P-023")
def test_a_deactivated_account_loses_sessions_tokens_and_links(app: Flask, clock: FixedClock) -> None:
    user_id, other_id = create(clock), create(clock, username="ken", email="ken@demo.example")
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
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    options = ["--role", "agency", "--agency", "株式会社みらい野保険サービス", "--email", "hana@demo.example"]

    made = run("create", "hana", *options, "--json", typed=typed)
    assert made.exit_code == 0
    assert json.loads(made.stdout)["username"] == "hana"
    assert PASSWORD not in made.output

    (line,) = json.loads(run("list", "--json").stdout)
    assert line == {
        "username": "hana",
        "name": "hana",
        "email": "hana@demo.example",
        "roles": ["agency"],
        "home": "株式会社みらい野保険サービス",
        "active": True,
    }

    assert run("deactivate", "hana").exit_code == 0
    assert "（停止中）" in run("list").stdout


@pytest.mark.parametrize(
    ("arguments", "typed", "code"),
    [
        (
            ["create", "a", "--role", "agency", "--agency", "ない店", "--email", "a@demo.example"],
            True,
            "agency_unknown",
        ),
        (
            ["create", "a", "--role", "insurer", "--insurer", "none", "--email", "a@demo.example"],
            True,
            "insurer_unknown",
        ),
        (["create", "a", "--role", "auditor", "--email", "a"], True, "mail_address_invalid"),
        (["deactivate", "nobody"], False, "user_unknown"),
    ],
)
def test_a_refusal_is_told_to_programs(run: Any, arguments: list[str], typed: bool, code: str) -> None:
    answer = run(*arguments, "--json", typed=f"{PASSWORD}\n{PASSWORD}\n" if typed else "")

    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["error"]["code"] == code
