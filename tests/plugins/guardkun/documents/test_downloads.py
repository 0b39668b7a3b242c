"""Who gets which document, and what stays behind of it (B-054, B-062, B-074, B-101, B-102, P-011)."""

import json
import re
from dataclasses import asdict

import pytest
from flask import Flask
from sqlalchemy import select
from webtest import TestApp

from hoshou.platform.actor import SYSTEM
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import transact
from hoshou.platform.files.model import keep
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Quote
from hoshou.plugins.guardkun.models.members import PrefectureStaff
from hoshou.plugins.guardkun.rules.stages import Stage
from tests.accounts import add_user, fresh, log_in
from tests.plugins.guardkun.documents.reading import words_of
from tests.plugins.guardkun.documents.shelf import STATEMENT, fill, lay
from tests.plugins.guardkun.ground import add_enrolment

PAPERS = (
    "application_form", "mandate_form", "slip", "share_table", "validity_statement", "change_notice",
    "accident_report",
)  # fmt: skip
EVERYTHING = {*PAPERS, "checklist", "proof_of_cover", "certificate"}


@pytest.fixture
def office(app: Flask) -> dict[str, int]:
    """An issued enrolment of a 三井住友海上 agency, one of an あいおい agency that is only registered, and staff."""

    def rows(session) -> dict[str, int]:  # type: ignore[no-untyped-def]
        ground = lay(session)
        shelf = fill(session, platform().clock, ground, stage=Stage.SHIPPED, options={})
        stored = keep(
            session,
            platform().clock,
            SYSTEM,
            platform().files.put(b"%PDF-1.7 as issued"),
            "certificate.pdf",
            "application/pdf",
        )
        session.flush()
        shelf.enrolment.certificate_file_id = stored.id
        other = add_enrolment(session, ground, 2, Stage.REGISTERED, "20000000002")
        return {
            "own": shelf.enrolment.id,
            "change": shelf.change.id,
            "other": other.id,
            "quote": shelf.enrolment.quote_id,
            "foreign_quote": other.quote_id,
            "prefecture": ground.prefecture_id,
        }

    keys = transact(rows)
    add_user(app, "agency", Role.AGENCY, agency="みなと代理店")
    add_user(app, "elsewhere", Role.AGENCY, agency="やまと代理店")
    add_user(app, "branch", Role.INSURER, insurer="ms")
    add_user(app, "other_branch", Role.INSURER, insurer="nisshin")
    add_user(app, "group", Role.GROUP_ASSOCIATION)
    add_user(app, "auditor", Role.AUDITOR)
    person = add_user(app, "prefecture", Role.PREFECTURE)
    transact(lambda session: session.add(PrefectureStaff(user_id=person, prefecture_id=keys["prefecture"])))
    return keys


def got(client: TestApp, key: int, names: set[str]) -> dict[str, int]:
    return {
        name: client.get(f"/guardkun/enrolments/{key}/documents/{name}.pdf", status="*").status_int
        for name in names
    }


@pytest.mark.req("B-101", "B-102", "B-062", "A11")
def test_each_role_gets_its_documents_and_a_stranger_finds_nothing(app: Flask, office: dict[str, int]) -> None:
    agency = got(log_in(app, "agency"), office["own"], EVERYTHING)
    assert {name for name, status in agency.items() if status == 200} == {*PAPERS, "certificate"}
    assert {status for name, status in agency.items() if name in {"checklist", "proof_of_cover"}} == {403}
    branch = got(log_in(app, "branch"), office["own"], EVERYTHING)
    assert set(branch.values()) == {200}
    assert set(got(log_in(app, "elsewhere"), office["own"], {*PAPERS, "certificate"}).values()) == {404}
    assert set(got(log_in(app, "other_branch"), office["own"], EVERYTHING).values()) == {404}
    assert set(got(log_in(app, "prefecture"), office["own"], EVERYTHING).values()) == {403}
    group = got(log_in(app, "group"), office["own"], EVERYTHING)
    assert {name for name, status in group.items() if status == 200} == {"certificate"}
    assert set(got(log_in(app, "agency"), 999_999, {"slip"}).values()) == {404}


@pytest.mark.req("B-042", "B-101")
def test_a_quotation_goes_to_its_own_agency_only(app: Flask, office: dict[str, int]) -> None:
    client = log_in(app, "agency")
    quote = fresh().get_one(Quote, office["quote"])
    answer = client.get(f"/guardkun/quotes/{office['quote']}/quotation.pdf")
    assert quote.number in words_of(answer.body)
    assert client.get(f"/guardkun/quotes/{office['foreign_quote']}/quotation.pdf", status="*").status_int == 404


