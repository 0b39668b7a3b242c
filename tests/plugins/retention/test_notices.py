"""Deletions announced 90 and 30 days before, and the screen that shows them."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.context import platform
from hoshou.platform.db import transact
from hoshou.platform.mail.outbox import SEALING, OutboxMail
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.retention.services import notices
from tests.accounts import add_agency, add_user, fresh, log_in
from tests.plugins.retention.ground import GONE_ON, INSURED_UNTIL, add_folders, run

JOB = "retention.notices"


def before(days: int) -> datetime:
    day = GONE_ON - timedelta(days=days)
    return jst(day.year, day.month, day.day, 8)


def told(app: Flask, clock: FixedClock, days: int) -> list[tuple[str, str]]:
    """The notices that a run so many days before queues: recipient and subject."""
    earlier = set(fresh().scalars(select(OutboxMail.id)))
    clock.move_to(before(days))
    run(app, JOB, clock.now())
    return [
        (mail.recipient, mail.subject.partition("（")[2])
        for mail in fresh().scalars(select(OutboxMail).order_by(OutboxMail.id))
        if mail.id not in earlier
    ]


@pytest.fixture
def agency(app: Flask) -> int:
    number = add_agency(app, "見本損害保険代理店", ms="MS-1")
    add_user(app, "agent", Role.AGENCY, agency="見本損害保険代理店")
    add_user(app, "insurer", Role.INSURER, insurer="ms")
    return number


@pytest.mark.req("A-080")
def test_the_agency_is_told_90_and_30_days_before_once_each(app: Flask, clock: FixedClock, agency: int) -> None:
    add_folders(2, agency_id=agency)
    first, second = [("agent@example.jp", "90日前、2件）")], [("agent@example.jp", "30日前、2件）")]
    expected = {91: [], 90: first, 89: [], 31: [], 30: second, 29: [], 1: [], 0: []}
    assert {days: told(app, clock, days) for days in expected} == expected


@pytest.mark.req("A-080")
def test_the_mail_says_what_when_and_where(app: Flask, clock: FixedClock, agency: int) -> None:
    add_folders(1, agency_id=agency)
    told(app, clock, 30)
    [mail] = fresh().scalars(select(OutboxMail))
    body = platform().keys.open(SEALING, mail.sealed_body or b"", mail.message_token).decode()
    number = fresh().scalars(select(BondFolder.policy_number)).one()
    for words in ("見本損害保険代理店", "2029/04/01", number, "http://127.0.0.1/retention/list/"):
        assert words in body
    assert "見本建設" not in body


@pytest.mark.req("A-080")
def test_a_missed_day_is_made_up_for_and_the_earlier_notice_is_not_sent_late(
    app: Flask, clock: FixedClock, agency: int
) -> None:
    add_folders(1, agency_id=agency)
    assert told(app, clock, 20) == [("agent@example.jp", "30日前、1件）")]
    assert told(app, clock, 19) == []


@pytest.mark.req("A-080", "A-012")
def test_without_an_agency_that_reads_it_the_insurer_is_told(app: Flask, clock: FixedClock, agency: int) -> None:
    add_folders(1)
    empty = add_agency(app, "誰もいない代理店", ms="MS-9")
    add_folders(1, agency_id=empty)
    assert told(app, clock, 90) == [("insurer@example.jp", "90日前、2件）")]


@pytest.mark.req("A-080")
def test_while_nobody_can_be_told_the_notice_waits(app: Flask, clock: FixedClock) -> None:
    add_folders(1)
    clock.move_to(before(90))
    assert run(app, JOB, clock.now()) == {"announced": 0, "mails": 0, "unreachable": 1}
    add_user(app, "insurer", Role.INSURER, insurer="ms")
    assert told(app, clock, 89) == [("insurer@example.jp", "90日前、1件）")]


@pytest.mark.req("A-080", "A-081")
def test_another_day_is_announced_anew(app: Flask, clock: FixedClock, agency: int) -> None:
    [number] = add_folders(1, agency_id=agency)
    assert len(told(app, clock, 90)) == 1

    def prolong(session: Session) -> None:
        session.get_one(BondFolder, number).insurance_end = date(2026, 4, 10)

    transact(prolong)
    assert told(app, clock, 89) == []
    assert told(app, clock, 80) == [("agent@example.jp", "90日前、1件）")]


@pytest.mark.req("A-080")
def test_many_folders_come_in_batches(
    app: Flask, clock: FixedClock, agency: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "BATCH", 2)
    add_folders(5, agency_id=agency)
    assert [subject for _, subject in told(app, clock, 90)] == ["90日前、2件）", "90日前、2件）", "90日前、1件）"]


@pytest.mark.req("A-080", "P-007", "A11")
def test_each_sees_their_own_and_the_association_only_counts(app: Flask, clock: FixedClock, agency: int) -> None:
    add_agency(app, "別の代理店", ms="MS-2")
    add_user(app, "neighbour", Role.AGENCY, agency="別の代理店")
    add_user(app, "kyokai", Role.ASSOCIATION)
    add_folders(1, agency_id=agency)
    add_folders(1, agency_id=agency, insurance_end=INSURED_UNTIL + timedelta(days=120))
    near, far = fresh().scalars(select(BondFolder.policy_number).order_by(BondFolder.id))
    clock.move_to(before(27) + timedelta(hours=2))
    home = log_in(app, "agent").get("/home/")
    assert "30日以内に削除される証券等" in home
    assert "期限 2029/04/01" in home
    for user, sees in (("agent", True), ("insurer", True), ("neighbour", False), ("kyokai", False)):
        page = log_in(app, user).get("/retention/list/")
        assert (near in page) == sees, user
        assert far not in page
        assert ("見本建設" in page) == sees, user
    counts = log_in(app, "kyokai").get("/retention/list/")
    assert "2029/04" in counts
    assert "2029/07" in counts
    assert "30日以内" not in log_in(app, "neighbour").get("/home/")
