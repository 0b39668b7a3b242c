"""未受領の証券等: which folders, whose, and at what cost (P-007, P-011)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from webtest import TestApp

from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.bonds.models import BondFolder, BondWaiting
from hoshou.plugins.bonds.services.passwords import new_secrets
from hoshou.plugins.bonds.services.waiting import keep_waiting, release
from hoshou.plugins.receipts.plugin import home_items
from hoshou.plugins.receipts.rules.window import Place, Side, Window
from hoshou.plugins.receipts.services.receipt import read_receipt
from hoshou.plugins.receipts.services.undownloaded import (
    undownloaded_by_insurer,
    undownloaded_page,
    undownloaded_soon,
)
from tests.accounts import add_agency, insurer_id
from tests.plugins.bonds.factories import STAFF, insurer_subject
from tests.plugins.receipts.crowd import add_crowd, counted_work
from tests.plugins.receipts.desk import LIST, Desk

TODAY = date(2026, 4, 15)


def listed(user: TestApp, query: str = "") -> list[str]:
    """The policy numbers on the list."""
    return [link.get_text() for link in user.get(LIST + query).html.select("tbody a")]


def words(user: TestApp, query: str = "") -> str:
    return " ".join(user.get(LIST + query).html.main.get_text(" ").split())


@pytest.mark.req("P-011", "A-053")
def test_a_folder_is_listed_until_an_orderer_downloads_its_newest_file(desk: Desk) -> None:
    made = desk.folder(insurance_start="2026-04-20")
    agent = desk.agent()
    assert listed(agent) == [made.policy_number]
    assert "まだ利用されていません" in words(agent)
    desk.minutes_pass(1)
    desk.site.enter(made)
    assert listed(agent) == [made.policy_number], "who only looks hasn't downloaded"
    assert "閲覧用パスワードの認証 2026/04/15 12:01" in words(agent)
    assert desk.download(made) == made.files[0]
    assert listed(agent) == []
    desk.minutes_pass(1)
    added = desk.folder(policy_number=made.policy_number, insurance_start="2026-04-20")
    assert listed(agent) == [made.policy_number], "the added file hasn't been downloaded"
    desk.download(added)
    assert listed(agent) == []


@pytest.mark.req("P-011", "A16")
def test_a_file_that_waited_for_the_scanner_counts_from_its_release(desk: Desk) -> None:
    made = desk.folder(insurance_start="2026-04-20")
    desk.download(made)
    desk.minutes_pass(1)
    added = desk.folder(policy_number=made.policy_number, insurance_start="2026-04-20")
    agent = desk.agent()
    assert listed(agent) == [made.policy_number]
    clock = desk.site.clock

    def hold_back(session: Session) -> int:
        folder = session.get_one(BondFolder, made.folder_id)
        keep_waiting(session, clock, STAFF, insurer_subject(session), folder, [folder.files[0]])
        return session.scalars(select(BondWaiting.id)).one()

    waiting = desk.site.run(hold_back)
    assert listed(agent) == [], "nobody can download it"
    assert "検査待ち" in agent.get(f"/receipts/folders/{made.folder_id}")
    desk.minutes_pass(1)
    assert desk.download(added) == made.files[0], "meanwhile the older file is downloaded again"
    desk.minutes_pass(1)
    secrets = new_secrets()
    desk.site.run(
        lambda session: release(session, clock, platform().keys, STAFF, waiting, secrets, "http://127.0.0.1")
    )
    assert listed(agent) == [made.policy_number]
    desk.minutes_pass(1)
    desk.download(replace(added, password=secrets.password))
    assert listed(agent) == []


@pytest.mark.req("P-011", "A-009")
@pytest.mark.parametrize(
    "values",
    [
        {"deleted_at": "now"},
        {"insurance_end": TODAY - timedelta(days=1)},
        {"token_digest": None, "token_sealed": None, "submission": "paper"},
    ],
)
def test_what_nobody_can_or_need_download_is_not_listed(desk: Desk, values: dict[str, Any]) -> None:
    made = desk.folder(insurance_start="2026-04-10")
    agent = desk.agent()
    assert listed(agent, "?side=begun") == [made.policy_number]

    def change(session: Session) -> None:
        folder = session.get_one(BondFolder, made.folder_id)
        for name, value in values.items():
            setattr(folder, name, desk.site.clock.now() if value == "now" else value)

    desk.site.run(change)
    assert listed(agent, "?side=begun") == []


@pytest.mark.req("P-011")
def test_the_days_are_the_settings_or_the_readers_own(desk: Desk) -> None:
    desk.app.config["UNDOWNLOADED_DAYS"] = 10
    days = ["2026-04-25", "2026-04-15", "2026-04-26", "2026-04-14", "2026-04-05", "2026-04-04"]
    numbers = {day: desk.folder(insurance_start=day, contract_date="2026-04-01").policy_number for day in days}

    def those(*chosen: str) -> list[str]:
        return [numbers[day] for day in chosen]

    agent = desk.agent()
    assert listed(agent) == those("2026-04-15", "2026-04-25")
    assert listed(agent, "?days=11") == those("2026-04-15", "2026-04-25", "2026-04-26")
    assert listed(agent, "?days=9") == those("2026-04-15")
    assert listed(agent, "?side=begun") == those("2026-04-14", "2026-04-05")
    assert listed(agent, "?side=begun&days=11") == those("2026-04-14", "2026-04-05", "2026-04-04")
    shown = words(agent, "?days=11")
    assert "2026/04/15 今日" in shown
    assert "2026/04/26 あと11日" in shown
    assert "2026/04/14 1日経過" in words(agent, "?side=begun")
    refused = agent.get(LIST + "?days=367", status=400)
    assert "日数は1から366までの整数で入力してください" in refused
    assert refused.html.find(id="days")["aria-invalid"] == "true"


@pytest.mark.req("A-024", "P-015")
def test_a_url_mail_that_did_not_arrive_is_marked(desk: Desk) -> None:
    desk.mailbox.answer_rcpt = lambda address: "550 5.1.1 no such user" if "contractor" in address else "250 OK"
    made = desk.folder(insurance_start="2026-04-20")
    agent = desk.agent()
    assert "閲覧用URLのメール不達" not in words(agent)
    desk.deliver()
    assert "閲覧用URLのメール不達" in words(agent)
    desk.mailbox.answer_rcpt = lambda address: "250 OK"
    desk.folder(policy_number=made.policy_number, insurance_start="2026-04-20")
    desk.deliver()
    assert "閲覧用URLのメール不達" not in words(agent), "the newest mail arrived"


@pytest.mark.req("P-007", "A11")
def test_each_sees_their_own_and_the_association_only_counts(desk: Desk) -> None:
    add_agency(desk.app, "別の代理店", ms="MS-2")
    mine = desk.folder(insurance_start="2026-04-20").policy_number
    others = desk.site.folder(insurance_start="2026-04-20").policy_number
    assert listed(desk.agent()) == [mine]
    assert listed(desk.someone("neighbour", Role.AGENCY, agency="別の代理店")) == []
    assert listed(desk.someone("rival", Role.INSURER, insurer="tokio")) == []
    assert listed(desk.someone("homeless", Role.AGENCY)) == []
    for user in (
        desk.someone("insurer", Role.INSURER, insurer="ms"),
        desk.someone("auditor", Role.AUDITOR),
    ):
        assert listed(user) == [mine, others]
    clerk = desk.someone("kyokai", Role.ASSOCIATION).get(LIST)
    assert [cell.get_text() for cell in clerk.html.select("tbody td")] == ["三井住友海上火災保険株式会社", "2"]
    for secret in (mine, others, "見本建設", "見本橋"):
        assert secret not in clerk


@pytest.mark.req("P-011")
def test_the_home_names_how_many_and_the_first_day(desk: Desk) -> None:
    desk.folder(insurance_start="2026-04-29")
    desk.folder(insurance_start="2026-04-20")
    desk.folder(insurance_start="2026-04-30")
    desk.folder(insurance_start="2026-04-14")
    agent = desk.agent()
    home = " ".join(agent.get("/home/").html.main.get_text(" ").split())
    assert "未受領の証券等 2件 期限 2026/04/20 00:00 14日以内に保険始期を迎えますが" in home
    clerk = Subject(9, "協会", "k@example.jp", frozenset({Role.ASSOCIATION.value}))
    auditor = Subject(9, "監査", "a@example.jp", frozenset({Role.AUDITOR.value}))
    with desk.app.test_request_context():
        assert [list(home_items(subject=subject)) for subject in (clerk, auditor)] == [[], []]


@pytest.fixture
def agent_of_both(app_on_both: Flask) -> Subject:
    agency = add_agency(app_on_both, "見本代理店", ms="MS-1")
    return Subject(1, "代理店", "agent@example.jp", frozenset({Role.AGENCY.value}), agency_id=agency)


@pytest.mark.req("P-007")
@pytest.mark.parametrize("side", Side)
def test_pages_hold_every_folder_once_in_order(app_on_both: Flask, agent_of_both: Subject, side: Side) -> None:
    ms, agency = insurer_id("ms"), agent_of_both.agency_id
    step = timedelta(days=1 if side is Side.AHEAD else -1)
    days = [TODAY + step, TODAY + step, TODAY + 2 * step, TODAY + 3 * step]

    def enter(session: Session) -> list[list[int]]:
        return [
            add_crowd(
                session, 40, insurer_id=ms, agency_id=agency or 0, insurance_start=day, downloaded=number == 1
            )
            for number, day in enumerate(days)
        ]

    groups = transact(enter)
    expected = [*groups[0], *groups[2], *groups[3]]
    if side is Side.BEGUN:
        expected = [*reversed(groups[0]), *reversed(groups[2]), *reversed(groups[3])]
    found: list[int] = []
    sizes: list[int] = []
    after: Place | None = None
    while True:
        page = undownloaded_page(db.session(), agent_of_both, TODAY, Window(14, side), after)
        found += [row.folder.id for row in page.rows]
        sizes.append(len(page.rows))
        after = page.after
        if after is None:
            break
    assert found == expected
    assert sizes == [50, 50, 20]
    downloaded = read_receipt(db.session(), agent_of_both, groups[1][0])
    assert (downloaded.files[0].count, downloaded.steps[-1].count) == (1, 1)
    clerk = Subject(2, "協会", "k@example.jp", frozenset({Role.ASSOCIATION.value}))
    counts = undownloaded_by_insurer(db.session(), clerk, TODAY, Window(14, side))
    assert list(counts) == [("三井住友海上火災保険株式会社", 120)]


@pytest.mark.sqlite
@pytest.mark.req("P-007")
def test_ten_thousand_folders_cost_no_more_than_two_hundred(app: Flask) -> None:
    ms, tokio = insurer_id("ms"), insurer_id("tokio")
    mine, theirs = (add_agency(app, name, ms=name, tokio=name) for name in ("A-1", "A-2"))
    agent = Subject(1, "代理店", "agent@example.jp", frozenset({Role.AGENCY.value}), agency_id=mine)
    clerk = Subject(2, "保険会社", "ms@example.jp", frozenset({Role.INSURER.value}), insurer_id=ms)
    auditor = Subject(3, "監査", "a@example.jp", frozenset({Role.AUDITOR.value}))
    soon, later, long_ago = TODAY + timedelta(days=3), TODAY + timedelta(days=5), date(2025, 12, 1)

    def cost(subject: Subject, window: Window, after: Place | None = None) -> tuple[int, int]:
        session = db.session()
        session.rollback()
        session.expunge_all()
        with counted_work(session) as work:
            page = undownloaded_page(session, subject, TODAY, window, after)
        assert len(page.rows) == 50
        return len(work.statements), work.hundreds

    def home_cost(subject: Subject) -> int:
        session = db.session()
        session.rollback()
        with counted_work(session) as work:
            assert undownloaded_soon(session, subject, TODAY, 14)[0] == 200
        return work.hundreds

    def enter(count: int, agency: int, insurer: int, start: date, *, downloaded: bool = False) -> list[int]:
        return transact(
            lambda session: add_crowd(
                session, count, insurer_id=insurer, agency_id=agency, insurance_start=start, downloaded=downloaded
            )
        )

    numbers = enter(200, mine, ms, soon)
    deep = Place(soon, numbers[99])
    before = {subject.name: cost(subject, Window(14)) for subject in (agent, clerk, auditor)}
    before_deep, before_home = cost(agent, Window(14), deep), home_cost(agent)
    # Others' in the same days, one's own of other days, and one's own that were downloaded.
    enter(5000, theirs, tokio, soon)
    enter(4000, mine, ms, long_ago)
    enter(1000, mine, ms, long_ago, downloaded=True)
    for subject in (agent, clerk, auditor):
        statements, hundreds = cost(subject, Window(14))
        assert statements == before[subject.name][0] <= 6
        assert hundreds <= before[subject.name][1] * 1.2 + 1
    assert cost(agent, Window(14), deep)[1] <= before_deep[1] * 1.2 + 1
    assert home_cost(agent) <= before_home * 1.2 + 1
    # More of one's own within the days: the first page costs what it did.
    enter(5000, mine, ms, later)
    statements, hundreds = cost(agent, Window(14))
    assert (statements, hundreds <= before["代理店"][1] * 1.2 + 1) == (before["代理店"][0], True)
