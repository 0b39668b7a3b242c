"""The debits on the staff site: one month by hand, what agencies never see, what is masked."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from webtest import TestApp, Upload

from hoshou.base.clock import FixedClock
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.plugins.debits.models.mandates import CollectionAgent, Mandate
from hoshou.plugins.debits.services.mandates import forms_awaited
from hoshou.plugins.debits.services.transfers import Transfer, receive
from hoshou.plugins.guardkun.models.changes import Change
from tests.accounts import log_in, token
from tests.conftest import AppMaker
from tests.platform.api.test_tokens import new_token
from tests.plugins.debits.ground import (
    AUGUST,
    GROUP,
    GROUP_ACTOR,
    LEVY,
    SEPTEMBER,
    answered,
    at,
    background,
    lay_month,
    result_bytes,
)
from tests.plugins.guardkun.test_quote_screens import QUOTES

ACCOUNT_NUMBER = "7654321"


def today(office: Flask, *when: int) -> None:
    """Set the clock; staff log in anew afterwards, since sessions end by it."""
    clock = platform(office).clock
    assert isinstance(clock, FixedClock)
    clock.move_to(at(*when))


def press(client: TestApp, page: str, address: str, **fields: Any) -> Any:
    """Send the form of a page."""
    form_token = token(client.get(page))
    return client.post(address, {"csrf_token": form_token, **fields}, status="*")


FORM = {
    "q": "見本警備",
    "unit_id": "1",
    "agent_id": "1",
    "reason": "account",
    "arrived_on": "2026-07-15",
    "bank": "0036 楽天",
    "branch": "ジャズ支店",
    "account_type": "1",
    "account_number": ACCOUNT_NUMBER,
    "holder": "ミホンケイビ（カ",
}


@pytest.mark.req("B-067", "B-072", "B4", "B5", "B6")
def test_a_month_by_hand(office: Flask) -> None:
    today(office, 2026, 8, 3)
    lead, group = log_in(office, "lead"), log_in(office, "group")
    rehearsed = press(
        lead, "/debits/runs/list/", "/debits/runs/build", agent_id="1", month="2026-08", step="rehearse"
    )
    assert "3件、合計 16,380円" in rehearsed
    assert "口座振替データはまだありません。" in rehearsed
    built = press(lead, "/debits/runs/list/", "/debits/runs/build", agent_id="1", month="2026-08", step="build")
    assert built.location.endswith("/debits/runs/show/1")
    page = "/debits/runs/show/1"
    begun = lead.get(page)
    assert "明細の作成：0 / 3件" in begun
    assert "この画面を閉じても処理は続きます。" in begun
    assert begun.html.select("[data-work]")
    background(office)
    assert not lead.get(page).html.select("[data-work]")
    press(lead, page, "/debits/runs/1/seal")
    assert "ファイルを作成しています。" in lead.get(page)
    background(office)
    assert "作成者とは別の担当者が承認してください。" in lead.get(page)
    press(lead, page, "/debits/runs/1/release")
    assert "承認待ち" in lead.get(page)
    press(group, page, "/debits/runs/1/release")
    sent = press(group, page, "/debits/runs/file/1")
    assert sent.headers["Content-Disposition"] == "attachment; filename=debit_20260812_1234567890_1.txt"
    today(office, 2026, 8, 20)
    group = log_in(office, "group")
    with office.app_context():
        wrong = result_bytes(sent.body, {1: "1", 2: "9"}, change=lambda lines: lines[:2])
        right = result_bytes(sent.body, {1: "1", 2: "9"})
    press(group, page, "/debits/runs/1/result", file=Upload("r.txt", wrong))
    assert "結果ファイル「r.txt」を確認しています（2026/08/20 10:00 group 受付）。" in group.get(page)
    again = press(group, page, "/debits/runs/1/result", file=Upload("r.txt", right))
    assert again.status_int == 400
    assert "前に受け付けた結果ファイルを確認しています。" in again
    background(office)
    refused = group.get(page)
    assert "結果ファイル「r.txt」は取り込めませんでした" in refused
    assert "明細が2件です。依頼は3件です。" in refused
    press(group, page, "/debits/runs/1/result", file=Upload("r.txt", right))
    background(office)
    record = group.get(page)
    assert "3件を反映しました" in record
    assert "判断待ちの明細" in record
    press(group, page, "/debits/runs/1/close")
    assert "結果が確定していない明細が1件あるため、締められません。" in group.get(page)
    press(group, page, "/debits/runs/line/2/decide", outcome="paid", note="電話で確認")
    press(group, page, "/debits/runs/1/close")
    assert "締め済" in group.get(page)
    board = group.get("/debits/failures/list/")
    assert "2026/08/12 5,460 資金不足" in " ".join(board.html.find("main").get_text(" ").split())
    foresight = group.get("/debits/foresight/list/", {"q": "G2600000001"}).follow()
    assert "10,920" in foresight
    assert "1 2026/08/12 5,460 未払い 2026/08/12 資金不足" in " ".join(
        foresight.html.find("main").get_text(" ").split()
    )
    assert "2026/10/01 に不払解除の予定となります。" in foresight
    assert "該当する加入はありません。" in group.get("/debits/foresight/list/", {"q": "G9"})


@pytest.mark.req("B6", "B-067", "B-080", "B-081", "B-082")
def test_a_form_is_taken_in_and_its_number_shown_on_purpose_only(office: Flask) -> None:
    today(office, 2026, 7, 16)
    lead = log_in(office, "lead")
    page = lead.get("/debits/mandates/add", {"q": "見本警備"})
    assert (
        "口座開設時に印鑑（サイン）を設定している場合は、口振用紙にも押印（サイン）が必要です。"
        "設定していない場合は空白でかまいません。" in page
    )
    wrong = lead.post(
        "/debits/mandates/add",
        {**FORM, "csrf_token": token(page), "bank": "ソニー銀行", "holder": "見本警備"},
        status=400,
    )
    assert "「ソニー」は口座振替に対応していません。" in wrong
    assert "漢字です。読みをカナで入力してください。" in wrong
    assert ACCOUNT_NUMBER not in wrong
    done = lead.post("/debits/mandates/add", {**FORM, "csrf_token": token(page)}).follow()
    assert "***4321" in done
    assert "2026/09" in done
    assert "ﾐﾎﾝｹｲﾋﾞ(ｶ" in done
    assert "0036 楽天（ﾗｸﾃﾝ）" in done
    assert "201 ジャズ（ｼﾞﾔｽﾞ）" in done
    with office.app_context():
        mandate = db.session.scalars(select(Mandate).order_by(Mandate.id.desc())).first()
        assert mandate is not None
        pk = mandate.id
    shown = press(lead, f"/debits/mandates/show/{pk}", f"/debits/mandates/{pk}/reveal")
    assert ACCOUNT_NUMBER in shown
    press(lead, f"/debits/mandates/show/{pk}", f"/debits/mandates/{pk}/reveal")
    auditor = log_in(office, "auditor")
    pages = [
        auditor.get("/debits/mandates/list/"),
        auditor.get(f"/debits/mandates/show/{pk}"),
        lead.get("/debits/mandates/list/", {"q": "見本"}),
        auditor.get("/audit/list/"),
    ]
    assert not [found for found in pages if ACCOUNT_NUMBER in found.text]
    with office.app_context():
        looks = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "debits.account_revealed")).all()
        assert [(look.actor_name, look.object_id) for look in looks] == [("lead", str(pk))] * 2
        dump = "\n".join(
            str(row)
            for table in ("debits_mandate", "platform_audit", "debits_line")
            for row in db.session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
        )
    assert ACCOUNT_NUMBER not in dump


@pytest.mark.req("B-067", "B-078")
def test_banks_and_branches_are_offered_while_typing(office: Flask) -> None:
    lead, address = log_in(office, "lead"), "/debits/mandates/offices"
    assert lead.get(address, {"q": "みずほ信"}).json == {"offices": ["0289 みずほ信託"]}
    assert lead.get(address, {"q": "しんじゅくに", "bank": "0001 みずほ"}).json == {"offices": ["353 新宿西口"]}
    assert lead.get(address, {"q": "1", "bank": "なし"}).json == {"offices": []}
    assert log_in(office, "agency").get(address, {"q": "みずほ"}, status="*").status_int == 403


@pytest.mark.req("B6")
def test_the_number_is_in_no_line_of_the_log(office: Flask, caplog: pytest.LogCaptureFixture) -> None:
    today(office, 2026, 7, 16)
    lead = log_in(office, "lead")
    page = lead.get("/debits/mandates/add", {"q": "見本警備"})
    lead.post("/debits/mandates/add", {**FORM, "csrf_token": token(page)})
    assert ACCOUNT_NUMBER not in caplog.text


@pytest.mark.req("B-083")
def test_a_change_that_alters_the_account_asks_for_a_new_form(office: Flask) -> None:
    today(office, 2026, 7, 16)

    def change(session: Any) -> None:
        for details in ({"alters_account": True}, {"alters_account": False}):
            session.add(
                Change(
                    enrolment_id=1 if details["alters_account"] else 2,
                    kind="particulars",
                    state="accepted",
                    details=json.dumps(details),
                    effective_on=at(2026, 8, 1).date(),
                    requested_at=at(2026, 7, 1),
                    requested_by="みなと代理店",
                    arrived_on=at(2026, 7, 10).date(),
                )
            )

    with office.app_context():
        transact(change)
    lead = log_in(office, "lead")
    listed = lead.get("/debits/mandates/list/")
    assert listed.text.count("変更届出書の到着") == 1
    page = lead.get("/debits/mandates/add", {"q": "見本警備"})
    lead.post("/debits/mandates/add", {**FORM, "reason": "name", "csrf_token": token(page)})
    assert "再取付が必要な口座振替依頼書" not in lead.get("/debits/mandates/list/")


@pytest.mark.req("B-083")
def test_a_new_name_that_alters_the_account_asks_for_a_new_form(office: Flask) -> None:
    """From the agency's 変更届出書 to the form that the lead office waits for, and takes in."""
    today(office, 2026, 7, 16)
    agency, insurer, lead = (log_in(office, name) for name in ("agency", "insurer", "lead"))
    for number, alters, told in ((1, True, True), (2, False, False)):
        page = agency.get(f"/guardkun/changes/particulars/{number}")
        assert "社名・代表者の変更により口座情報が変わる" in page
        form = page.forms[len(page.forms) - 1]
        form["effective_on"], form["company_name"] = "2026-07-01", f"あらた警備{number}株式会社"
        form["alters_account"] = alters
        change = form.submit().follow()
        assert ("口座情報が変わるため、口座振替依頼書の再取付けが必要です。" in change) is told
        record = f"/guardkun/changes/show/{number}"
        press(agency, record, f"/guardkun/changes/{number}/send")
        press(insurer, record, f"/guardkun/changes/{number}/forward")
        assert "再取付が必要な口座振替依頼書" not in lead.get("/debits/mandates/list/")
        if told:
            accepted = press(lead, record, f"/guardkun/changes/{number}/accept", arrived_on="2026-07-16")
            assert accepted.status_int == 302
            listed = lead.get("/debits/mandates/list/")
            assert "再取付が必要な口座振替依頼書" in listed
            assert listed.text.count("（変更届出書の到着：2026/07/16）") == 1
            page = lead.get("/debits/mandates/add", {"q": "見本警備"})
            fields = {**FORM, "reason": "name", "arrived_on": "2026-07-16", "csrf_token": token(page)}
            assert "***4321" in lead.post("/debits/mandates/add", fields).follow()
        else:
            press(lead, record, f"/guardkun/changes/{number}/accept", arrived_on="2026-07-16")
        assert "再取付が必要な口座振替依頼書" not in lead.get("/debits/mandates/list/")


