"""The ledger's screens: each figure opens to its lines, and nobody sees what isn't theirs (B-071, B-078, B-099)."""

import csv
import io
import re

import pytest
from flask import Flask
from sqlalchemy import select
from webtest import TestApp

from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import DomainError
from hoshou.platform.actor import SYSTEM
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.jobs.commands import run_by_hand
from hoshou.platform.subject import Role
from hoshou.plugins.debits import ledger_jobs
from hoshou.plugins.debits.models.handoffs import Handoff
from hoshou.plugins.debits.services.month_end.handoffs import make_due_handoffs
from hoshou.plugins.debits.services.month_end.remit import remit_due
from hoshou.plugins.guardkun.models.members import Member
from hoshou.plugins.organisations.models import Agency
from tests.accounts import add_user, insurer_id, log_in, token
from tests.conftest import AppMaker
from tests.plugins.debits.ledger.test_claims import FIRST, file
from tests.plugins.debits.ledger.test_post import book
from tests.plugins.debits.ledger.worked import august, lay_scheme

LEDGER, REMITTANCES = "/debits/ledger/list/", "/debits/remittances/list/"
HANDOFFS, LOSS_RATIO = "/debits/handoffs/list/", "/debits/loss-ratio/list/"


@pytest.fixture
def site(usual_url: str, make_app: AppMaker, clock: FixedClock) -> Flask:
    """August of the worked example, remitted and handed over; a user of each role."""
    app = make_app(usual_url)
    with app.app_context():
        scheme = transact(lay_scheme)
        book(clock, august, scheme)
        clock.move_to(jst(2026, 9, 15, 10))
        transact(lambda session: remit_due(session, clock, SYSTEM, fee_deducted=False))
        make_due_handoffs(unit_of_work, clock, platform().files, SYSTEM, clock.today())
    add_user(app, "group", Role.GROUP_ASSOCIATION)
    add_user(app, "lead", Role.LEAD_OFFICE, insurer="ms")
    add_user(app, "auditor", Role.AUDITOR)
    add_user(app, "aioi", Role.CO_INSURER, insurer="aioi")
    add_user(app, "agency", Role.AGENCY, agency="みなと代理店")
    add_user(app, "insurer", Role.INSURER, insurer="aioi")
    return app


def figures(page: TestApp) -> dict[str, list[str]]:
    """Each row of the first table: its head and its amounts."""
    rows = re.findall(r'<tr[^>]*><th scope="row">(.*?)</th>(.*?)</tr>', page.text, re.S)
    return {
        re.sub(r"<[^>]+>", "", head): re.findall(r'<td class="amount">([^<]*)</td>', cells) for head, cells in rows
    }


@pytest.mark.req("B-010", "B-071")
@pytest.mark.parametrize("user", ["group", "lead", "auditor"])
def test_the_trial_balance_opens_to_its_lines_and_entries(site: Flask, user: str) -> None:
    client = log_in(site, user)
    page = client.get(LEDGER + "?month=2026-08")
    rows = figures(page)
    assert rows["未収賦課金（加入者）"] == ["0", "16,834", "5,914", "10,920"]
    assert rows["未払保険料（幹事保険会社・総額）"] == ["0", "5,624", "16,024", "-10,400"]
    assert rows["合計"][0] == rows["合計"][3] == "0"
    assert rows["合計"][1] == rows["合計"][2]
    lines = page.click("未収賦課金（加入者）")
    amounts = [int(text.replace(",", "")) for text in re.findall(r'<td class="amount">([^<]*)</td>', lines.text)]
    assert sorted(amounts) == [-5_460, -454, 454, 5_460, 10_920]
    assert sum(amounts) == 10_920
    entry = lines.click(href=r"/debits/ledger/show/\d+", index=0)
    assert "口座振替による入金" in entry
    assert "collected:2" in entry


@pytest.mark.req("B-071", "B-093", "B-094", "B-097")
def test_a_remittance_opens_by_insurer_branch_and_agency(site: Flask) -> None:
    client = log_in(site, "group")
    listed = client.get(REMITTANCES)
    assert "制度幹事代理店を通じて幹事保険会社へ送金します。" in listed
    page = listed.click("2026/08")
    rows = figures(page)
    assert rows["三井住友海上火災保険株式会社"] == ["1", "5,200", "260", "4,940", "520", "4,680"]
    assert rows["合計"] == ["2", "5,624", "290", "5,334", "562", "5,062"]
    assert rows["あいおいニッセイ同和 東京第一支社"] == ["1", "424"]
    assert rows["やまと代理店 20000000002"] == ["1", "424", "30", "394", "42", "382"]
    for link in (
        "あいおいニッセイ同和損害保険株式会社",
        "あいおいニッセイ同和 東京第一支社",
        "やまと代理店 20000000002",
    ):
        lines = page.click(link)
        assert re.findall(r"G26\d{8}", lines.text) == ["G2600000002"]
    one = page.click(href="registration_id=2", index=1)
    assert "やまと代理店" in one
    assert figures(one)["集金代行会社勘定（口座振替）"] == ["0", "454", "0", "454"]


