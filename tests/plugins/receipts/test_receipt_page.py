"""What an agency is told of a folder's way to its receivers (P-011, P-007, A-024, A-032)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from bs4 import Tag
from sqlalchemy import event
from webtest import TestResponse

from hoshou.platform.db import db
from hoshou.platform.subject import Role
from tests.accounts import add_agency, log_in
from tests.plugins.public_site import ORDERER
from tests.plugins.receipts.desk import LIST, STRANGER, Desk, issue, page_of

OTHER_LOGIN = "発注者さま用ログインの利用者（認証前）"
VIEWER = "閲覧用URLの利用者"


def rows(page: TestResponse, heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    found = page.html.find("h2", string=heading)
    assert isinstance(found, Tag), heading
    table = found.find_next("table")
    assert isinstance(table, Tag)
    return [[cell.get_text(" ", strip=True) for cell in row.find_all("td")] for row in table.select("tbody tr")]


def events(page: TestResponse) -> list[str]:
    return [" ".join(item.get_text().split()) for item in page.html.select(".record__timeline li")]


@pytest.mark.req("P-011")
def test_every_step_is_told_with_its_times_and_by_whom(desk: Desk) -> None:
    made = desk.folder()
    before = desk.agent().get(page_of(made))
    assert [row[1:] for row in rows(before, "受領までの経過")] == [["まだ", "", "", "0", ""]] * 5
    assert "アクセスの記録はありません" in before
    desk.whole_way(made)
    page = desk.agent().get(page_of(made))
    assert rows(page, "受領までの経過") == [
        ["閲覧用URLのメール送信（受注者さま宛て）", "済", "2026/04/15 12:05", "2026/04/15 12:05", "1", ""],
        [
            "閲覧用URLの利用", "済", "2026/04/15 12:10", "2026/04/15 12:30", "4",
            f"{OTHER_LOGIN} city.example.lg.jp {OTHER_LOGIN} elsewhere.example {VIEWER}",
        ],
        [
            "閲覧用パスワードの認証", "済", "2026/04/15 12:11", "2026/04/15 12:30", "2",
            f"{OTHER_LOGIN} city.example.lg.jp {VIEWER}",
        ],
        [
            "発注者さまのワンタイムパスワード認証", "済", "2026/04/15 12:31", "2026/04/15 12:31", "1",
            "見本市 city.example.lg.jp",
        ],
        [
            "発注者さまのダウンロード", "済", "2026/04/15 12:32", "2026/04/15 12:32", "1",
            "見本市 city.example.lg.jp",
        ],
    ]  # fmt: skip
    assert events(page) == [
        "2026/04/15 12:32 見本市 city.example.lg.jp：ファイル1をダウンロードしました",
        "2026/04/15 12:31 見本市 city.example.lg.jp：ファイル1をプレビューしました",
        "2026/04/15 12:31 見本市 city.example.lg.jp：ワンタイムパスワードの認証に成功しました",
        f"2026/04/15 12:30 {OTHER_LOGIN} city.example.lg.jp：ワンタイムパスワードを発行しました",
        f"2026/04/15 12:20 {OTHER_LOGIN} elsewhere.example："
        "メールアドレスのドメインが登録されていないため、発注者さま用ログインを断りました",
        f"2026/04/15 12:11 {VIEWER}：ファイル1を閲覧しました",
        f"2026/04/15 12:11 {VIEWER}：閲覧用パスワードを入力し、閲覧を始めました",
        f"2026/04/15 12:10 {VIEWER}：誤った閲覧用パスワードが入力されました",
    ]


@pytest.mark.req("A20", "P-016")
def test_nobodys_address_password_or_url_is_told(desk: Desk) -> None:
    made = desk.folder(contractor_email="keiri@kensetsu.example.jp")
    desk.whole_way(made)
    page = desk.agent().get(page_of(made)).text
    assert "k***@kensetsu.example.jp" in page
    for secret in (
        ORDERER, STRANGER, "keiri@", "192.0.2.10", "198.51.100.7", made.token, made.password, desk.site.code(),
    ):  # fmt: skip
        assert secret not in page, secret


@pytest.mark.req("A-024", "A-032", "P-015")
def test_a_mail_that_cannot_be_delivered_is_told_with_the_servers_answer(desk: Desk) -> None:
    desk.mailbox.answer_rcpt = lambda address: "550 5.1.1 no such user" if "contractor" in address else "250 OK"
    made = desk.folder()
    desk.minutes_pass(1)
    desk.deliver()
    agent = desk.agent()
    page = agent.get(page_of(made))
    assert rows(page, "メール") == [
        [
            "閲覧用パスワードのご案内（アップロードした方宛て）", "u***@insurer.example.jp", "2026/04/15 12:00",
            "送信済", "2026/04/15 12:01",
        ],
        [
            "証券等閲覧用URLのご案内（受注者さま宛て）", "o***@contractor.example.jp", "2026/04/15 12:00",
            "送信できませんでした 550 5.1.1", "2026/04/15 12:01",
        ],
    ]  # fmt: skip
    assert rows(page, "受領までの経過")[0][1:] == ["まだ", "", "", "0", ""]


@pytest.mark.req("P-011", "A-053")
def test_each_file_is_told_with_its_digest_and_its_downloads(desk: Desk) -> None:
    made = desk.folder(files=[("証券.pdf", b"")])
    desk.download(made)
    added = desk.folder(policy_number=made.policy_number, files=[("お知らせ.pdf", b"")], kind="change_notice")
    desk.minutes_pass(3)
    _browser, page = desk.site.preview(added)
    page.click("^ダウンロード$")
    desk.minutes_pass(2)
    page.click("^ダウンロード$")
    newest, first = rows(desk.agent().get(page_of(made)), "ファイル")
    assert newest[0:2] == ["2", "契約内容変更のお知らせ"]
    assert newest[-2:] == ["2回 2026/04/15 12:03 2026/04/15 12:05", "見本市 city.example.lg.jp"]
    assert first[-2:] == ["1回 2026/04/15 12:00", "見本市 city.example.lg.jp"]
    assert all(len(cells[2].split()[-1]) == 64 for cells in (newest, first))


@pytest.mark.req("A11", "P-005", "P-007")
def test_a_foreign_folder_looks_like_none(desk: Desk) -> None:
    made = desk.folder(insurance_start="2026-04-20")
    add_agency(desk.app, "別の代理店", ms="MS-2")
    others = [
        desk.someone("neighbour", Role.AGENCY, agency="別の代理店"),
        desk.someone("rival", Role.INSURER, insurer="tokio"),
    ]
    for user in others:
        assert "該当する証券が見つかりません" in user.get(page_of(made), status=404)
        assert user.get("/receipts/folders/4711", status=404)
        refused = issue(user, made, status=404)
        assert refused.content_type == "text/html"
        assert made.policy_number not in user.get(LIST)
    assert made.policy_number in desk.agent().get(LIST)
    assert made.policy_number in desk.someone("insurer", Role.INSURER, insurer="ms").get(LIST)
    for user in (desk.someone("kyokai", Role.ASSOCIATION), desk.someone("admin", Role.ADMINISTRATOR)):
        user.get(page_of(made), status=403)
        issue(user, made, status=403)
    assert desk.site.audit("receipts.issued") == []


@pytest.mark.req("P-005", "P-011")
def test_an_auditor_reads_and_gets_no_document(desk: Desk) -> None:
    made = desk.folder()
    auditor = desk.someone("auditor", Role.AUDITOR)
    assert "受領確認書（PDF）を作成する" not in auditor.get(page_of(made))
    issue(auditor, made, status=403)


def test_the_folders_record_leads_there_and_back(desk: Desk) -> None:
    made = desk.folder()
    agent = desk.agent()
    record = agent.get(f"/bonds/folders/show/{made.folder_id}")
    page = record.click("受領の状況")
    assert page.request.path == page_of(made)
    assert page.click(made.policy_number).request.path == record.request.path


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.req("P-011")
def test_many_events_come_page_by_page_at_the_same_cost(desk: Desk) -> None:
    made = desk.folder()
    browser, page = desk.site.enter(made)
    agent = log_in(desk.app, "agent")
    agent.get(page_of(made))
    with desk.app.app_context(), counted_statements() as few:
        agent.get(page_of(made))
    for _ in range(60):
        browser.get(page.request.path)
    with desk.app.app_context(), counted_statements() as many:
        first = agent.get(page_of(made))
    assert len(many) == len(few)
    assert len(events(first)) == 50
    rest = first.click("さらに前の記録")
    assert len(events(rest)) == 12
    assert "閲覧を始めました" in events(rest)[-1]
    assert "さらに前の記録" not in rest
    assert agent.get(page_of(made) + "?before=" + "9" * 30).status_int == 200
