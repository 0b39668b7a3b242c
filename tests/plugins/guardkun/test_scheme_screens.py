"""The scheme's screens: a year whole, what may be edited of it when, the prefectures' associations."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from webtest import TestApp

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import transact
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.members import PrefectureAssociation, PrefectureStaff
from hoshou.plugins.guardkun.models.scheme import (
    SchemeBenefit,
    SchemeCalendarRow,
    SchemeClause,
    SchemeCover,
    SchemeDeadline,
    SchemeYear,
    YearState,
)
from hoshou.plugins.guardkun.services.seed import seed_scheme
from tests.accounts import add_user, fresh, log_in, token
from tests.plugins.guardkun.test_scheme_year import CLOCK, approve_rates


@pytest.fixture
def site(usual_url: str, make_app: Callable[..., Flask]) -> Flask:
    app = make_app(usual_url)
    with app.app_context():
        transact(lambda session: seed_scheme(session, CLOCK))
    add_user(app, "lead", Role.LEAD_OFFICE, insurer="ms")
    add_user(app, "insurer", Role.INSURER, insurer="ms")
    add_user(app, "auditor", Role.AUDITOR)
    add_user(app, "group", Role.GROUP_ASSOCIATION)
    add_user(app, "tokyo", Role.PREFECTURE)
    return app


@pytest.fixture
def lead(site: Flask) -> TestApp:
    return log_in(site, "lead")


def in_state(site: Flask, state: YearState) -> None:
    with site.app_context():
        transact(lambda session: session.execute(update(SchemeYear).values(state=state.value)))


def form(page: Any, field: str) -> Any:
    return next(one for one in page.forms.values() if field in one.fields)


def post(client: TestApp, address: str) -> Any:
    return client.post(address, {"csrf_token": token(client.get("/scheme/years/list/"))})


def stored(site: Flask, statement: Any) -> Any:
    with site.app_context():
        return fresh().scalars(statement).one()


@pytest.mark.req("B-001", "B-008", "B-009", "B-016", "B-017", "B-020", "B-029", "B-046", "P-006")
def test_one_page_shows_the_year_whole(lead: TestApp) -> None:
    page = lead.get("/scheme/years/show/1")
    text = page.html.select_one("main").get_text(" ", strip=True)
    for expected in (
        "一般社団法人 全国警備業協会",
        "2026/06/01 から 2027/06/01 まで",
        "たいよう共済（分担 10%）",
        "日新火災海上保険株式会社",
        "現金・貴重品補償特約",
        "B4・B5",
        "31日以上 100,000",
        "8日～14日 30,000",
        "20,000～500,000",
        "機械警備業務",
        "2026/04/30 (木) 17:00",
        "2026/02/25 (水)頃",
        "既加入者へのご案内を郵送",
    ):
        assert expected in text, expected
    assert len(page.html.select("h2")) == 9


@pytest.mark.req("B-015", "P-007")
def test_a_draft_is_its_keepers_alone(site: Flask) -> None:
    insurer, auditor = log_in(site, "insurer"), log_in(site, "auditor")
    assert insurer.get("/scheme/years/show/1", status="*").status_int == 404
    assert "2026年度" not in insurer.get("/scheme/years/list/").text
    assert auditor.get("/scheme/years/show/1").status_int == 200
    in_state(site, YearState.OPEN)
    page = insurer.get("/scheme/years/show/1")
    assert not page.html.select("main form, main h2 a")
    assert insurer.get("/scheme/years/edit/1", status="*").status_int == 403


@pytest.mark.req("B-013", "B-015")
def test_a_year_is_opened_once_it_is_complete_and_then_fixed(site: Flask, lead: TestApp) -> None:
    shown = post(lead, "/scheme/years/1/open").follow()
    assert "料率表「sample」に承認済みの版がありません。" in shown.text
    with site.app_context():
        transact(approve_rates)
    shown = post(lead, "/scheme/years/1/open").follow()
    assert "募集中" in shown.html.h1.get_text()
    assert "募集を開始しました" in shown.html.select_one(".scheme__timeline").get_text()
    edit = form(lead.get("/scheme/years/edit/1"), "debit_day")
    edit["debit_day"] = "13"
    assert "募集中または終了した年度の規定は変更できません。" in edit.submit().text
    edit["debit_day"], edit["parent_policy_number"] = "12", "A123"
    assert edit.submit().status_int == 302
    year = stored(site, select(SchemeYear))
    assert (year.debit_day, year.parent_policy_number) == (12, "A123")
    shown = lead.get("/scheme/years/show/1").html.select_one("main").get_text(" ", strip=True)
    assert "親契約の証券番号 A123" in shown


@pytest.mark.req("B-015")
@pytest.mark.parametrize(
    ("screen", "table", "field", "value"),
    [
        ("schemeclauseview", SchemeClause, "title", "改めた特約"),
        ("schemecoverview", SchemeCover, "deductible_text", "1万円"),
        ("schemedeadlineview", SchemeDeadline, "day", "25"),
        ("schemebenefitview", SchemeBenefit, "position", "99"),
        ("schemecalendarrowview", SchemeCalendarRow, "title", "改めた予定"),
    ],
)
def test_rows_are_edited_in_a_draft_and_not_silently_later(
    site: Flask, lead: TestApp, screen: str, table: Any, field: str, value: str
) -> None:
    edit = form(lead.get(f"/{screen}/edit/1"), field)
    edit[field] = value
    assert edit.submit().status_int == 302
    assert str(getattr(stored(site, select(table).where(table.id == 1)), field)) == value
    with site.app_context():
        entry = fresh().scalars(select(AuditEntry).where(AuditEntry.action == f"{table.__tablename__}.changed"))
        assert value in entry.one().detail
    of_calendar = table is SchemeCalendarRow
    for state in (YearState.OPEN, YearState.CLOSED):
        in_state(site, state)
        edit = form(lead.get(f"/{screen}/edit/1"), field)
        edit[field] = value[:-1] or "1"
        may = of_calendar and state is YearState.OPEN
        assert edit.submit().status_int == (302 if may else 200)
    lead.post(f"/{screen}/delete/1", {"csrf_token": token(lead.get("/scheme/years/list/"))})
    assert stored(site, select(table).where(table.id == 1))


@pytest.mark.req("B-046")
def test_a_date_is_added_to_the_calendar(site: Flask, lead: TestApp) -> None:
    add = form(lead.get("/schemecalendarrowview/add"), "title")
    add["scheme_year"], add["day"], add["title"] = "1", "2026-04-01", "説明会"
    assert add.submit().status_int == 302
    assert "説明会" in lead.get("/scheme/calendar/?kind=notice").text


@pytest.mark.parametrize(
    ("screen", "values", "sentence"),
    [
        ("schemedeadlineview", {"day": "32"}, "日は1から31の間で入力してください。"),
        ("schemedeadlineview", {"months_before": "13"}, "月数は0から12の間で入力してください。"),
        ("schemedeadlineview", {"closing": "0"}, "回は1以上で入力してください。"),
        ("schemecoverview", {"choices": "1億"}, "選択肢は円の整数をコンマで区切って入力してください。"),
        ("schemebenefitview", {"days_from": "1"}, "日数は、入院した期間と治療した期間だけに入力してください。"),
        ("schemebenefitview", {"kind": "hospital", "days_from": "8", "days_to": "7"}, "上限は下限以上"),
        ("schemebenefitview", {"least": "1"}, "同じ額を入力してください。"),
        ("schemecalendarrowview", {"title": "a\tb"}, "改行や制御文字は使えません。"),
    ],
)
def test_unlikely_rows_are_refused(lead: TestApp, screen: str, values: dict[str, str], sentence: str) -> None:
    edit = form(lead.get(f"/{screen}/edit/1"), next(iter(values)))
    for field, value in values.items():
        edit[field] = value
    answer = edit.submit()
    assert answer.status_int == 200
    assert sentence in answer.text


@pytest.mark.req("B-009")
def test_the_lead_agency_is_entered_by_its_name(site: Flask, lead: TestApp) -> None:
    edit = form(lead.get("/scheme/years/edit/1"), "lead_agency")
    assert edit["lead_agency"].value == "たいよう共済"
    edit["lead_agency"] = "ない代理店"
    assert "代理店「ない代理店」は登録されていません。" in edit.submit().text
    edit["lead_agency"], edit["deadline_time"] = "たいよう共済", "16:30"
    assert edit.submit().status_int == 302
    assert f"{stored(site, select(SchemeYear)).deadline_time:%H:%M}" == "16:30"


@pytest.mark.req("B-015", "D-40")
def test_next_year_is_prepared_as_a_copy(site: Flask, lead: TestApp, clock: FixedClock) -> None:
    shown = post(lead, "/scheme/years/1/copy").follow()
    assert shown.html.h1.get_text(" ", strip=True) == "2027年度 準備中"
    assert "2026年度から複写しました" in shown.text
    assert "翌年度はすでに登録されています。" in post(lead, "/scheme/years/1/copy").follow().text
    in_state(site, YearState.OPEN)
    assert "/scheme/years/1/close" not in lead.get("/scheme/years/show/1").text
    assert "保険期間が終わるまでは" in post(lead, "/scheme/years/1/close").follow().text
    clock.move_to(jst(2027, 6, 1, 9))
    lead = log_in(site, "lead")
    assert "/scheme/years/1/close" in lead.get("/scheme/years/show/1").text
    assert "終了" in post(lead, "/scheme/years/1/close").follow().html.h1.get_text()


@pytest.mark.req("B-004", "B-074", "P-007")
def test_a_prefectures_staff_see_their_own_association(site: Flask, lead: TestApp) -> None:
    add = form(lead.get("/prefecturestaffview/add"), "prefecture")
    # The blank choice and the one user who holds the role.
    assert [text for _value, _chosen, text in add["user"].options if "tokyo" in text]
    assert len([value for value, _chosen, _text in add["user"].options if value != "__None"]) == 1
    add["user"], add["prefecture"] = add["user"].options[-1][0], "13"
    assert add.submit().status_int == 302
    assert stored(site, select(PrefectureStaff)).prefecture_id == 13
    own = log_in(site, "tokyo").get("/prefectureview/list/")
    assert "東京都警備業協会" in own.text
    assert "大阪府警備業協会" not in own.text
    assert "大阪府警備業協会" in log_in(site, "group").get("/prefectureview/list/").text


def test_an_associations_address_is_checked(site: Flask, lead: TestApp) -> None:
    edit = form(lead.get("/prefectureview/edit/13"), "email")
    edit["email"] = "no address"
    assert edit.submit().status_int == 200
    edit["email"] = "tokyo@keibi.example.jp"
    assert edit.submit().status_int == 302
    assert stored(site, select(PrefectureAssociation).where(PrefectureAssociation.code == 13)).email
