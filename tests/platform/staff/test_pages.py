"""Every screen as its people meet it: it opens, it speaks Japanese, it needs few statements."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import UniqueConstraint, event, select, text
from webtest import TestApp

from hoshou.platform.db import begins_with, db, transact
from hoshou.platform.staff import datamodel, views
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.views.folders import BondFolderView
from hoshou.plugins.guardkun.views.members import GuardkunMemberView
from hoshou.plugins.guardkun.views.quotes import GuardkunQuoteView
from hoshou.plugins.organisations.models import Agency, AgencyCode, Branch, Insurer
from tests.accounts import add_user, log_in, token

PAGES = [
    "/home/",
    "/account/",
    "/audit/list/",
    "/audit/list/?actor=a&action=staff&object_kind=user&object_id=1&since=2026-01-01&until=2026-12-31&before=99",
    "/audit/show/1",
    "/outbox/list/",
    "/outbox/list/?state=dead",
    "/jobs/list/",
    "/jobs/show/mail.deliver",
    "/mail-wording/list/",
    "/mail-wording/edit/staff.invitation",
    "/mail-wording/edit/orderer.otp",
    "/grants/list/",
    "/holidayview/list/",
    "/holidayview/list/?_oc_HolidayView=day&_od_HolidayView=desc&page_HolidayView=1&psize_HolidayView=10",
    "/holidayview/add",
    "/holidayview/edit/2026-01-01",
    "/holidayview/show/2026-01-01",
    "/calendaryearview/list/",
    "/calendaryearview/add",
    "/maintenanceview/list/",
    "/maintenanceview/add",
    "/insurerview/list/",
    "/insurerview/add",
    "/insurerview/edit/1",
    "/insurerview/show/1",
    "/branchview/list/?_flt_0_insurer=1",
    "/branchview/add",
    "/agencyview/list/",
    "/agencyview/add",
    "/agencyview/edit/1",
    "/agencyview/show/1",
    "/agencycodeview/list/",
    "/agencycodeview/add",
    "/agencycodeview/edit/1",
    "/userview/list/",
    "/userview/add",
    "/userview/edit/1",
    "/userview/show/1",
    "/domainview/list/",
]

FRAMEWORK_ENGLISH = [
    "Access is Denied", "Actions", "Add a new record", "Add Filter", "Added Row", "Already exists", "Are you sure",
    "Changed Row", "Contains", "Delete record", "Deleted Row", "Detail", "Edit record", "Equal to", "List Users",
    "Logout", "No records found", "Not a valid", "Order by", "Page size", "Password", "Profile", "Record Count",
    "Save", "Search", "Security", "Select Value", "Show record", "Sign In", "This field is required", "User Name",
    "Welcome", "Add ", "Edit ", "Show ", "Delete ", "Back",
]  # fmt: skip


def visible_text(page: object) -> str:
    html = page.html  # type: ignore[attr-defined]
    for element in html.find_all(["script", "style"]):
        element.decompose()
    return str(html.get_text(" "))


@pytest.mark.req("P-010")
@pytest.mark.parametrize("address", PAGES)
def test_page_opens_in_japanese(admin: TestApp, address: str) -> None:
    page = admin.get(address)
    text = visible_text(page)
    assert [words for words in FRAMEWORK_ENGLISH if words in text] == []
    assert page.html.find("h1")
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.req("P-010")
def test_errors_of_a_form_speak_japanese(admin: TestApp) -> None:
    page = admin.get("/insurerview/add")
    answer = page.forms["model_form"].submit()
    assert answer.status_int == 200
    text = visible_text(answer)
    assert [words for words in FRAMEWORK_ENGLISH if words in text] == []
    assert "必須" in text


@pytest.mark.req("P-010")
def test_english_is_a_choice(admin: TestApp) -> None:
    page = admin.get("/home/")
    admin.post("/language", {"csrf_token": token(page), "locale": "en", "next": "/home/"})
    assert admin.get("/home/").html.html["lang"] == "en"


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements issued meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SELECT set_config")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def fill(app: Flask, count: int) -> None:
    def work(session: object) -> None:
        insurers = session.query(Insurer).all()  # type: ignore[attr-defined]
        for number in range(count):
            insurer = insurers[number % len(insurers)]
            session.add(Branch(insurer=insurer, code=f"B{number}", name=f"営業店{number}"))  # type: ignore[attr-defined]
            agency = Agency(name=f"代理店{number}", phone="", email="")
            agency.codes.append(AgencyCode(insurer=insurer, code=f"C{number}"))
            session.add(agency)  # type: ignore[attr-defined]

    with app.app_context():
        transact(work)
    for number in range(count):
        add_user(app, f"user{number}")


LISTS = [
    "/branchview/list/",
    "/agencyview/list/",
    "/agencycodeview/list/",
    "/userview/list/",
    "/holidayview/list/",
    "/audit/list/",
    "/outbox/list/",
    "/jobs/list/",
    "/insurerview/list/",
]


@pytest.mark.req("P-006")
def test_lists_need_as_many_statements_for_many_rows_as_for_few(site: Flask, admin: TestApp) -> None:
    fill(site, 25)
    counted = {}
    for address in LISTS:
        with statements(site) as seen:
            admin.get(address)
        counted[address] = len(seen)
    assert {address: count for address, count in counted.items() if count > 12} == {}


@pytest.mark.req("P-007", "B12")
@pytest.mark.parametrize(
    "query",
    [
        "page_InsurerView=x",
        "page_InsurerView=-1",
        "psize_InsurerView=1000000",
        "psize_InsurerView=99999999999999999999",
        "_oc_InsurerView=__class__&_od_InsurerView=asc",
        "_oc_InsurerView=name&_od_InsurerView=sideways",
        "_flt_9_name=x",
        "_flt_0_password=x",
        "_flt_0_name=%25%27%3B--",
        "_flt_2_name=%00",
    ],
)
def test_odd_queries_are_refused_or_ignored(admin: TestApp, query: str) -> None:
    assert admin.get(f"/insurerview/list/?{query}", status="*").status_int in (200, 400)


@pytest.mark.parametrize("key", ["x", "-1", "0", "99999999999999999999999", "1.5", "%00"])
def test_odd_keys_find_nothing(admin: TestApp, key: str) -> None:
    for view in ("insurerview", "userview", "maintenanceview"):
        for method in ("show", "edit"):
            assert admin.get(f"/{view}/{method}/{key}", status="*").status_int in (
                404,
                200 if key == "１" else 404,
            )
    assert admin.get(f"/holidayview/edit/{key}", status="*").status_int == 404


def test_a_list_leaves_nothing_of_its_filters_behind(site: Flask, admin: TestApp) -> None:
    """What one request asks for must not reach another's query, let alone displace its row scope."""
    admin.get("/insurerview/list/?_flt_2_name=%E6%9D%B1")
    view = next(view for view in site.extensions["appbuilder"].baseviews if type(view).__name__ == "InsurerView")
    assert (view._filters.filters, view._filters.values) == ([], [])