@pytest.mark.req("B-078", "A11")
@pytest.mark.parametrize("user", ["agency", "insurer"])
def test_agencies_and_branches_see_nothing_of_it(site: Flask, user: str) -> None:
    client = log_in(site, user)
    for address in (
        LEDGER,
        REMITTANCES,
        HANDOFFS,
        LOSS_RATIO,
        "/debits/ledger/show/1",
        "/debits/remittances/show/1",
    ):
        assert client.get(address, status="*").status_int == 403, address
    assert "精算・台帳" not in client.get("/home/")


@pytest.mark.req("B-099", "A11", "B8")
def test_a_co_insurer_fetches_its_own_file_and_no_other(site: Flask) -> None:
    client = log_in(site, "aioi")
    for address in (LEDGER, REMITTANCES, LOSS_RATIO):
        assert client.get(address, status="*").status_int == 403
    page = client.get(HANDOFFS)
    assert "あいおいニッセイ同和" in page
    assert "日新火災" not in page
    with site.app_context():
        keys = {row.insurer_id: row.id for row in db.session.scalars(select(Handoff))}
        mine, theirs = keys[insurer_id("aioi")], keys[insurer_id("nisshin")]
    fields = {"csrf_token": token(page)}
    answer = client.post(f"/debits/handoffs/download/{mine}/cp932", fields)
    assert answer.headers["Content-Disposition"] == "attachment; filename=keibi-202608-aioi-cp932.csv"
    assert "G2600000002" in answer.body.decode("cp932")
    assert client.post(f"/debits/handoffs/download/{theirs}/cp932", fields, status="*").status_int == 404
    assert client.post(f"/debits/handoffs/download/{mine}/other", fields, status="*").status_int == 404
    assert client.get(f"/debits/handoffs/download/{mine}/cp932", status="*").status_int == 405


@pytest.mark.req("B7", "B-093")
def test_statements_leave_as_csv_without_formulas(site: Flask) -> None:
    def rename(session: object) -> None:
        agency = session.scalars(select(Agency).where(Agency.name == "やまと代理店")).one()  # type: ignore[attr-defined]
        agency.name = "=cmd|' /C calc'!A0"

    with site.app_context():
        transact(rename)
    client = log_in(site, "group")

    def rows(address: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(client.get(address).body.decode("utf-8-sig"))))

    statement = rows("/debits/remittances/csv/1")
    assert statement[1][:6] == ["10000000001", "みなと代理店", "三井住友海上火災保険株式会社", "1", "5200", "260"]
    assert statement[2][1] == "'=cmd|' /C calc'!A0"
    assert statement[2][7:] == ["42", "382", "2026-09", "2026-10"]
    assert rows("/debits/ledger/csv?month=2026-08")[1] == ["未収賦課金（加入者）", "0", "16834", "5914", "10920"]


@pytest.mark.req("B-104")
def test_claims_come_in_by_file_and_open_under_the_ratio(site: Flask) -> None:
    client = log_in(site, "lead")
    page = client.get(LOSS_RATIO)
    fields = {"csrf_token": token(page)}
    refused = client.post(
        "/debits/loss-ratio/import",
        fields,
        upload_files=[("file", "c.csv", file(FIRST.replace("G2600000001", "G0")))],
        status=400,
    )
    assert "2行目：証券番号が見つかりません。" in refused
    done = client.post("/debits/loss-ratio/import", fields, upload_files=[("file", "c.csv", file(FIRST))]).follow()
    assert "新規1件、変更0件、変更なし0件" in done
    assert "C-001" in done.click("8,000")
    assert "G2600000001" in done.click(href="/loss-ratio/earned/", index=2)
    assert client.post("/debits/loss-ratio/import", fields, status="*").status_int == 400
    assert log_in(site, "group").post("/debits/loss-ratio/import", fields, status="*").status_int in (400, 403)


def test_bad_questions_are_refused(site: Flask) -> None:
    client = log_in(site, "group")
    for address, status in (
        (LEDGER + "?month=2026-13", 400),
        (LEDGER + "?insurer_id=x", 400),
        (LEDGER + "?insurer_id=999", 404),
        ("/debits/ledger/figure/levy_receivable?month=2026", 400),
        ("/debits/ledger/figure/nothing?month=2026-08", 404),
        ("/debits/ledger/show/999", 404),
        ("/debits/remittances/show/999", 404),
        ("/debits/remittances/lines/1?insurer_id=-1", 400),
    ):
        assert client.get(address, status="*").status_int == status, address


@pytest.mark.req("A22")
def test_names_are_shown_as_they_are(site: Flask) -> None:
    def rename(session: object) -> None:
        for member in session.scalars(select(Member)):  # type: ignore[attr-defined]
            member.name = "<script>alert(1)</script>"

    with site.app_context():
        transact(rename)
    page = log_in(site, "group").get("/debits/remittances/lines/1")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_failed_month_end_is_told_where_it_is_looked_for(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_args: object, **_options: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(ledger_jobs, "remit_due", breaks)
    with pytest.raises(DomainError) as failed:
        run_by_hand(site, "debits.remit")
    page = log_in(site, "group").get("/debits/remittances/list/")
    assert f"照会番号 {failed.value.values['reference']}" in page
    assert "直前の処理は失敗しました" not in log_in(site, "group").get(HANDOFFS)
