"""When and what is debited; the worked numbers of docs/algorithms/instalments.md."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshou.base.errors import Refused
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.plugins.proration.rules.instalments import Instalment, debit_dates, instalments
from hoshou.plugins.proration.rules.terms import SchemeTerms

CALENDAR = japanese_calendar()

YEAR_2026 = (
    date(2026, 8, 12),
    date(2026, 9, 14),
    date(2026, 10, 13),
    date(2026, 11, 12),
    date(2026, 12, 14),
    date(2027, 1, 12),
    date(2027, 2, 12),
    date(2027, 3, 12),
    date(2027, 4, 12),
    date(2027, 5, 12),
    date(2027, 6, 14),
    date(2027, 7, 12),
)
STARTS_2026 = [date(2026, month, 1) for month in range(6, 13)] + [date(2027, month, 1) for month in range(1, 6)]


@pytest.mark.req("B-068", "B-069", "B-071", "D-33", "D-39")
@pytest.mark.parametrize(("left_out", "start"), list(enumerate(STARTS_2026)))
def test_each_later_start_leaves_out_one_more_debit_of_the_year(left_out, start):
    assert debit_dates(start, CALENDAR) == YEAR_2026[left_out:]


@pytest.mark.req("B-068", "D-33")
def test_the_first_debit_of_the_scheme_year_is_a_wednesday():
    assert debit_dates(date(2026, 6, 1), CALENDAR)[0].strftime("%a") == "Wed"


@pytest.mark.req("P-025")
def test_another_scheme_has_its_own_debit_day():
    terms = SchemeTerms(debit_day=31, first_debit_after_months=1)
    assert debit_dates(date(2027, 4, 1), CALENDAR, terms) == (date(2027, 5, 31), date(2027, 6, 30))


@pytest.mark.req("B-012", "P-012")
@pytest.mark.parametrize(
    ("start", "code"),
    [
        (date(2026, 6, 12), "start_not_first"),
        (date(2050, 6, 1), "past_horizon"),
        (date(2051, 1, 1), "past_horizon"),
        (date(9999, 12, 1), "past_horizon"),
        (date(2019, 12, 1), "past_horizon"),
    ],
)
def test_debits_that_cannot_be_known_are_refused(start, code):
    with pytest.raises(Refused) as refused:
        debit_dates(start, CALENDAR)
    assert refused.value.code == code


@pytest.mark.req("B-044", "D-23")
def test_the_remainders_are_in_the_first_instalment():
    first, *others = instalments(5000, 250, YEAR_2026)
    assert first == Instalment(date(2026, 8, 12), 424, 30, 454)
    assert [instalment[1:] for instalment in others] == [(416, 20, 436)] * 11


@pytest.mark.req("B-044", "D-23", "P-018")
@given(st.integers(0, 10**12), st.integers(0, 10**12), st.sampled_from(STARTS_2026))
def test_instalments_sum_to_what_is_charged(premium, fee, start):
    parts = instalments(premium, fee, debit_dates(start, CALENDAR))
    assert sum(part.premium for part in parts) == premium
    assert sum(part.maintenance_fee for part in parts) == fee
    assert all(part.levy == part.premium + part.maintenance_fee for part in parts)
    assert all(part.premium <= parts[0].premium for part in parts)