def test_search_finds(admin: TestApp) -> None:
    page = admin.get("/insurerview/list/")
    form = next(form for form in page.forms.values() if form.method.lower() == "get")
    form[next(name for name in form.fields if name and name.endswith("_short_name"))] = "東京"
    found = form.submit()
    assert "東京海上日動火災保険株式会社" in found
    assert "共栄火災海上保険株式会社" not in found


@pytest.mark.req("A-003")
def test_insurers_stand_in_the_order_of_the_syllabary(site: Flask) -> None:
    page = log_in(site, "kyokai").get("/insurerview/list/").html
    cells = [[cell.get_text(strip=True) for cell in row.select("td")] for row in page.select("tbody tr")]
    names = [next(text for text in row if text.endswith("株式会社")) for row in cells]
    assert names == [
        "あいおいニッセイ同和損害保険株式会社",
        "ＡＩＧ損害保険株式会社",
        "共栄火災海上保険株式会社",
        "損害保険ジャパン株式会社",
        "大同火災海上保険株式会社",
        "東京海上日動火災保険株式会社",
        "日新火災海上保険株式会社",
        "三井住友海上火災保険株式会社",
    ]
    assert all("2025/12/01" in row for row in cells)


@pytest.mark.req("P-010")
@pytest.mark.parametrize(
    ("address", "field", "value"),
    [
        ("/calendaryearview/add", "year", "abc"),
        ("/calendaryearview/add", "year", ""),
        ("/maintenanceview/add", "starts_at", "tomorrow"),
        ("/insurerview/add", "active_from", "2026-02-30"),
        ("/insurerview/add", "code", "tokio"),
        ("/insurerview/add", "code", "x" * 21),
        ("/branchview/add", "insurer", "999"),
        ("/holidayview/add", "day", ""),
    ],
)
def test_faulty_values_are_told_in_japanese(admin: TestApp, address: str, field: str, value: str) -> None:
    answer = admin.post(address, {"csrf_token": token(admin.get(address)), field: value})
    error = answer.html.find(id=f"{field}-error").text
    assert re.search("[ぁ-ん]", error), error
    assert not re.search("[A-Za-z]{4}", error), error


