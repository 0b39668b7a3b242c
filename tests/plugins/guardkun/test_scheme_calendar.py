"""The calendar's page, its feed for calendar programs, and the reminders by mail."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from webtest import TestApp

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.jobs.commands import jobs as jobs_command
from hoshou.platform.logs import redact
from hoshou.platform.mail.outbox import SEALING, OutboxMail
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.jobs import REMINDERS
from hoshou.plugins.guardkun.models.feeds import CalendarFeed
from hoshou.plugins.guardkun.models.scheme import SchemeCalendarRow, SchemeDeadline, SchemeYear, YearState
from hoshou.plugins.guardkun.services import reminders
from hoshou.plugins.guardkun.services.reminders import ReminderResult, remind
from tests.accounts import add_agency, add_user, browser, fresh, log_in, token
from tests.plugins.guardkun.ground import lay_ground


@pytest.fixture
def site(usual_url: str, make_app: Callable[..., Flask]) -> Flask:
    """The year 2026, open, and people with and without a part in the scheme."""
    app = make_app(usual_url)
    add_agency(app, "よその代理店", tokio="T-9")
    with app.app_context():
        transact(lambda session: lay_ground(session).year_id)
    add_user(app, "lead", Role.LEAD_OFFICE, insurer="ms")
    add_user(app, "agency", Role.AGENCY, agency="みなと代理店")
    add_user(app, "stranger", Role.AGENCY, agency="よその代理店")
    add_user(app, "tokio", Role.INSURER, insurer="tokio")
    add_user(app, "nisshin", Role.INSURER, insurer="nisshin")
    add_user(app, "group", Role.GROUP_ASSOCIATION)
    add_user(app, "kyokai", Role.ASSOCIATION)
    return app


def subscribe(client: TestApp) -> str:
    """The path of a new feed."""
    page = client.post("/scheme/calendar/subscribe", {"csrf_token": token(client.get("/scheme/calendar/"))})
    return page.html.select_one("[data-token]").get_text().removeprefix("http://127.0.0.1")  # type: ignore[no-any-return]


@pytest.mark.req("B-046", "B-047", "B-048", "B-063", "D-33")
def test_the_page_shows_every_date_and_can_be_narrowed_down(site: Flask) -> None:
    client = log_in(site, "agency")
    text = client.get("/scheme/calendar/").html.select_one("main").get_text(" ", strip=True)
    for expected in (
        "2026/04/30 (木) 17:00 募集締切 第1回募集締切（2026/06/01始期）：本登録と書類の到着",
        "2026/08/12 (水) 口座振替 1回目の賦課金の口座振替",
        "2026/05/31 (日)頃 加入者証",
        "2026/05/11 (月)～2026/05/31 (日) 計上",
    ):
        assert expected in text, expected
    rows = client.get("/scheme/calendar/?kind=deadline&year=2026").html.select("tbody tr")
    assert len(rows) == 13
    assert client.get("/scheme/calendar/?kind=%00&year=x").status_int == 200


@pytest.mark.req("P-012")
def test_beyond_the_known_holidays_the_page_says_so(site: Flask) -> None:
    with site.app_context():
        far = {"year": 2035, "period_start": date(2035, 6, 1), "period_end": date(2036, 6, 1)}
        transact(lambda session: session.execute(update(SchemeYear).values(**far)))
    page = log_in(site, "lead").get("/scheme/calendar/")
    assert "営業日カレンダーの範囲" in page.html.select_one(".empty").get_text()
    with site.app_context():
        assert [events for _year, events in reminders.running_events(db.session())] == [()]


@pytest.mark.req("B-046", "P-007")
def test_a_feed_answers_without_a_login_until_it_is_revoked(site: Flask) -> None:
    client, anyone = log_in(site, "agency"), browser(site)
    path = subscribe(client)
    answer = anyone.get(path)
    assert answer.content_type == "text/calendar"
    text = answer.text.replace("\r\n ", "")
    assert "SUMMARY:第1回募集締切（2026/06/01始期）：本登録と書類の到着\r\n" in text
    assert "UID:2026-deadline-202606-1@guardkun\r\nDTSTAMP:20260415T030000Z\r\nDTSTART:20260430T080000Z" in text
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") > 100
    # Nobody's data: neither the user's nor the agency's.
    assert not [word for word in ("agency", "みなと", "example.jp", "太郎") if word in text]
    second = subscribe(client)
    assert anyone.get(path, status="*").status_int == 404
    assert anyone.get(second).status_int == 200
    client.post("/scheme/calendar/unsubscribe", {"csrf_token": token(client.get("/scheme/calendar/"))})
    assert anyone.get(second, status="*").status_int == 404
    with site.app_context():
        entries = fresh().scalars(select(AuditEntry).where(AuditEntry.action.startswith("guardkun.feed_"))).all()
    assert [entry.action.rsplit("_")[-1] for entry in entries] == ["issued", "issued", "revoked"]
    secret = second.rsplit("/", 1)[1].removesuffix(".ics")
    assert not [entry for entry in entries if secret in entry.detail]


@pytest.mark.req("A1", "P-016")
def test_a_feeds_secret_is_kept_as_a_digest_and_stays_out_of_the_log(site: Flask) -> None:
    path = subscribe(log_in(site, "agency"))
    secret = path.rsplit("/", 1)[1].removesuffix(".ics")
    with site.app_context():
        feed = fresh().scalars(select(CalendarFeed)).one()
        assert secret not in feed.digest
    assert secret not in redact(f'"GET {path} HTTP/1.1" 200')


@pytest.mark.req("P-005")
@pytest.mark.parametrize("change", ["deactivated", "without a role", "closed at night"])
def test_a_feed_lives_as_long_as_its_user_may_see_the_dates(site: Flask, clock: FixedClock, change: str) -> None:
    path = subscribe(log_in(site, "agency"))

    def work(session: Session) -> None:
        user = session.scalars(select(User).where(User.username == "agency")).one()
        if change == "deactivated":
            user.active = False
        elif change == "without a role":
            user.roles = []

    with site.app_context():
        transact(work)
    clock.move_to(jst(2026, 4, 19, 3))  # A Sunday night: the dates are information, read at any hour.
    assert browser(site).get(path, status="*").status_int == (200 if change == "closed at night" else 404)


def test_a_draft_is_in_no_feed(site: Flask) -> None:
    path = subscribe(log_in(site, "lead"))
    with site.app_context():
        transact(lambda session: session.execute(update(SchemeYear).values(state=YearState.DRAFT.value)))
    assert "VEVENT" not in browser(site).get(path).text


def run(site: Flask, at: datetime, days: int = 5) -> ReminderResult:
    with site.app_context():
        return remind(
            unit_of_work, FixedClock(at), platform().keys, REMINDERS, days, "https://example.jp/calendar"
        )


def mails(site: Flask) -> list[tuple[str, str]]:
    """Recipient and body of each mail in the outbox, in order."""
    with site.app_context():
        keys = platform().keys
        return [
            (
                mail.recipient.partition("@")[0],
                keys.open(SEALING, mail.sealed_body or b"", mail.message_token).decode(),
            )
            for mail in fresh().scalars(select(OutboxMail).order_by(OutboxMail.id))
        ]


@pytest.mark.req("B-047", "P-009")
def test_a_deadline_is_announced_once_to_whom_it_concerns(site: Flask) -> None:
    # 30 April 2026 less five business days, 29 April being a holiday, is Wednesday the 22nd.
    assert run(site, jst(2026, 4, 21, 8)).mails == 0
    assert run(site, jst(2026, 4, 22, 8)) == ReminderResult(1, 3)
    assert run(site, jst(2026, 4, 22, 8)) == ReminderResult(1, 0)
    assert run(site, jst(2026, 4, 28, 8)) == ReminderResult(1, 0)
    told = mails(site)
    assert [name for name, _body in told] == ["lead", "agency", "nisshin"]
    assert (
        "期日: 2026/04/30\n予定: 第1回募集締切（2026/06/01始期）：本登録と書類の到着（17:00まで）\n" in told[0][1]
    )


@pytest.mark.req("B-048", "B-082", "B-086", "F8")
def test_a_run_that_was_missed_is_caught_up_and_the_past_is_not(site: Flask) -> None:
    assert run(site, jst(2026, 5, 20, 18)).mails == 3
    assert run(site, jst(2026, 5, 21, 8)) == ReminderResult(0, 0)


@pytest.mark.req("B-071")
def test_debits_are_announced_to_who_collects(site: Flask) -> None:
    # Five business days before 12 August 2026, with 11 August a holiday.
    assert run(site, jst(2026, 8, 3, 8)).events == 0
    assert run(site, jst(2026, 8, 4, 8)) == ReminderResult(1, 2)
    assert [name for name, _body in mails(site)] == ["lead", "group"]


@pytest.mark.req("B-064", "B-082", "B-086")
def test_one_mail_tells_of_all_that_a_day_holds(site: Flask) -> None:
    assert run(site, jst(2026, 11, 19, 8)).mails == 3
    (line,) = {body.partition("予定: ")[2].splitlines()[0] for _name, body in mails(site)}
    assert line.split(" / ") == [
        "口座変更の到着締切（2027/01/12の引去りから）",
        "変更届出書の到着締切（2026/12/01の変更）",
        "中途加入の締切（2026/12/01始期）：本登録と書類の到着（17:00まで）",
    ]


def test_a_moved_date_is_announced_again(site: Flask) -> None:
    assert run(site, jst(2026, 4, 23, 8)).mails == 3
    with site.app_context():
        first = SchemeDeadline.is_renewal & (SchemeDeadline.closing == 1)
        transact(lambda session: session.execute(update(SchemeDeadline).where(first).values(day=28)))
    assert run(site, jst(2026, 4, 23, 8)).mails == 3


@pytest.mark.req("B-046")
def test_what_is_about_and_what_is_turned_off_is_not_announced(site: Flask) -> None:
    def work(session: Session) -> None:
        year = session.scalars(select(SchemeYear.id)).one()
        for title, is_about in (("およそ", True), ("100%発送", False)):
            session.add(
                SchemeCalendarRow(scheme_year_id=year, day=jst(2026, 2, 18).date(), is_about=is_about, title=title)
            )

    with site.app_context():
        transact(work)
    assert run(site, jst(2026, 2, 17, 8), days=0) == ReminderResult(0, 0)
    assert run(site, jst(2026, 2, 17, 8)) == ReminderResult(1, 2)
    assert "予定: 100%発送\n" in mails(site)[0][1]
    assert "およそ" not in mails(site)[0][1]


@pytest.mark.req("P-009")
def test_recipients_are_told_in_batches(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 1)
    assert run(site, jst(2026, 4, 22, 8)).mails == 3
    assert run(site, jst(2026, 4, 22, 8)).mails == 0


@pytest.mark.req("P-009")
def test_the_job_has_a_dry_run(site: Flask, clock: FixedClock) -> None:
    arguments = ["run", "guardkun.reminders", "--as-of", "2026-04-22T08:10:00+09:00", "--json"]
    dry = CliRunner().invoke(jobs_command, [*arguments, "--dry-run"], obj=lambda: site)
    assert "3" in dry.output, dry.output
    assert mails(site) == []
    done = CliRunner().invoke(jobs_command, arguments, obj=lambda: site)
    assert json.loads(done.output)
    assert len(mails(site)) == 3


@pytest.mark.req("B-047")
@pytest.mark.parametrize(
    ("user", "sees"), [("agency", True), ("lead", True), ("stranger", False), ("tokio", False)]
)
def test_the_home_shows_the_next_deadline_to_who_solicits(site: Flask, user: str, sees: bool) -> None:
    page = log_in(site, user).get("/home/")
    assert ("期限 2026/04/30 17:00" in page.text) is sees


def test_the_next_deadline_is_the_first_that_is_not_past(site: Flask, clock: FixedClock) -> None:
    clock.move_to(jst(2026, 4, 30, 17))
    assert "期限 2026/04/30 17:00" in log_in(site, "lead").get("/home/").text
    clock.move_to(jst(2026, 4, 30, 17, 0, 1))
    assert "期限 2026/05/20 17:00" in log_in(site, "lead").get("/home/").text


def test_others_reach_neither_page_nor_feed(site: Flask) -> None:
    client: Any = log_in(site, "kyokai")
    assert client.get("/scheme/calendar/", status="*").status_int == 403
    assert browser(site).get("/scheme/feed/" + "x" * 43 + ".ics", status="*").status_int == 404