@pytest.mark.req("P-011", "A18")
def test_a_download_is_noted_saved_under_its_name_and_never_cached(app: Flask, office: dict[str, int]) -> None:
    answer = log_in(app, "agency").get(f"/guardkun/enrolments/{office['own']}/documents/slip.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    number = fresh().get_one(Enrolment, office["own"]).policy_number
    assert f"{number}.pdf" in answer.headers["Content-Disposition"]
    (entry,) = fresh().scalars(select(AuditEntry).where(AuditEntry.action == "guardkun.document_made"))
    assert (entry.object_kind, entry.object_id, entry.actor_name) == (
        "guardkun_enrolment",
        str(office["own"]),
        "agency",
    )
    assert json.loads(entry.detail) == {"title": "帳票送付状"}


@pytest.mark.req("P-011")
def test_what_is_refused_is_not_noted(app: Flask, office: dict[str, int]) -> None:
    log_in(app, "elsewhere").get(f"/guardkun/enrolments/{office['own']}/documents/slip.pdf", status=404)
    log_in(app, "elsewhere").get(
        f"/guardkun/enrolments/{office['other']}/documents/accident_report.pdf", status=400
    )
    assert fresh().scalar(select(AuditEntry.id).where(AuditEntry.action == "guardkun.document_made")) is None


@pytest.mark.req("B-061")
def test_the_certificate_is_the_one_that_was_issued(app: Flask, office: dict[str, int]) -> None:
    client = log_in(app, "agency")
    answer = client.get(f"/guardkun/enrolments/{office['own']}/documents/certificate.pdf")
    assert answer.body == b"%PDF-1.7 as issued"
    early = log_in(app, "elsewhere").get(
        f"/guardkun/enrolments/{office['other']}/documents/certificate.pdf", status="*"
    )
    assert early.status_int == 404
    assert "加入者証はまだ発行されていません。" in early.text


@pytest.mark.req("B-089", "B-090", "B-101")
def test_a_change_has_its_notice_and_its_confirmation_at_its_own_enrolment(
    app: Flask, office: dict[str, int]
) -> None:
    client = log_in(app, "agency")
    folder = f"/guardkun/enrolments/{office['own']}"
    notice = client.get(f"{folder}/documents/change_notice.pdf?change={office['change']}")
    confirmation = client.get(f"{folder}/documents/changes/{office['change']}/confirmation.pdf")
    assert "東京都港区新橋2-2-2" in words_of(notice.body)
    assert "たいよう共済" in words_of(confirmation.body)
    assert "東京都港区新橋2-2-2" not in words_of(client.get(f"{folder}/documents/change_notice.pdf").body)
    other = log_in(app, "elsewhere")
    strange = f"/guardkun/enrolments/{office['other']}/documents/changes/{office['change']}/confirmation.pdf"
    assert other.get(strange, status="*").status_int == 404
    assert (
        other.get(f"{folder}/documents/changes/{office['change']}/confirmation.pdf", status="*").status_int == 404
    )


@pytest.mark.req("B-034", "B-035")
def test_the_statement_is_printed_as_it_was_stored(app: Flask, office: dict[str, int]) -> None:
    def store(session) -> None:  # type: ignore[no-untyped-def]
        enrolment = session.get_one(Enrolment, office["own"])
        enrolment.same_sales_confirmation = json.dumps(asdict(STATEMENT), default=str)

    transact(store)
    answer = log_in(app, "agency").get(f"/guardkun/enrolments/{office['own']}/documents/validity_statement.pdf")
    assert "（同額の契約だけであるため）" in words_of(answer.body)


@pytest.mark.req("B-109")
def test_the_record_leads_to_what_there_is_and_the_reader_may_have(app: Flask, office: dict[str, int]) -> None:
    def leads(user: str, key: str) -> set[str]:
        page = log_in(app, user).get(f"/guardkun/enrolments/show/{office[key]}")
        return set(re.findall(r"/documents/([a-z_]+)\.pdf", page.text))

    assert leads("agency", "own") == {
        "application_form", "mandate_form", "slip", "share_table", "accident_report", "certificate",
    }  # fmt: skip
    assert leads("branch", "own") == leads("agency", "own") | {"checklist", "proof_of_cover"}
    assert leads("elsewhere", "other") == {"application_form", "mandate_form", "slip"}
    assert leads("prefecture", "own") == set()
