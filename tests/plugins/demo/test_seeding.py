"""The demo's data come in by the product's own services, once."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock
from hoshou.base.errors import Refused
from hoshou.platform import audit
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import Model, db, transact
from hoshou.platform.mail.outbox import OutboxMail
from hoshou.platform.tickets import Ticket
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.rules.kinds import FileKind
from hoshou.plugins.bonds.services import unlock
from hoshou.plugins.bonds.services.url import token_in, viewing_url
from hoshou.plugins.demo.commands import enter_visits, seed_domains, upload_policies
from hoshou.plugins.demo.rules.accounts import ACCOUNTS, PASSWORD
from hoshou.plugins.demo.rules.portfolio import DemoPolicy, demo_policies
from hoshou.plugins.demo.rules.visits import VisitKind, demo_visits
from hoshou.plugins.demo.services import parties, policies
from hoshou.plugins.demo.services.data_folder import MARKER, open_data_folder
from hoshou.plugins.demo.services.mailbox import newest_about, read_mails
from hoshou.plugins.domains.services.registered import is_registered
from hoshou.plugins.organisations.services.accounts import list_accounts
from tests.conftest import NOON

TODAY = NOON.date()
PORTFOLIO = demo_policies(TODAY)
FEW = (PORTFOLIO[0], PORTFOLIO[3], PORTFOLIO[8])
"""An annex and a change; a scan, by the insurer's own staff; a replaced certificate."""


def seed() -> None:
    clock = platform().clock
    transact(lambda session: parties.seed_agencies(session, PORTFOLIO))
    transact(lambda session: parties.seed_accounts(session, clock))
    upload_policies(FEW)
    seed_domains()
    enter_visits(FEW)


def rows() -> dict[str, int]:
    """How many rows each table has."""
    tables = Model.metadata.sorted_tables
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def folder_of(policy: DemoPolicy) -> BondFolder:
    folder = policies.folder_of(db.session(), policy)
    assert folder is not None
    return folder


@pytest.fixture
def seeded(demo_app: Flask) -> Flask:
    seed()
    return demo_app


@pytest.mark.req("P-020", "P-009")
def test_seeding_twice_changes_nothing(seeded: Flask, mails: Path) -> None:
    before, mails_before = rows(), read_mails(mails)
    head = audit.read_head(db.session())

    seed()

    assert rows() == before
    assert read_mails(mails) == mails_before
    assert audit.read_head(db.session()) == head
    assert audit.verify(db.session(), audit.audit_key()) == []


@pytest.mark.req("P-020", "A-015", "A-019")
def test_files_come_in_on_their_days_by_their_uploaders(seeded: Flask) -> None:
    for policy in FEW:
        folder = folder_of(policy)
        files = sorted(folder.files, key=lambda file: file.number)
        assert [file.uploaded_at.date() for file in files] == [file.uploaded_on for file in policy.files]
        assert folder.insurance_end == policy.facts.insured_to
        assert folder.password_serial == len(policy.files)
    replaced = db.session.scalars(select(BondFile).where(BondFile.replaced_at.is_not(None))).one()
    assert replaced.folder_id == folder_of(PORTFOLIO[8]).id
    assert {file.kind for file in folder_of(PORTFOLIO[0]).files} == set(FileKind)
    assert {file.uploaded_by for file in folder_of(PORTFOLIO[0]).files} == {"agency1"}
    assert {file.uploaded_by for file in folder_of(PORTFOLIO[3]).files} == {"insurer4"}


@pytest.mark.req("P-020", "A-024", "A-030")
def test_the_newest_password_mail_opens_its_folder(seeded: Flask, mails: Path) -> None:
    policy = PORTFOLIO[0]
    keys, number = platform().keys, policy.facts.policy_number
    mail = newest_about(mails, policy.agency.email, number)
    assert mail is not None
    password = mail.text.split("閲覧用パスワード: ")[1].split()[0]
    token = token_in(viewing_url(keys, folder_of(policy), seeded.config["PUBLIC_URL"]))

    assert unlock.match(db.session(), keys, token, password).folder_id == folder_of(policy).id
    urls = [mail for mail in read_mails(mails, policy.contractor.email) if number in mail.subject]
    assert len(urls) == len(policy.files)
    assert all(token in mail.text and password not in mail.text for mail in urls)
    assert {state for (state,) in db.session.execute(select(OutboxMail.state))} == {"sent"}


