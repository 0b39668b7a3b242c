"""Quotes as an agency makes them: what is asked, refused, stored, and comes out the same for ever (B-031 to B-044)."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import DomainError, Forbidden, Invalid, NotFound, Refused
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.audit import AuditEntry
from hoshou.platform.calculators import Calculators
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Quote
from hoshou.plugins.guardkun.models.scheme import SchemeYear, YearState
from hoshou.plugins.guardkun.rules.quote_form import QuoteForm, form_of_request, request_of
from hoshou.plugins.guardkun.services.numbers import take_numbers
from hoshou.plugins.guardkun.services.quoting import Preview, make_quote, preview, read_quote, starts
from hoshou.plugins.guardkun.services.recompute import differing_quotes, recompute
from hoshou.plugins.guardkun.services.scope import visible_enrolments, visible_quotes
from hoshou.plugins.organisations.models import Agency, Insurer
from hoshou.plugins.premium.models import RateTableVersion
from hoshou.plugins.premium.rules.confirmations import Confirmation
from hoshou.plugins.premium.services.sample import seed_sample_rates
from tests.accounts import fresh
from tests.plugins.guardkun.ground import Ground, add_enrolment, add_quote, lay_ground
from tests.plugins.premium.documents import REQUEST

CLOCK = FixedClock(jst(2026, 4, 15, 12))
DRAFTER = Actor(ActorKind.STAFF, "作成者", 11)
APPROVER = Actor(ActorKind.STAFF, "承認者", 12)
AGENT = Actor(ActorKind.STAFF, "代理店担当", 21)
OLDEST = Path(__file__).parent / "oldest_quote.json"

PLAIN = QuoteForm(
    prospect_name="見本警備株式会社",
    start="2026-06-01",
    limit="100000000",
    sales="120000000",
    fiscal_year_end="2025-12-31",
    evidence="第10期決算書",
)
WHOLE = replace(
    PLAIN,
    start="2026-09-01",
    key_recreation_limit="5000000",
    valuables_limit="30000000",
    valuables_other_sales="8000000",
    valuables_transported="0",
    transport=True,
    largest_load="20000000",
    labour_dispute=True,
)
"""The worked example of docs/algorithms/premium.md: 101,700 yen of premium for nine months."""


def calculators() -> Calculators:
    return Calculators(platform().plugins.collect("calculators"))


def agency(session: Session, name: str = "みなと代理店") -> Subject:
    agency_id = session.scalars(select(Agency.id).where(Agency.name == name)).one()
    return Subject(21, "代理店担当", "agent@example.jp", frozenset({Role.AGENCY.value}), agency_id=agency_id)


def lay_ground_with_all_limits(session: Session) -> Ground:
    """The ground, and over its own short table the sample with all ten limits as version 2."""
    laid = lay_ground(session)
    session.get_one(RateTableVersion, laid.rate_table_id).is_sample = False
    session.flush()
    seed_sample_rates(session, CLOCK, DRAFTER, APPROVER)
    return laid


@pytest.fixture
def ground(app: Flask) -> Ground:
    return transact(lay_ground_with_all_limits)


@pytest.fixture
def own(ground: Ground) -> str:
    return str(ground.registrations["10000000001"])


def store(form: QuoteForm, **who: Any) -> int:
    subject = who.get("subject") or agency(db.session())
    return transact(lambda session: make_quote(session, CLOCK, AGENT, subject, calculators(), form).id)


def look(form: QuoteForm) -> Preview:
    return preview(db.session(), calculators(), form)


def refusals(work: Callable[[], Any]) -> list[tuple[str | None, str]]:
    with pytest.raises(DomainError) as refused:
        work()
    errors = refused.value.errors if isinstance(refused.value, Invalid) else (refused.value,)
    assert all("%(" not in str(error) for error in errors)
    return [(error.field, error.code) for error in errors]


@pytest.mark.req("B-011", "B-036", "B-040", "B-041", "B-042", "B-043", "B-051", "P-004", "D-21")
def test_a_stored_quote_keeps_what_was_typed_who_answered_and_every_yen(ground: Ground, own: str) -> None:
    quote = db.session.get_one(Quote, store(replace(WHOLE, registration_id=own)))
    assert quote.number == "Q2026-000001"
    assert json.loads(quote.inputs) == REQUEST
    assert (quote.premium, quote.maintenance_fee, quote.levy) == (101_700, 5_085, 106_785)
    answer = json.loads(quote.result)
    assert answer["collection_fee"] == 5_085
    assert sum(part["levy"] for part in answer["instalments"]) == quote.levy
    assert len(answer["instalments"]) == answer["months"] == 9
    assert [line["section"] for line in answer["breakdown"]][-3:] == ["II.(6)", "I.1.(2)", "I.1.(2)"]
    assert (quote.calculator, quote.calculator_version) == ("premium", 1)
    assert quote.is_sample
    assert db.session.get_one(RateTableVersion, quote.rate_table_id).version == answer["rates"]["version"] == 2
    assert (quote.prospect_name, quote.evidence, str(quote.fiscal_year_end)) == (
        "見本警備株式会社",
        "第10期決算書",
        "2025-12-31",
    )
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "guardkun.quoted")).one()
    assert entry.object_id == str(quote.id)


@pytest.mark.req("B-017", "B-036", "B-042")
def test_all_ten_limits_stand_side_by_side(ground: Ground) -> None:
    found = look(PLAIN)
    assert [offer.limit for offer in found.limits] == [100_000_000 * number for number in range(1, 11)]
    assert [offer.is_chosen for offer in found.limits] == [True] + [False] * 9
    # 120,000,000 at 0.52 and 1.10 per thousand: 62,400 and 132,000; with 5 % 65,520 and 138,600; by twelve months.
    first, last = found.limits[0], found.limits[-1]
    assert (first.answer["levy"], first.first, first.following) == (65_520, 5_460, 5_460)
    assert (last.answer["levy"], last.first, last.following) == (138_600, 11_550, 11_550)
    levies = [offer.answer["levy"] for offer in found.limits]
    assert levies == sorted(levies)


@pytest.mark.req("B-024", "B-025", "B-028")
def test_options_stand_side_by_side_with_what_they_add(ground: Ground) -> None:
    levies = {(offer.option, offer.limit): offer for offer in look(PLAIN).options}
    assert set(levies) == {
        *(("key_recreation", limit) for limit in (None, 5_000_000, 10_000_000, 20_000_000)),
        *(("valuables", limit) for limit in (None, 30_000_000, 50_000_000, 100_000_000)),
        *((name, limit) for name in ("transport", "labour_dispute") for limit in (None, 0)),
    }
    # Key re-creation at 0.010 per thousand adds 1,200 yen and 60 yen of fee, labour dispute at 0.02 2,520 yen.
    assert levies["key_recreation", 5_000_000].answer["levy"] == 65_520 + 1_260
    assert levies["labour_dispute", 0].answer["levy"] == 65_520 + 2_520
    assert all(levies[name, None].is_chosen for name, _limit in levies)
    # Without its own basis option 2 has no price; never one of nothing.
    assert levies["valuables", 30_000_000].refusal.code == "valuables_basis_unknown"
    bases = {"valuables_other_sales": "60000000", "valuables_transported": "0"}
    taken = {
        offer.limit: offer.answer["premium"]
        for offer in look(replace(PLAIN, valuables_limit="30000000", **bases)).options
        if offer.option == "valuables"
    }
    # 62,400 and: 60,000,000 at 1.2, 1.5 and 2.0 per thousand, the last below its floor of 200,000.
    assert taken == {None: 62_400, 30_000_000: 134_400, 50_000_000: 162_400, 100_000_000: 262_400}


@pytest.mark.req("B-010", "B-011", "B-038", "B-039")
def test_the_sample_rates_have_the_manuals_minimum_floor_and_fees(ground: Ground) -> None:
    # 6,153,846 at 0.52 per thousand is 3,200.
    small = look(replace(PLAIN, sales="6153846")).answer
    assert [small[name] for name in ("annual_premium", "premium", "maintenance_fee", "levy", "collection_fee")] == [
        3_200, 5_000, 250, 5_250, 250,
    ]  # fmt: skip
    for limit, floor in ((30_000_000, 60_000), (50_000_000, 100_000), (100_000_000, 200_000)):
        valuables = replace(PLAIN, valuables_limit=str(limit), valuables_other_sales="1")
        assert look(valuables).answer["premium"] == 62_400 + floor


@pytest.mark.req("B-026")
def test_leaving_out_transport_is_shown_as_impossible_where_valuables_are_transported(ground: Ground) -> None:
    found = look(replace(WHOLE, valuables_transported="1000"))
    (without,) = [offer for offer in found.options if (offer.option, offer.limit) == ("transport", None)]
    assert without.answer is None
    assert without.refusal.code == "transported_without_transport"


@pytest.mark.req("B-012", "B-017", "B-024", "B-025", "B-026", "B-027", "B-031", "B-032", "B-043", "B1")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"limit": "150000000"}, ("limit", "limit_not_in_table")),
        ({"limit": "1.5億"}, ("limit", "not_yen")),
        ({"limit": ""}, ("limit", "missing")),
        ({"start": "2026-06-02"}, ("start", "start_not_first")),
        ({"start": "2028-06-01"}, ("start", "no_open_year")),
        ({"start": "2026-05-01"}, ("start", "no_open_year")),
        ({"start": "いつか"}, ("start", "not_a_day")),
        ({"sales": "-1"}, ("sales", "not_yen")),
        ({"sales": "12.5"}, ("sales", "not_yen")),
        ({"sales": "9" * 16}, ("sales", "not_yen")),
        ({"key_recreation_limit": "6000000"}, ("key_recreation_limit", "option_limit_not_in_table")),
        (
            {"valuables_limit": "40000000", "valuables_other_sales": "1"},
            ("valuables_limit", "option_limit_not_in_table"),
        ),
        ({"valuables_limit": "30000000"}, ("valuables_other_sales", "missing")),
        (
            {"valuables_limit": "30000000", "valuables_other_sales": "0", "transport": True, "largest_load": "1"},
            ("valuables_transported", "missing"),
        ),
        (
            {"valuables_limit": "30000000", "valuables_other_sales": "0", "valuables_transported": "1"},
            ("valuables_transported", "transported_without_transport"),
        ),
        ({"valuables_transported": "1"}, ("valuables_limit", "valuables_without_limit")),
        ({"valuables_other_sales": "500"}, ("valuables_limit", "valuables_without_limit")),
        ({"transport": True}, ("largest_load", "missing")),
        ({"largest_load": "1"}, ("transport", "load_without_transport")),
        ({"prospect_name": " "}, ("prospect_name", "missing")),
        ({"prospect_name": "改\n行"}, ("prospect_name", "unprintable")),
        ({"prospect_name": "長" * 101}, ("prospect_name", "too_long")),
        ({"evidence": ""}, ("evidence", "missing")),
        ({"fiscal_year_end": ""}, ("fiscal_year_end", "missing")),
        ({"fiscal_year_end": "2026-04-16"}, ("fiscal_year_end", "fiscal_year_open")),
        ({"fiscal_year_end": "2025-02-30"}, ("fiscal_year_end", "not_a_day")),
        ({"registration_id": ""}, ("registration_id", "registration_missing")),
        ({"registration_id": "x"}, ("registration_id", "registration_missing")),
    ],
)
def test_what_is_not_right_is_refused_at_its_field(
    ground: Ground, own: str, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    form = replace(PLAIN, **{"registration_id": own, **changes})
    assert refusals(lambda: store(form)) == [expected]
    assert db.session.scalar(select(func.count(Quote.id))) == 0


@pytest.mark.req("B-031", "B-033")
def test_a_new_company_quotes_by_its_plan_with_evidence_and_without_a_year(ground: Ground, own: str) -> None:
    plan = replace(PLAIN, registration_id=own, is_business_plan=True, fiscal_year_end="", evidence="事業計画書")
    quote = db.session.get_one(Quote, store(plan))
    assert (quote.is_business_plan, quote.fiscal_year_end, quote.evidence) == (True, None, "事業計画書")
    assert refusals(lambda: store(replace(plan, evidence=""))) == [("evidence", "missing")]
    dated = replace(plan, fiscal_year_end="2025-12-31")
    assert refusals(lambda: store(dated)) == [("fiscal_year_end", "fiscal_year_of_plan")]


@pytest.mark.req("B-027")
def test_transport_without_valuables_is_confirmed_first(ground: Ground, own: str) -> None:
    form = replace(PLAIN, registration_id=own, transport=True, largest_load="20000000")
    assert look(form).to_confirm == (Confirmation.VALUABLES_NOT_TAKEN,)
    assert refusals(lambda: store(form)) == [("valuables_not_taken", "not_confirmed")]
    assert refusals(lambda: store(replace(form, load_above_limit=True))) == [
        ("valuables_not_taken", "not_confirmed")
    ]
    assert store(replace(form, valuables_not_taken=True))


@pytest.mark.req("B-027")
def test_a_load_above_the_limit_is_confirmed_first(ground: Ground, own: str) -> None:
    form = replace(WHOLE, registration_id=own, largest_load="30000001")
    assert refusals(lambda: store(form)) == [("load_above_limit", "not_confirmed")]
    assert store(replace(form, load_above_limit=True))


@pytest.mark.req("B-065", "B-095", "B-096", "B-107")
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("contact_name", "", "agency_incomplete"),
        ("phone", " ", "agency_incomplete"),
        ("postal_code", "", "agency_incomplete"),
        ("address", "", "agency_incomplete"),
        ("registration_number", "1234567890", "registration_number"),
        ("office_code", "", "office_code"),
        ("office_code", "RRR00-AB12", "office_code"),
        ("share_pattern", "", "share_pattern"),
    ],
)
def test_an_agency_with_missing_data_stores_no_quote(
    ground: Ground, own: str, field: str, value: str, code: str
) -> None:
    change = update(AgencyRegistration).where(AgencyRegistration.id == int(own)).values(**{field: value})
    transact(lambda session: session.execute(change))
    form = replace(PLAIN, registration_id=own)
    assert refusals(lambda: store(form)) == [(field, code)]
    assert look(form).answer["levy"] == 65_520


@pytest.mark.req("B-065")
def test_everything_that_an_agency_lacks_is_said_at_once(ground: Ground, own: str) -> None:
    change = update(AgencyRegistration).where(AgencyRegistration.id == int(own)).values(phone="", address="")
    transact(lambda session: session.execute(change))
    found = refusals(lambda: store(replace(PLAIN, registration_id=own)))
    assert found == [("phone", "agency_incomplete"), ("address", "agency_incomplete")]


@pytest.mark.req("B-101", "B-102", "D-32", "A11")
def test_a_quote_belongs_to_its_eleven_digits(ground: Ground, own: str) -> None:
    foreign = str(ground.registrations["20000000002"])
    assert refusals(lambda: store(replace(PLAIN, registration_id=foreign))) == [
        ("registration_id", "registration_missing")
    ]
    session, quote_id = db.session(), store(replace(PLAIN, registration_id=own))
    assert read_quote(session, agency(session), quote_id).may_quote
    with pytest.raises(NotFound):
        read_quote(session, agency(session, "やまと代理店"), quote_id)
    insurers = {row.insurer.code: row.insurer_id for row in session.get_one(SchemeYear, ground.year_id).insurers}
    theirs = add_quote_of(ground, "20000000002")

    def staff(code: str) -> Subject:
        return Subject(31, "社員", "s@example.jp", frozenset({Role.INSURER.value}), insurer_id=insurers[code])

    assert not read_quote(session, staff("ms"), theirs).may_quote
    assert read_quote(session, staff("aioi"), theirs)
    for stranger, number in ((staff("nisshin"), theirs), (staff("aioi"), quote_id)):
        with pytest.raises(NotFound):
            read_quote(session, stranger, number)
    with pytest.raises(Forbidden):
        store(replace(PLAIN, registration_id=own), subject=staff("ms"))


@pytest.mark.req("D-32", "B-102")
def test_a_year_may_be_opened_to_all_its_insurers(ground: Ground) -> None:
    """Without it a co-insurer sees what its own agencies sell; an insurer that isn't in the year never sees any."""
    theirs = add_quote_of(ground, "20000000002")
    enrolled = transact(lambda session: add_enrolment(session, ground, registration="20000000002").id)
    codes = ("ms", "aioi", "nisshin", "tokio")
    numbers = dict(fresh().execute(select(Insurer.code, Insurer.id)).tuples().all())
    staff = [
        Subject(31, "社員", "s@example.jp", frozenset({Role.CO_INSURER.value}), numbers[code]) for code in codes
    ]

    def seen() -> list[tuple[bool, bool]]:
        session = fresh()
        return [
            (
                session.scalar(select(Quote.id).where(Quote.id == theirs, visible_quotes(who))) == theirs,
                session.scalar(select(Enrolment.id).where(Enrolment.id == enrolled, visible_enrolments(who)))
                == enrolled,
            )
            for who in staff
        ]

    everything, nothing = (True, True), (False, False)
    assert seen() == [everything, everything, nothing, nothing]

    def open_to_all(session: Session) -> None:
        session.get_one(SchemeYear, ground.year_id).insurers_see_all = True

    transact(open_to_all)
    assert seen() == [everything, everything, everything, nothing]


