"""Rate tables from the import to the approval by a second person, by service and on the screens (D-21)."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from webtest import TestApp

from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import DomainError, Forbidden
from hoshou.platform.actor import SYSTEM, Actor, ActorKind
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import db, transact
from hoshou.platform.subject import Role
from hoshou.plugins.premium.commands.rates import rates
from hoshou.plugins.premium.models import RateTableVersion
from hoshou.plugins.premium.rules.golden import SAMPLE_FILE
from hoshou.plugins.premium.services import rate_tables
from hoshou.plugins.premium.services.sample import seed_sample_rates
from hoshou.plugins.premium.services.sheet_file import read_sheet_file
from tests.accounts import add_user, fresh, log_in, token
from tests.plugins.premium.test_rate_sheet import LINES, workbook

CLOCK = FixedClock(jst(2026, 4, 15, 12))
ONE, TWO = (Actor(ActorKind.STAFF, name, number) for name, number in (("一人目", 11), ("二人目", 12)))
SAMPLE = SAMPLE_FILE.read_bytes()


def drafted(actor: Actor = ONE, old: str = "", new: str = "") -> int:
    sheet = read_sheet_file(SAMPLE.decode().replace(old, new).encode() if old else SAMPLE)
    return transact(lambda session: rate_tables.draft(session, CLOCK, actor, sheet, "料率.xlsx").id)


def approved(table_id: int, actor: Actor = TWO) -> None:
    transact(lambda session: rate_tables.approve(session, CLOCK, actor, table_id))


def code_of(work: Callable[[], Any]) -> str:
    with pytest.raises(DomainError) as refused:
        work()
    return refused.value.code


@pytest.mark.req("D-21", "B-036")
def test_a_draft_quotes_nothing_until_a_second_person_approves_it(app_on_both: Flask) -> None:
    session, start = db.session(), jst(2026, 6, 1).date()
    number = drafted()
    assert code_of(lambda: rate_tables.in_force(session, "sample", start)) == "no_rates"
    assert code_of(lambda: approved(number, ONE)) == "second_person"
    assert code_of(lambda: approved(number, SYSTEM)) == "not_a_person"
    assert code_of(lambda: drafted(SYSTEM)) == "not_a_person"
    approved(number)
    table = rate_tables.in_force(fresh(), "sample", start)
    assert (table.id, table.approved_by, table.is_sample) == (number, "二人目", True)
    assert code_of(lambda: approved(number)) == "not_a_draft"
    assert code_of(lambda: rate_tables.in_force(session, "sample", jst(2026, 5, 31).date())) == "no_rates"
    assert code_of(lambda: rate_tables.in_force(session, "other", start)) == "no_rates"
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["premium.drafted", "premium.approved"]


@pytest.mark.req("D-21")
def test_the_database_itself_wants_two_people(app_on_both: Flask) -> None:
    number = drafted()
    alone = update(RateTableVersion).where(RateTableVersion.id == number)
    alone = alone.values(state="approved", approved_by_id=ONE.user_id, approved_at=CLOCK.now())
    with pytest.raises(IntegrityError):
        transact(lambda session: session.execute(alone))
    with pytest.raises(IntegrityError):
        transact(lambda session: session.execute(update(RateTableVersion).values(state="approved")))


@pytest.mark.req("B-036", "D-21")
def test_the_newest_approved_first_day_that_has_come_is_in_force(app: Flask) -> None:
    first = drafted()
    later = drafted(old="2026-06-01", new="2026-10-01")
    mended = drafted(old="0.52", new="0.53")
    for number in (first, later, mended):
        approved(number)
    session = db.session()
    found = [rate_tables.in_force(session, "sample", jst(2026, month, 1).date()).id for month in (6, 9, 10, 12)]
    assert found == [mended, mended, later, later]
    versions = [session.get_one(RateTableVersion, number) for number in (first, mended, later)]
    assert [table.version for table in versions] == [1, 3, 2]
    assert [rate_tables.predecessor(session, table) for table in versions] == [None, versions[0], versions[1]]


@pytest.mark.req("D-21")
def test_a_withdrawn_draft_is_never_approved(app: Flask) -> None:
    number = drafted()
    transact(lambda session: rate_tables.withdraw(session, CLOCK, ONE, number))
    assert code_of(lambda: approved(number)) == "not_a_draft"


@pytest.mark.req("D-21")
def test_the_difference_says_what_was_and_what_becomes(app: Flask) -> None:
    before, after = drafted(), drafted(old="0.52", new="0.55")
    session = db.session()
    rows = rate_tables.compare(session.get_one(RateTableVersion, before), session.get_one(RateTableVersion, after))
    assert len(rows) == len(LINES) - 1
    assert [row for row in rows if row.changed] == [("基本補償", "100000000", "0.52", "0.55")]


@pytest.mark.req("D-21")
def test_sample_rates_are_seeded_once_and_by_two_people(app: Flask) -> None:
    with pytest.raises(Forbidden):
        transact(lambda session: seed_sample_rates(session, CLOCK, ONE, ONE))
    assert fresh().scalar(select(func.count(RateTableVersion.id))) == 0
    assert transact(lambda session: seed_sample_rates(session, CLOCK, ONE, TWO).is_sample)
    assert transact(lambda session: seed_sample_rates(session, CLOCK, ONE, TWO)) is None


@pytest.mark.req("D-21")
def test_sample_rates_by_the_terminal(app: Flask) -> None:
    add_user(app, "ichi", Role.ADMINISTRATOR)
    add_user(app, "ni", Role.LEAD_OFFICE)

    def run(*names: str) -> tuple[int, str]:
        arguments = ["sample", "--drafted-by", names[0], "--approved-by", names[1], "--json"]
        done = CliRunner().invoke(rates, arguments, obj=lambda: app)
        return done.exit_code, done.stdout

    assert run("ichi", "ichi")[0] == run("ichi", "nobody")[0] == 1
    assert run("ichi", "ni") == (0, '{"added": "sample 1"}\n')
    assert run("ichi", "ni") == (0, '{"added": null}\n')


IMPORT = "/premium/rates/import"


@pytest.fixture
def drafter(app: Flask) -> TestApp:
    add_user(app, "drafter", Role.LEAD_OFFICE)
    return log_in(app, "drafter")


@pytest.fixture
def approver(app: Flask) -> TestApp:
    add_user(app, "approver", Role.ADMINISTRATOR)
    return log_in(app, "approver")


def send(client: TestApp, name: str, content: bytes) -> Any:
    fields = {"csrf_token": token(client.get(IMPORT))}
    return client.post(IMPORT, fields, upload_files=[("file", name, content)], status="*")


def decide(client: TestApp, address: str, what: str) -> Any:
    return client.post(
        f"{address.replace('/show/', '/')}/{what}", {"csrf_token": token(client.get(IMPORT))}
    ).follow()


@pytest.mark.req("D-21", "B-036")
def test_one_imports_and_another_approves(drafter: TestApp, approver: TestApp) -> None:
    form = drafter.get(drafter.get(IMPORT).html.find("a", string="様式（見本の料率）をダウンロード")["href"])
    first = send(drafter, "料率.csv", form.body)
    assert first.status_int == 302
    page = drafter.get(first.location)
    assert "見本の料率です" in page.text
    assert page.html.find("button", string="承認") is None
    assert "別の人が承認" in decide(drafter, first.location, "approve").text
    assert "承認しました" in decide(approver, first.location, "approve").text

    second = send(drafter, "新料率.xlsx", workbook(LINES, C6=0.55))
    page = approver.get(second.location)
    changed = [row for row in page.html.select("tbody tr") if "変更" in row.text]
    assert [cell.text for cell in changed[0].select("td")][:4] == ["基本補償", "100,000,000", "0.52", "0.55"]
    assert len(changed) == 1
    assert page.html.find("button", string="承認")
    assert page.html.find("a", href="/guardkun/rates/2/effect")
    assert "取り下げました" in decide(drafter, second.location, "withdraw").text
    assert "すでに承認または取下げ" in decide(approver, second.location, "approve").text
    rows = [" ".join(row.text.split()) for row in approver.get("/premium/rates/list/").html.select("tbody tr")]
    assert [row.split()[:4] for row in rows] == [
        ["sample", "2", "見本", "2026/06/01"],
        ["sample", "1", "見本", "2026/06/01"],
    ]
    assert "取下げ" in rows[0]
    assert "承認済" in rows[1]
    assert approver.get("/premium/rates/1/file").body.decode("utf-8-sig").replace("\r\n", "\n") == form.text


@pytest.mark.req("D-21", "A13", "B7")
def test_a_file_at_fault_is_refused_with_its_cells(drafter: TestApp) -> None:
    page = send(drafter, "料率.xlsx", workbook(LINES, C6="=1+1", C7="<script>"))
    assert page.status_int == 400
    faults = [item.text for item in page.html.select("[data-error-summary] li")]
    assert [fault.split("：")[0] for fault in faults] == ["セルC6", "セルC7"]
    assert "<script>" not in page.text.replace("<script ", "")
    for content in (b"", b"\0" * (1024 * 1024), workbook(LINES)[:900]):
        assert send(drafter, "x.xlsx", content).status_int == 400
    assert fresh().scalar(select(func.count(RateTableVersion.id))) == 0


@pytest.mark.req("P-005")
def test_who_only_reads_may_not_import(app: Flask) -> None:
    add_user(app, "auditor", Role.AUDITOR)
    client = log_in(app, "auditor")
    assert "料率表を取り込む" not in client.get("/premium/rates/list/").text
    assert client.get(IMPORT, status="*").status_int == 403
