"""The association edits, the auditor reads, the seed keeps what was edited (A-011, A-083 to A-086)."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, func, select
from webtest import TestApp

from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import db, transact
from hoshou.platform.subject import Role
from hoshou.plugins.guides.commands import guides
from hoshou.plugins.guides.models import Contact, FaqEntry, FlowStep, GuidePage, Revision, SampleClause
from hoshou.plugins.guides.services.seed import seed_guides
from tests.accounts import add_user, browser, log_in

SCREENS = ("faqview", "clauseview", "stepview", "contactview", "revisionview", "guidepageview")


@pytest.fixture
def site(usual_url: str, make_app: Callable[..., Flask]) -> Flask:
    app = make_app(usual_url)
    add_user(app, "kyokai", Role.ASSOCIATION)
    add_user(app, "auditor", Role.AUDITOR)
    add_user(app, "insurer", Role.INSURER, insurer="tokio")
    return app


@pytest.fixture
def association(site: Flask) -> TestApp:
    return log_in(site, "kyokai")


def form(page: object, field: str) -> object:
    return next(one for one in page.forms.values() if field in one.fields)  # type: ignore[attr-defined]


def number_of(site: Flask, statement: object) -> int:
    with site.app_context():
        return int(db.session.scalars(statement).one())  # type: ignore[call-overload]


@pytest.mark.req("A-083", "A-085", "A-086")
@pytest.mark.parametrize("screen", SCREENS)
def test_the_auditor_reads_and_an_insurer_sees_nothing(site: Flask, screen: str) -> None:
    auditor, insurer = log_in(site, "auditor"), log_in(site, "insurer")
    assert auditor.get(f"/{screen}/list/").status_int == 200
    assert auditor.get(f"/{screen}/show/1").status_int == 200
    for address in (f"/{screen}/edit/1", f"/{screen}/add"):
        assert auditor.get(address, expect_errors=True).status_int in {302, 403, 404}
    assert insurer.get(f"/{screen}/list/", expect_errors=True).status_int in {302, 403}


@pytest.mark.req("A-083", "P-008")
def test_an_edited_answer_is_shown_and_recorded(site: Flask, association: TestApp) -> None:
    number = number_of(site, select(FaqEntry.id).where(FaqEntry.number == 18))
    edit = form(association.get(f"/faqview/edit/{number}"), "answer_ja")
    edit["answer_ja"], edit["faq_group"] = "ご負担は\r\n**ありません**。", "4"  # type: ignore[index]
    assert edit.submit().status_int == 302  # type: ignore[attr-defined]
    shown = browser(site).get("/faq").html.select_one("#q18")
    assert shown.strong.get_text() == "ありません"
    assert shown.find_parent("section")["aria-labelledby"] == "group-4"
    with site.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "guides_faq.changed")).one()
        assert "**ありません**" in str(entry.detail)


@pytest.mark.req("A-085")
def test_an_edition_is_added(site: Flask, association: TestApp) -> None:
    add = form(association.get("/revisionview/add"), "edition")
    for field, value in {
        "month": "2026-10-05",
        "edition": "2",
        "content_ja": "第2版作成",
        "content_en": "Second edition",
    }.items():
        add[field] = value  # type: ignore[index]
    assert add.submit().status_int == 302  # type: ignore[attr-defined]
    rows = browser(site).get("/guide/revisions").html.select("main tbody tr")
    assert rows[-1].get_text(" ", strip=True) == "2026年10月 第2版 第2版作成"


@pytest.mark.req("A-011")
@pytest.mark.parametrize(
    ("title", "tenths", "sentence"),
    [
        ("公共工事標準請負契約約款（例）", "1", ""),
        ("公共工事標準請負契約約款（例）", "", ""),
        ("公共工事標準請負契約約款（例）", "11", "1から10までの数を入力してください。"),
        ("公共工事標準請負契約約款（例）", "0", "1から10までの数を入力してください。"),
        ("現場説明書（例）", "1", "文中に「●」がないため、数を入れられません。"),
    ],
)
def test_the_number_of_tenths(site: Flask, association: TestApp, title: str, tenths: str, sentence: str) -> None:
    number = number_of(site, select(SampleClause.id).where(SampleClause.title_ja == title))
    edit = form(association.get(f"/clauseview/edit/{number}"), "tenths")
    edit["tenths"] = tenths  # type: ignore[index]
    answer = edit.submit()  # type: ignore[attr-defined]
    assert answer.status_int == (200 if sentence else 302)
    assert sentence in answer.text
    assert ("10分の1以上" in browser(site).get("/guide/clauses").text) is (tenths == "1" and not sentence)


@pytest.mark.req("A-086")
def test_a_step_is_moved_and_a_way_from_nowhere_refused(site: Flask, association: TestApp) -> None:
    number = number_of(site, select(FlowStep.id).where(FlowStep.flow == "change", FlowStep.stage == 2))
    edit = form(association.get(f"/stepview/edit/{number}"), "from_lanes")
    assert edit["from_lanes"].value == ["contractor"]  # type: ignore[index]
    edit["from_lanes"] = ["system"]  # type: ignore[index]
    answer = edit.submit()  # type: ignore[attr-defined]
    assert "前の段階に、矢印の起点となる手順がありません。" in answer.text
    edit["from_lanes"], edit["title_ja"] = ["contractor"], "変更申込の受領"  # type: ignore[index]
    assert edit.submit().status_int == 302  # type: ignore[attr-defined]
    assert "変更申込の受領" in browser(site).get("/guide/change").html.select_one("#step-2-agency").get_text()


def test_pages_are_edited_and_never_removed(site: Flask, association: TestApp) -> None:
    number = number_of(site, select(GuidePage.id).where(GuidePage.key == "terms"))
    edit = form(association.get(f"/guidepageview/edit/{number}"), "body_ja")
    edit["body_ja"] = "## 新しい見出し"  # type: ignore[index]
    assert edit.submit().status_int == 302  # type: ignore[attr-defined]
    assert browser(site).get("/guide/terms").html.main.h2.get_text() == "新しい見出し"
    assert association.get("/guidepageview/add", expect_errors=True).status_int in {302, 403, 404}


@pytest.mark.req("A-083", "A-085")
def test_the_seed_keeps_what_was_edited_or_removed(app_on_both: Flask) -> None:
    def edit(session: object) -> None:
        session.execute(delete(FaqEntry).where(FaqEntry.number == 5))  # type: ignore[attr-defined]
        session.execute(delete(Contact))  # type: ignore[attr-defined]
        session.execute(delete(GuidePage).where(GuidePage.key == "terms"))  # type: ignore[attr-defined]

    assert transact(seed_guides) == 0
    transact(edit)
    assert transact(seed_guides) == 3
    assert transact(seed_guides) == 0
    counts = [
        db.session.scalar(select(func.count()).select_from(table))
        for table in (FaqEntry, SampleClause, Contact, Revision, GuidePage)
    ]
    assert counts == [19, 2, 2, 1, 12]


def test_the_command_says_how_many_rows_it_added(site: Flask) -> None:
    answer = CliRunner().invoke(guides, ["seed", "--json"], obj=lambda: site)
    assert json.loads(answer.output) == {"rows_added": 0}