def add_quote_of(ground: Ground, registration: str) -> int:
    return transact(lambda session: add_quote(session, ground, registration).id)


@pytest.mark.req("B-015", "P-004")
def test_the_year_names_its_calculator_and_an_unknown_one_is_refused(ground: Ground, own: str) -> None:
    transact(lambda session: session.execute(update(SchemeYear).values(calculator_version=9)))
    assert refusals(lambda: look(PLAIN)) == [(None, "unknown_calculator")]
    assert refusals(lambda: store(replace(PLAIN, registration_id=own))) == [(None, "unknown_calculator")]


@pytest.mark.req("B-015", "D-21")
def test_a_year_that_takes_no_applications_quotes_nothing(ground: Ground) -> None:
    transact(lambda session: session.execute(update(SchemeYear).values(state=YearState.CLOSED.value)))
    assert refusals(lambda: look(PLAIN)) == [("start", "no_open_year")]
    assert starts(db.session(), CLOCK.today()) == []


@pytest.mark.req("D-21")
def test_rates_quote_only_from_their_first_day_on(ground: Ground) -> None:
    later = update(RateTableVersion).values(valid_from=jst(2026, 8, 1).date())
    transact(lambda session: session.execute(later))
    assert refusals(lambda: look(PLAIN)) == [("start", "no_rates")]
    assert look(replace(PLAIN, start="2026-08-01")).answer["months"] == 10