@pytest.mark.req("P-011", "P-020")
def test_visitors_came_by_the_public_services(seeded: Flask) -> None:
    actions = [
        db.session.execute(
            select(AuditEntry.action, AuditEntry.actor_name)
            .where(AuditEntry.object_kind == "bonds_folder", AuditEntry.object_id == str(folder_of(policy).id))
            .where(AuditEntry.action.startswith("viewer.") | AuditEntry.action.startswith("orderer."))
            .order_by(AuditEntry.at, AuditEntry.id)
        ).all()
        for policy in FEW
    ]
    viewed = ["viewer.entered", *["viewer.viewed"] * 3]
    taken = [
        "orderer.otp_issued",
        "orderer.verified",
        *["orderer.viewed", "orderer.downloaded"] * 3,
        "orderer.left",
    ]
    assert [action for action, _name in actions[0]] == viewed + taken
    assert actions[0][-1].actor_name == "k***@city.aobano.example"
    refused = ["viewer.entered", "viewer.viewed", "orderer.refused", "viewer.entered", "viewer.viewed"]
    assert [action for action, _name in actions[1]] == refused
    assert actions[2]
    assert db.session.scalars(select(Ticket).where(Ticket.ended_at.is_(None))).all() == []


def test_a_fifth_of_the_policies_is_still_unseen_and_nobody_comes_from_the_future() -> None:
    visits = demo_visits(PORTFOLIO, parties.REGISTERED.domain, NOON)
    seen = {visit.policy.facts.policy_number for visit in visits}
    assert not seen & {policy.facts.policy_number for policy in PORTFOLIO[4::5]}
    assert {visit.kind for visit in visits} == set(VisitKind)
    assert all(visit.at <= NOON and visit.at.weekday() < 5 for visit in visits)


@pytest.mark.req("P-005", "P-020")
def test_there_is_an_account_for_every_role_and_it_may_log_in(seeded: Flask) -> None:
    accounts = {account.username: account for account in list_accounts(db.session())}

    assert set(accounts) == {account.username for account in ACCOUNTS}
    assert Counter(account.roles[0] for account in accounts.values()) == {
        "administrator": 1,
        "association": 1,
        "auditor": 1,
        "agency": 6,
        "insurer": 8,
        "lead_office": 1,
        "co_insurer": 1,
        "group_association": 2,
        "prefecture": 1,
    }
    with seeded.test_request_context():
        assert all(seeded.appbuilder.sm.auth_user_db(name, PASSWORD) for name in ("admin", "agency1"))  # type: ignore[attr-defined]


@pytest.mark.req("A-060", "P-020")
def test_of_three_domains_only_the_registered_one_lets_in(seeded: Flask) -> None:
    clock = FixedClock(NOON)
    answers = [
        is_registered(db.session(), clock, f"keiyaku@{orderer.domain}")
        for orderer in (parties.REGISTERED, parties.REVIEWED, parties.APPLIED)
    ]

    assert answers == [True, False, False]


@pytest.mark.parametrize("moment", [NOON, NOON.replace(hour=0, minute=5)])
def test_uploads_are_told_in_order_and_never_from_the_future(moment: object) -> None:
    clock = FixedClock(NOON if moment == NOON else NOON.replace(hour=0, minute=5))
    uploads = policies.demo_uploads(PORTFOLIO, clock)

    assert len(uploads) == sum(len(policy.files) for policy in PORTFOLIO)
    assert [one.at for one in uploads] == sorted(one.at for one in uploads)
    assert uploads[-1].at <= clock.now()


def test_the_folder_keeps_its_day_and_fresh_begins_anew(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    later = FixedClock(NOON + timedelta(days=9))

    assert open_data_folder(folder, FixedClock(NOON), fresh=False) == TODAY
    (folder / "hoshou.sqlite").write_text("")
    assert open_data_folder(folder, later, fresh=False) == TODAY
    assert open_data_folder(folder, later, fresh=True) == date(2026, 4, 24)
    assert [path.name for path in folder.iterdir()] == [MARKER]
    assert json.loads((folder / MARKER).read_text()) == {"today": "2026-04-24"}


@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, fresh: bool) -> None:
    (tmp_path / "hoshou.sqlite").write_text("precious")

    with pytest.raises(Refused):
        open_data_folder(tmp_path, FixedClock(NOON), fresh=fresh)

    assert (tmp_path / "hoshou.sqlite").read_text() == "precious"
