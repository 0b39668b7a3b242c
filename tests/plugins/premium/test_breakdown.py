"""Every yen explained, with the manual's section; and the calculators as the scheme year asks for them (P-004)."""

import pytest
from hypothesis import given, settings

from hoshou.base.errors import Refused
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.base.money import RoundingMode
from hoshou.platform.calculators import Calculator, Calculators
from hoshou.platform.plugins import PluginError
from hoshou.plugins.premium.plugin import calculators as premium_calculators
from hoshou.plugins.premium.rules.breakdown import (
    ROUNDING_LABELS,
    SECTION_TITLES,
    SECTIONS,
    SENTENCES,
    TITLES,
    StepKind,
)
from hoshou.plugins.premium.rules.clauses import BASIS_TITLES, PRINTED, Clause
from hoshou.plugins.premium.rules.document import premium_answer, quote_document
from hoshou.plugins.proration.plugin import calculators as proration_calculators
from hoshou.plugins.proration.rules.terms import MANUAL_TERMS, terms_document

from .documents import REQUEST, basic_request, rates
from .test_reference import any_rates, rate_tables, requests

TERMS = terms_document(MANUAL_TERMS)
CALENDAR = japanese_calendar()


def explained(request, **changes):
    answer = premium_answer(request, {"rates": rates(**changes), "terms": TERMS}, CALENDAR)
    return [(step["step"], step["clause"], step["amount"]) for step in answer["breakdown"]]


@pytest.mark.req("B-011", "B-039", "B-040", "B-041", "B-042", "P-004")
def test_the_worked_example_line_by_line():
    assert explained(REQUEST) == [
        ("clause", "basic", 62_400),
        ("clause", "key_recreation", 1_200),
        ("clause", "valuables_other", 9_600),
        ("clause_floor", "valuables_other", 60_000),
        ("clause", "valuables_transport", 0),
        ("clause", "transport", 9_600),
        ("clause", "labour_dispute", 2_400),
        ("annual", "", 135_600),
        ("pro_rata", "", 101_700),
        ("maintenance_fee", "", 5_085),
        ("levy", "", 106_785),
        ("collection_fee", "", 5_085),
    ]


@pytest.mark.req("B-038", "D-22")
def test_a_minimum_is_a_line_of_its_own():
    # 6,153,846 yen of sales at 0.52 per thousand are 3,199.99992, rounded 3,200.
    small = basic_request(6_153_846)
    assert explained(small)[2:4] == [("pro_rata", "", 3_200), ("charged_minimum", "", 5_000)]
    annual = explained(small, minimum_applies_to="annual")
    assert annual[1:4] == [("annual", "", 3_200), ("annual_minimum", "", 5_000), ("pro_rata", "", 5_000)]


@pytest.mark.req("B-039", "D-22")
def test_a_floor_on_the_charged_premium_says_what_it_adds():
    # Six months of 62,400 and 9,600 are 36,000; 4,800 of them are the clause's own, 55,200 short of its floor.
    request = basic_request(
        120_000_000, "2026-12-01", valuables={"limit": 30_000_000, "other_sales": 8_000_000, "transported": 0}
    )
    steps = explained(request, valuables_floor_applies_to="charged")
    assert steps[3:5] == [("pro_rata", "", 36_000), ("charged_floor", "", 55_200)]


@pytest.mark.req("P-004", "B-042")
@settings(max_examples=200, deadline=None)
@given(requests(), rate_tables(any_rates))
def test_the_lines_lead_to_the_answer_whatever_is_asked(request_document, rates_document):
    answer = premium_answer(request_document, {"rates": rates_document, "terms": TERMS}, CALENDAR)
    quote = quote_document(request_document, rates_document)
    assert {name: answer[name] for name in quote} == quote
    by_clause, last = {}, {}
    for step in answer["breakdown"]:
        (by_clause if step["clause"] else last)[step["clause"] or step["step"]] = step["amount"]
        assert SENTENCES[step["step"]] % {"name": "", **step["values"]} is not None
        assert step["section"] == SECTIONS[step["step"]]
    assert sum(by_clause.values()) == last["annual"]
    assert last.get("annual_minimum", last["annual"]) == quote["annual_premium"]
    charged = last["pro_rata"] + last.get("charged_floor", 0)
    assert last.get("charged_minimum", charged) == quote["premium"]
    assert last["levy"] == quote["premium"] + last["maintenance_fee"]


def test_every_line_has_its_words_and_section():
    assert set(SENTENCES) == set(SECTIONS) == set(StepKind)
    assert set(TITLES) == set(StepKind) - {StepKind.CLAUSE}
    assert set(SECTION_TITLES) == set(SECTIONS.values())
    assert set(BASIS_TITLES) == set(PRINTED) == set(Clause)
    assert set(ROUNDING_LABELS) == set(RoundingMode)


@pytest.mark.req("P-003", "P-004")
def test_an_amount_is_asked_of_the_calculator_by_name_and_version():
    known = Calculators([*premium_calculators(), *proration_calculators()])
    parameters = {"rates": rates(), "terms": TERMS}
    answer = known.named("premium", 1).answer(REQUEST, parameters, CALENDAR)
    assert answer["levy"] == 106_785
    assert answer["calculators"] == [{"name": "premium", "version": 1}, {"name": "proration", "version": 1}]
    for name, version in (("premium", 2), ("premium", 0), ("nonsense", 1)):
        with pytest.raises(Refused) as refused:
            known.named(name, version)
        assert refused.value.code == "unknown_calculator"
        assert name in str(refused.value)


@pytest.mark.req("P-003")
def test_two_calculators_of_one_name_and_version_are_a_mistake():
    (calculator,) = premium_calculators()
    with pytest.raises(PluginError, match="premium 1"):
        Calculators([calculator, Calculator(calculator.identity, lambda *_: {})])


@pytest.mark.req("B-040", "B-044", "P-004")
def test_pro_rata_can_be_asked_for_alone():
    (calculator,) = proration_calculators()
    parameters = {"rounding": {"unit": 10, "mode": "half_up"}, "terms": TERMS}
    answer = calculator.answer({"start": "2026-09-01", "annual": 135_600}, parameters, CALENDAR)
    assert (answer["months"], answer["amount"]) == (9, 101_700)
    assert [part["amount"] for part in answer["instalments"]] == [11_300] * 9
    assert answer["instalments"][0]["date"] == "2026-11-12"
    assert answer["calculators"] == [{"name": "proration", "version": 1}]
    assert answer["breakdown"][0]["section"] == "III.4.(1)"


@pytest.mark.parametrize("name", ["year_start_month", "first_debit_after_months", "debit_day"])
def test_terms_are_exactly_as_laid_down(name):
    for terms in ({**TERMS, name: 0 if name != "first_debit_after_months" else 13}, {**TERMS, name: "6"}):
        with pytest.raises(Refused):
            premium_answer(REQUEST, {"rates": rates(), "terms": terms}, CALENDAR)
