"""What the calculator says beyond the document: who computed it, and what a person has to confirm."""

from datetime import date

import pytest

from hoshou.base.errors import Refused
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.plugins.premium.rules.calculator import calculate
from hoshou.plugins.premium.rules.clauses import PRINTED, Clause
from hoshou.plugins.premium.rules.confirmations import Confirmation, confirmations
from hoshou.plugins.premium.rules.rates import parse_rates
from hoshou.plugins.premium.rules.request import QuoteRequest, Valuables, parse_request
from hoshou.plugins.proration.rules.terms import SchemeTerms

from .documents import RATES, REQUEST, basic_request


@pytest.mark.req("P-004")
def test_a_quote_names_the_calculators_and_the_rates_that_made_it():
    quote = calculate(parse_request(REQUEST), parse_rates(RATES), japanese_calendar())
    assert quote.calculators == (("premium", 1), ("proration", 1))
    assert (quote.rates_id, quote.rates_version) == ("sample", 1)
    assert quote.start == date(2026, 9, 1)


@pytest.mark.req("P-004", "P-025")
def test_another_scheme_brings_its_own_terms():
    terms = SchemeTerms(year_start_month=4, debit_day=27, first_debit_after_months=1)
    quote = calculate(parse_request(REQUEST), parse_rates(RATES), japanese_calendar(), terms)
    assert quote.months == 7
    assert quote.premium == 79_100  # 135,600 x 7 / 12
    assert quote.instalments[0].date == date(2026, 10, 27)


@pytest.mark.req("B-016")
def test_every_rated_clause_has_its_printed_code():
    assert {clause: PRINTED[clause].code for clause in Clause} == {
        "basic": "58",
        "key_recreation": "88",
        "valuables_other": "B4",
        "valuables_transport": "B5",
        "transport": "B1",
        "labour_dispute": "B3",
    }


@pytest.mark.req("B-026")
def test_a_request_made_by_hand_keeps_the_rule_on_transported_valuables():
    with pytest.raises(Refused) as refused:
        QuoteRequest(date(2026, 6, 1), 1, 100_000_000, valuables=Valuables(30_000_000, 0, 1))
    assert refused.value.code == "transported_without_transport"


@pytest.mark.req("B-027")
@pytest.mark.parametrize(
    ("options", "to_confirm"),
    [
        ({}, ()),
        ({"transport": {"largest_load": 20_000_000}}, (Confirmation.VALUABLES_NOT_TAKEN,)),
        (
            {
                "transport": {"largest_load": 30_000_001},
                "valuables": {"limit": 30_000_000, "other_sales": 0, "transported": 1},
            },
            (Confirmation.LOAD_ABOVE_LIMIT,),
        ),
        (
            {
                "transport": {"largest_load": 30_000_000},
                "valuables": {"limit": 30_000_000, "other_sales": 0, "transported": 1},
            },
            (),
        ),
        ({"valuables": {"limit": 30_000_000, "other_sales": 1, "transported": 0}}, ()),
    ],
)
def test_what_the_transport_option_needs_confirmed(options, to_confirm):
    assert confirmations(parse_request(basic_request(1, **options))) == to_confirm
