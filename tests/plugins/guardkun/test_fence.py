"""Between agencies: PostgreSQL itself shows nobody others' contracts, and the rules still know of them (B8)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock
from hoshou.platform.db import db
from hoshou.platform.fence import put_up
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.failures import Standing
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Instalment, Quote
from hoshou.plugins.guardkun.models.members import PrefectureStaff
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.guardkun.rules.changes import ChangeKind
from hoshou.plugins.guardkun.rules.duties import DUTY_LABELS
from hoshou.plugins.organisations.models import Insurer
from tests.accounts import fresh
from tests.plugins.guardkun.ground import add_enrolment, add_quote
from tests.plugins.guardkun.test_way_pages import Site
from tests.plugins.guardkun.way import AIOI, FACTS, MS

FORM = {
    **{name: getattr(FACTS, name) for name in FACTS.__dataclass_fields__},
    "prefecture_code": "13",
    "member_number": "13-00001",
    "applicant_name": FACTS.company_name,
    "duties": [duty.value for duty in DUTY_LABELS],
    "mandate_collected": "1",
}


@pytest.fixture
def apart(postgres_url: str, make_app: Any, clock: FixedClock) -> Site:
    return Site(make_app(postgres_url), clock)


def lay(session: Any, ground: Any) -> None:
    """A booked contract of each of two agencies, one with a change."""
    add_enrolment(session, ground, 1, registration=MS)
    theirs = add_enrolment(session, ground, 2, registration=AIOI)
    session.add(
        Change(
            enrolment_id=theirs.id,
            kind=ChangeKind.PARTICULARS.value,
            effective_on=date(2026, 9, 1),
            requested_at=theirs.created_at,
            requested_by="x",
        )
    )
    session.add(Standing(enrolment_id=theirs.id, failures=1, changed_at=theirs.created_at))


@pytest.mark.postgres
@pytest.mark.req("A11", "B8", "B-078", "B-101", "B-102")
def test_a_query_without_scope_finds_what_is_the_readers_and_nothing_else(apart: Site) -> None:
    apart.do(lambda session: lay(session, apart.ground))
    with apart.app.app_context():
        insurers = {insurer.code: insurer.id for insurer in fresh().scalars(select(Insurer))}
        agencies = {row.registration_number: row.agency_id for row in fresh().scalars(select(AgencyRegistration))}
        prefecture_user = fresh().scalars(select(PrefectureStaff.user_id)).one()

    def seen(role: str, **home: Any) -> list[int]:
        with apart.app.app_context():
            session = fresh()
            put_up(session, Subject(home.pop("user_id", 99), "x", "x@example.jp", frozenset({role}), **home))
            tables = (Enrolment, Quote, Instalment, Change, Standing)
            counts = [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
            db.session.remove()
            return counts

    whole, of_contracts, nothing = [2, 2, 24, 1, 1], [2, 2, 24, 1, 0], [0, 0, 0, 0, 0]
    # How the debits go is none of an agency's, a branch's or a prefecture association's business (B-078).
    first, second = [1, 1, 12, 0, 0], [1, 1, 12, 1, 0]
    assert seen("agency", agency_id=agencies[MS]) == first
    assert seen("agency", agency_id=agencies[AIOI]) == second
    assert seen("insurer", insurer_id=insurers["ms"]) == of_contracts, "the year's lead sees all of it"
    assert seen("insurer", insurer_id=insurers["aioi"]) == second
    assert seen("co_insurer", insurer_id=insurers["aioi"]) == second
    assert seen("co_insurer", insurer_id=insurers["nisshin"]) == nothing
    assert seen("prefecture", user_id=prefecture_user) == of_contracts
    assert seen("prefecture") == nothing
    for role in ("lead_office", "group_association", "auditor"):
        assert seen(role) == whole
    for role in ("administrator", "association", "agency"):
        assert seen(role) == nothing
    apart.do(lambda session: setattr(session.get_one(SchemeYear, apart.ground.year_id), "insurers_see_all", True))
    assert seen("co_insurer", insurer_id=insurers["nisshin"]) == of_contracts


@pytest.mark.postgres
@pytest.mark.req("B-006", "B8")
def test_a_unit_that_another_agency_has_enrolled_is_still_refused(apart: Site) -> None:
    def lay_both(session: Any) -> int:
        add_enrolment(session, apart.ground, 1, registration=MS)
        return int(add_quote(session, apart.ground, AIOI).id)

    quote = apart.do(lay_both)
    refused = apart.post("other", f"/guardkun/applications/new?quote={quote}", status=400, **FORM)
    assert "この加入者は、同じ期間についてすでに加入手続き中か加入済みです。" in refused
    assert apart.do(lambda session: session.scalar(select(func.count()).select_from(Enrolment))) == 1


def lay_last_year(session: Any, ground: Any) -> int:
    """Member 1 was another agency's until 1 June, with the same sales; a quote of the new one."""
    old = add_enrolment(session, ground, 1, registration=MS, start="2025-06-01", sales=120_000_000)
    old.period_end = date(2026, 6, 1)
    return int(add_quote(session, ground, AIOI, sales=120_000_000).id)


@pytest.mark.parametrize("place", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
@pytest.mark.req("B-034", "B-051", "B-101", "B8")
def test_a_member_that_comes_from_another_agency_is_renewed_without_a_look_at_its_contract(
    request: pytest.FixtureRequest, make_app: Any, clock: FixedClock, place: str
) -> None:
    site = Site(make_app(request.getfixturevalue(f"{place}_url")), clock)
    quote = site.do(lambda session: lay_last_year(session, site.ground))
    record = site.post("other", f"/guardkun/applications/new?quote={quote}", **FORM).follow()
    address = record.request.path
    assert site.do(lambda session: session.scalars(select(func.max(Enrolment.previous_id))).one())
    assert "前契約" not in record
    assert "G2600000001" not in record
    number = address.rpartition("/")[2]
    # The form opens again, and last year's sales count though nobody shows them.
    assert site.as_("other").get(f"/guardkun/applications/{number}/edit").status_int == 200
    refused = site.post("other", f"/guardkun/enrolments/{number}/register", status=400)
    assert "妥当性確認書" in refused