@pytest.mark.req("P-004", "B1")
def test_a_stored_quote_recomputes_to_the_yen_and_a_changed_one_is_found(ground: Ground, own: str) -> None:
    first, second = (store(replace(form, registration_id=own)) for form in (PLAIN, WHOLE))
    session = db.session()
    assert [recompute(session, calculators(), session.get_one(Quote, number)) for number in (first, second)] == [
        [],
        [],
    ]
    assert list(differing_quotes(session, calculators())) == []
    transact(lambda writing: writing.execute(update(Quote).where(Quote.id == second).values(levy=106_784)))
    assert list(differing_quotes(db.session(), calculators())) == [("Q2026-000002", ["levy"])]

    def change_the_answer(writing: Session) -> None:
        quote = writing.get_one(Quote, first)
        answer = json.loads(quote.result)
        answer["annual_premium"] = 62_401
        answer["instalments"][0]["premium"] = 5_201
        quote.result = json.dumps(answer)

    transact(change_the_answer)
    assert next(differing_quotes(db.session(), calculators())) == (
        "Q2026-000001",
        ["annual_premium", "instalments"],
    )


@pytest.mark.req("P-004", "B1", "D-21")
def test_newer_rates_leave_a_stored_quote_as_it_is(ground: Ground, own: str) -> None:
    number = store(replace(PLAIN, registration_id=own))

    def dearer(session: Session) -> None:
        table = session.scalars(select(RateTableVersion).order_by(RateTableVersion.id.desc())).first()
        document = {**json.loads(table.document), "version": 99}
        document["basic"]["100000000"] = "5.2"
        columns = {name: getattr(table, name) for name in ("rates_id", "valid_from", "is_sample", "state")}
        people = {name: getattr(table, name) for name in ("drafted_by_id", "drafted_by", "drafted_at")}
        approval = {name: getattr(table, name) for name in ("approved_by_id", "approved_by", "approved_at")}
        session.add(RateTableVersion(version=99, document=json.dumps(document), **columns, **people, **approval))

    transact(dearer)
    assert look(PLAIN).answer["premium"] == 624_000
    quote = db.session.get_one(Quote, number)
    assert quote.premium == 62_400
    assert recompute(db.session(), calculators(), quote) == []