@pytest.mark.req("B-083")
def test_a_form_is_awaited_however_many_other_changes_there_were(app: Flask) -> None:
    lay_month(1)

    def work(session: Any) -> None:
        for alters in [*[False] * 12, True]:
            session.add(
                Change(
                    enrolment_id=1,
                    kind="particulars",
                    state="accepted",
                    details=json.dumps({"facts": {"address": "大阪府"}, "alters_account": alters}),
                    effective_on=at(2026, 8, 1).date(),
                    requested_at=at(2026, 7, 1),
                    requested_by="みなと代理店",
                    arrived_on=at(2026, 7, 10).date(),
                )
            )

    transact(work)
    assert [change.id for change in forms_awaited(db.session(), most=1)] == [13]


@pytest.mark.req("B-067")
def test_a_returned_form_needs_a_reason_and_counts_no_longer(office: Flask) -> None:
    today(office, 2026, 7, 16)
    lead = log_in(office, "lead")
    refused = press(lead, "/debits/mandates/show/1", "/debits/mandates/1/return", reason=" ")
    assert refused.status_int == 400
    press(lead, "/debits/mandates/show/1", "/debits/mandates/1/return", reason="印鑑相違")
    assert "2026/07/16 に返戻されました。理由：印鑑相違" in lead.get("/debits/mandates/show/1")
    again = press(lead, "/debits/mandates/list/", "/debits/mandates/1/return", reason="x")
    assert "この依頼書はすでに返戻されています。" in again