@pytest.mark.req("P-006")
def test_a_long_list_is_neither_counted_nor_leafed_through_to_its_end(
    site: Flask, admin: TestApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(site, 60)
    page = admin.get("/branchview/list/").html
    assert page.select_one(".pull-right").get_text() == "60件"
    assert [link.get_text() for link in page.select(".pages li")] == ["1", "2", "3", "次へ"]
    for module in (datamodel, views):
        monkeypatch.setattr(module, "MOST_LISTED", 50)
    with statements(site) as seen:
        page = admin.get("/branchview/list/").html
    assert "50件を超えています" in page.select_one(".pull-right").get_text()
    assert [link.get_text() for link in page.select(".pages li")] == ["1", "2", "次へ"]
    counting = [statement for statement in seen if "count(" in statement and "organisations_branch" in statement]
    assert counting
    assert all("LIMIT" in statement for statement in counting)
    last, beyond = (admin.get(f"/branchview/list/?page_BranchView={number}") for number in (1, 999))
    rows = [[cell.get_text() for cell in row.select("td")] for row in last.html.select("tbody tr")]
    assert len(rows) == 25
    assert rows == [[cell.get_text() for cell in row.select("td")] for row in beyond.html.select("tbody tr")]


@pytest.mark.req("P-006")
@pytest.mark.parametrize("view", [BondFolderView, GuardkunQuoteView, GuardkunMemberView])
def test_what_a_long_list_is_sorted_by_or_searched_for_by_its_beginning_has_an_index(view: type) -> None:
    table = view.datamodel.obj.__table__
    leading = {next(iter(index.columns)).name for index in table.indexes}
    leading |= {next(iter(rule.columns)).name for rule in table.constraints if isinstance(rule, UniqueConstraint)}
    assert {*view.order_columns, *view.datamodel.numbers} - leading == set()
    assert view.datamodel.numbers


@pytest.mark.req("P-006")
def test_a_number_is_searched_by_how_it_begins_and_an_index_finds_it(app_on_both: Flask) -> None:
    def found(begin: str) -> list[str]:
        where = begins_with(Agency.name, begin)
        return list(db.session.scalars(select(Agency.name).where(where).order_by(Agency.name)))

    names = ("A1", "A10", "A2", "a1", "A%", "A1\U0010fffe", "B")
    transact(lambda session: session.add_all([Agency(name=name, phone="", email="") for name in names]))
    assert found("A1") == ["A1", "A10", "A1\U0010fffe"]
    assert found("A%") == ["A%"]
    assert found("x") == []
    if db.engine.dialect.name == "sqlite":
        query = select(BondFolder.id).where(begins_with(BondFolder.policy_number, "A1"))
        words = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
        plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {words}")).all()
        assert "SEARCH" in str(plan)
        assert "ix_bonds_folder_policy_number" in str(plan)