@pytest.mark.req("P-004", "B1")
def test_the_oldest_stored_quote_still_recomputes(app: Flask) -> None:
    """A quote as the first version stored it: whatever calculators come, its own answers the same to the yen."""
    oldest = json.loads(OLDEST.read_text(encoding="utf-8"))
    known = calculators().named(oldest["calculator"], oldest["calculator_version"])
    from_then = known.answer(oldest["inputs"], oldest["parameters"], japanese_calendar())
    assert {name: from_then[name] for name in oldest["result"]} == oldest["result"]


def test_a_form_made_of_a_request_means_that_request() -> None:
    assert request_of(form_of_request(REQUEST)) == REQUEST
    assert request_of(PLAIN) == {"start": "2026-06-01", "sales": 120_000_000, "limit": 100_000_000, "options": {}}


@pytest.mark.parametrize("typed", ["120,000,000", " 120000000円 ", "１２０，０００，０００円"])
def test_amounts_as_people_type_them(typed: str) -> None:
    assert request_of(replace(PLAIN, sales=typed))["sales"] == 120_000_000


@pytest.mark.req("B-012")
def test_starts_are_the_firsts_from_this_month_on(ground: Ground) -> None:
    days = starts(db.session(), jst(2026, 11, 20).date())
    assert [day.isoformat() for day in days] == [
        "2026-11-01", "2026-12-01", "2027-01-01", "2027-02-01", "2027-03-01", "2027-04-01", "2027-05-01",
    ]  # fmt: skip


@pytest.mark.req("B-051", "F13")
def test_numbers_are_given_once_in_each_series(app_on_both: Flask) -> None:
    numbers = [transact(lambda session: take_numbers(session, "quote-2026")) for _ in range(3)]
    assert [list(number) for number in numbers] == [[1], [2], [3]]
    assert list(transact(lambda session: take_numbers(session, "quote-2027", 2))) == [1, 2]

    def undone(session: Session) -> None:
        take_numbers(session, "quote-2026")
        raise Refused("undone", "undone")

    with pytest.raises(Refused):
        transact(undone)
    assert list(transact(lambda session: take_numbers(session, "quote-2026"))) == [4]