PAGES = (
    "/debits/mandates/list/", "/debits/mandates/show/1", "/debits/mandates/add", "/debits/runs/list/",
    "/debits/runs/show/1", "/debits/failures/list/", "/debits/receivables/list/",
    "/debits/receivables/1/transfer", "/debits/foresight/list/", "/debits/foresight/show/1", "/debits/refunds/list/",
    "/collectionagentview/list/", "/collectionagentview/show/1",
)  # fmt: skip


@pytest.mark.req("B-078", "D-27", "B8")
@pytest.mark.parametrize("user", ["agency", "insurer", "co_insurer", "prefecture"])
def test_nobody_outside_reads_a_word_of_the_debits(office: Flask, user: str) -> None:
    today(office, 2026, 7, 16)
    client = log_in(office, user)
    for page in (*PAGES, *(["/debits/contacts/list/"] if user in ("agency", "co_insurer") else [])):
        assert client.get(page, status="*").status_int == 403, page
    for address in ("/debits/mandates/1/reveal", "/debits/runs/build", "/debits/receivables/1/transfer"):
        assert press(client, "/account/", address).status_int == 403, address
    # The menu of those who have contacts to make leads to these and to nothing else.
    home = client.get("/home/").text
    assert ("口座振替" in home) == (user in ("insurer", "prefecture"))
    assert "振替不能の管理" not in home


