"""The co-insurers' files: one each, once, the same bytes however often (B-099, D-31)."""

import csv
import hashlib
import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import NotFound
from hoshou.platform.actor import SYSTEM
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.files.model import StoredFile
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.handoffs import Handoff, HandoffColumn
from hoshou.plugins.debits.services.month_end.handoffs import fetch_handoff, visible_handoffs
from hoshou.plugins.guardkun.models.members import Member
from hoshou.plugins.organisations.models import Insurer
from tests.accounts import fresh
from tests.plugins.debits.ledger.test_month_end import END_OF_AUGUST, remit
from tests.plugins.debits.ledger.test_post import book
from tests.plugins.debits.ledger.worked import Scheme, august
from tests.plugins.retention.ground import run

JOB = "debits.handoff"
MID_SEPTEMBER = jst(2026, 9, 15, 7)
TITLES = [
    "証券番号",
    "加入者名",
    "代理店登録番号",
    "募集代理店名",
    "部店課支社コード・代理店コード",
    "保険始期",
    "保険終期",
    "引去月",
    "払込回",
    "保険料",
    "うち集金事務費",
    "幹事代理店分担保険料",
    "募集代理店分担保険料",
    "代理店手数料受取月",
]


@pytest.fixture
def remitted(scheme: Scheme, clock: FixedClock) -> Scheme:
    """August's premium is on its way, and mid-September has come."""
    book(clock, august, scheme)
    clock.move_to(END_OF_AUGUST)
    remit(clock)
    clock.move_to(MID_SEPTEMBER)
    return scheme


def content(file: StoredFile) -> bytes:
    return platform().files.read(file.blob)


def handoffs() -> dict[str, Handoff]:
    return {row.insurer.code: row for row in fresh().scalars(select(Handoff))}


def insurer_id(code: str) -> int:
    return db.session.scalars(select(Insurer.id).where(Insurer.code == code)).one()


def staff(*roles: Role, insurer: str = "") -> Subject:
    home = insurer_id(insurer) if insurer else None
    return Subject(1, "x", "x@example.jp", frozenset(role.value for role in roles), insurer_id=home)


@pytest.mark.req("B-099", "D-31", "B-097")
def test_each_co_insurer_gets_its_lines_in_both_encodings(app: Flask, remitted: Scheme) -> None:
    assert run(app, JOB, MID_SEPTEMBER) == {"handoffs": 2}
    found = handoffs()
    assert set(found) == {"aioi", "nisshin"}
    mine = found["aioi"]
    assert (mine.day.isoformat(), mine.lines, mine.premium) == ("2026-09-15", 1, 424)
    text = content(mine.utf8_file).decode("utf-8-sig")
    assert content(mine.utf8_file).startswith(b"\xef\xbb\xbf")
    assert content(mine.cp932_file).decode("cp932") == text
    assert list(csv.reader(io.StringIO(text))) == [
        TITLES,
        [
            "G2600000002",
            "見本警備株式会社",
            "20000000002",
            "やまと代理店",
            "RRR00-AB12",
            "2026-06-01",
            "2027-06-01",
            "2026-08",
            "1",
            "424",
            "30",
            "42",
            "382",
            "2026-10",
        ],
    ]
    assert mine.utf8_file.sha256 == hashlib.sha256(content(mine.utf8_file)).hexdigest()
    nothing = found["nisshin"]
    assert (nothing.lines, nothing.premium) == (0, 0)
    assert content(nothing.utf8_file).decode("utf-8-sig").count("\r\n") == 1


@pytest.mark.req("B-099", "F8", "P-009")
def test_made_on_its_day_once_and_made_up_for(app: Flask, remitted: Scheme, clock: FixedClock) -> None:
    clock.move_to(MID_SEPTEMBER - timedelta(days=1))
    assert run(app, JOB, clock.now()) == {"handoffs": 0}
    rehearsed = run(app, JOB, MID_SEPTEMBER, dry_run=True)
    assert rehearsed["would_make"] == [
        {"month": "2026-08", "insurer": "aioi"},
        {"month": "2026-08", "insurer": "nisshin"},
    ]
    assert handoffs() == {}
    clock.move_to(MID_SEPTEMBER + timedelta(days=3))
    assert run(app, JOB, clock.now()) == {"handoffs": 2}
    before = {code: row.utf8_file.sha256 for code, row in handoffs().items()}
    assert run(app, JOB, clock.now() + timedelta(minutes=1)) == {"handoffs": 0}
    assert {code: row.utf8_file.sha256 for code, row in handoffs().items()} == before


@pytest.mark.req("D-31", "B7")
def test_a_co_insurers_own_columns_and_no_formula(app: Flask, remitted: Scheme) -> None:
    def prepare(session: object) -> None:
        for position, (field, title) in enumerate((("member", "契約者"), ("premium", "=P")), start=1):
            session.add(  # type: ignore[attr-defined]
                HandoffColumn(insurer_id=insurer_id("aioi"), position=position, field=field, title=title)
            )
        session.execute(update(Member).values(name="=𠮷野警備"))  # type: ignore[attr-defined]

    transact(prepare)
    run(app, JOB, MID_SEPTEMBER)
    mine = handoffs()["aioi"]
    assert content(mine.utf8_file).decode("utf-8-sig") == "契約者,'=P\r\n'=𠮷野警備,424\r\n"
    assert content(mine.cp932_file).decode("cp932") == "契約者,'=P\r\n'=〓野警備,424\r\n"
    assert mine.unwritable == 1


@pytest.mark.req("B-099", "B8", "A11")
def test_a_co_insurer_fetches_its_own_only(app: Flask, remitted: Scheme, clock: FixedClock) -> None:
    run(app, JOB, MID_SEPTEMBER)
    theirs, mine = handoffs()["nisshin"].id, handoffs()["aioi"].id
    subject = staff(Role.CO_INSURER, insurer="aioi")

    def fetch(subject: Subject, handoff_id: int, encoding: str = "cp932") -> str:
        return transact(
            lambda session: fetch_handoff(session, clock, SYSTEM, subject, handoff_id, encoding).original_name
        )

    assert fetch(subject, mine) == "keibi-202608-aioi-cp932.csv"
    for foreign in (
        lambda: fetch(subject, theirs),
        lambda: fetch(subject, mine, "ebcdic"),
        lambda: fetch(staff(Role.AGENCY), mine),
        lambda: fetch(staff(Role.CO_INSURER), mine),
        lambda: fetch(staff(Role.INSURER, insurer="aioi"), mine),
    ):
        with pytest.raises(NotFound):
            foreign()
    assert fetch(staff(Role.LEAD_OFFICE), theirs, "utf8") == "keibi-202608-nisshin-utf8.csv"
    seen = db.session.scalars(select(Handoff.id).where(visible_handoffs(subject))).all()
    assert seen == [mine]
    actions = fresh().scalars(select(AuditEntry.action)).all()
    assert actions.count("debits_handoff.downloaded") == 2


@pytest.mark.req("B-099")
def test_what_was_handed_over_stays(app: Flask, remitted: Scheme) -> None:
    run(app, JOB, MID_SEPTEMBER)
    for statement in (update(Handoff).values(premium=0), delete(Handoff)):
        with pytest.raises(DBAPIError, match="append-only"), unit_of_work() as session:
            session.execute(statement)