@pytest.mark.req("B-073")
def test_a_proposed_lapse_waits_for_the_lead_office(office: Flask) -> None:
    with office.app_context():
        for month in (AUGUST, SEPTEMBER):
            answered(month, {2: "1"})
    lead = log_in(office, "lead")
    assert "不払解除予定の判断" in lead.get("/home/")
    [row] = lead.get("/debits/failures/list/").html.select("table")[0].select("tbody tr")
    assert [cell.get_text(strip=True) for cell in row.select("td")[:4]] == [
        "G2600000002", "見本警備株式会社", "10,920", "2026/10/01",
    ]  # fmt: skip
    assert "不払解除予定の判断" not in log_in(office, "agency").get("/home/")


@pytest.mark.req("B-078", "D-27")
def test_the_record_of_an_enrolment_tells_only_who_handles_debits_of_them(office: Flask) -> None:
    with office.app_context():
        for month in (AUGUST, SEPTEMBER):
            answered(month, {1: "1"})
        transfer = Transfer(1, 2 * LEVY, SEPTEMBER.replace(day=20), "20260920-1")
        transact(lambda session: receive(session, platform().clock, GROUP_ACTOR, GROUP, transfer))
    told = ("不払解除予定（", "入金10920円を登録しました", "入金により")
    for user in ("agency", "insurer", "prefecture", "lead", "group", "auditor"):
        page = log_in(office, user).get("/guardkun/enrolments/show/1").text
        handles = user in ("lead", "group", "auditor")
        assert [words in page for words in told] == [handles] * 3, user


@pytest.mark.req("B-078")
def test_what_an_agency_reads_by_rest_has_no_field_of_the_debits(office: Flask) -> None:
    with office.app_context():
        answered(AUGUST, {1: "1"})
    client = log_in(office, "agency")
    headers = {"Authorization": f"Bearer {new_token(client)}"}
    [quote] = [one for one in client.get(QUOTES, headers=headers).json["items"] if one["id"] == 1]
    shown = {
        "id", "number", "registration_number", "prospect_name", "start", "is_sample", "fiscal_year_end", "evidence",
        "is_business_plan", "premium", "maintenance_fee", "levy", "created_at",
    }  # fmt: skip
    assert set(quote) == shown
    assert set(client.get(f"{QUOTES}/1", headers=headers).json) == shown | {"request", "answer"}


@pytest.mark.req("B-074", "B-075", "D-27")
def test_contacts_of_the_prefecture_and_escalations_of_the_branch(office: Flask) -> None:
    today(office, 2026, 8, 3)
    lead, group = log_in(office, "lead"), log_in(office, "group")
    page = "/debits/runs/show/1"
    press(lead, "/debits/runs/list/", "/debits/runs/build", agent_id="1", month="2026-08", step="build")
    background(office)
    press(lead, page, "/debits/runs/1/seal")
    background(office)
    press(group, page, "/debits/runs/1/release")
    sent = press(group, page, "/debits/runs/file/1")
    today(office, 2026, 8, 20)
    group, prefecture, insurer = (log_in(office, name) for name in ("group", "prefecture", "insurer"))
    press(group, page, "/debits/runs/1/result", file=Upload("r.txt", result_bytes(sent.body, {2: "1"})))
    background(office)
    contacts, letter = "/debits/contacts/list/", "/debits/contacts/1/paper.pdf"
    assert letter in prefecture.get(contacts)
    assert prefecture.get(letter).headers["Content-Disposition"].endswith("G2600000002.pdf")
    assert insurer.get(letter, status="*").status_int == 404
    assert log_in(office, "agency").get(letter, status="*").status_int == 403
    assert "G2600000002" in prefecture.get(contacts)
    assert "G2600000001" not in prefecture.get(contacts)
    assert "ご連絡が必要なものはありません。" in insurer.get(contacts)
    assert "振替不能のご連絡" in prefecture.get("/home/")
    press(prefecture, contacts, "/debits/contacts/1/finish", state="unreachable", note="")
    assert "連絡が取れない状況を入力してください。" in prefecture.get(contacts)
    press(prefecture, contacts, "/debits/contacts/1/finish", state="unreachable", note="転居先不明")
    assert "G2600000002" in insurer.get(contacts)
    assert press(prefecture, contacts, "/debits/contacts/2/finish", state="done").status_int == 404


def test_a_start_warns_of_no_column(usual_url: str, make_app: AppMaker, caplog: pytest.LogCaptureFixture) -> None:
    make_app(usual_url)
    assert "Filter type not supported" not in caplog.text


@pytest.mark.req("B-067", "B-070")
def test_an_agent_is_kept_as_its_files_need_it(office: Flask) -> None:
    today(office, 2026, 7, 16)
    group = log_in(office, "group")
    fields = {
        "name": "みほん集金代行", "consignor_code": "0000000009", "consignor_name": "NS ｹｲﾋﾞ ﾎｹﾝ",
        "profile": "standard", "bank_code": "0001", "bank_name": "ﾐｽﾞﾎ", "branch_code": "001",
        "branch_name": "", "account_type": "1", "account_number": "0000001", "lead_days": "7",
        "closing_time": "15:00", "is_active": "y",
    }  # fmt: skip
    for wrong, sentence in (
        ({"consignor_name": "NS 警備"}, "使えない文字"),
        ({"bank_code": "1"}, "4桁の数字で入力してください。"),
    ):
        page = group.get("/collectionagentview/add")
        answer = group.post("/collectionagentview/add", {**fields, **wrong, "csrf_token": token(page)})
        assert sentence in answer
    page = group.get("/collectionagentview/add")
    group.post("/collectionagentview/add", {**fields, "csrf_token": token(page)})
    with office.app_context():
        agent = db.session.scalars(select(CollectionAgent).where(CollectionAgent.name == "みほん集金代行")).one()
        assert (agent.consignor_name, agent.lead_days, agent.closing_time.hour) == ("NS ｹｲﾋﾞ ﾎｹﾝ", 7, 15)
