"""Months of cover; the worked numbers of docs/algorithms/proration.md."""

from datetime import date

import pytest

from hoshou.base.errors import Refused
from hoshou.base.money import Rounding, RoundingMode
from hoshou.plugins.proration.rules.instalments import prorate
from hoshou.plugins.proration.rules.scheme_year import elapsed_months, months_of_cover, scheme_year_end
from hoshou.plugins.proration.rules.terms import SchemeTerms

TEN_YEN = Rounding(10, RoundingMode.HALF_UP)


@pytest.mark.req("B-012", "B-040")
@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2026, 6, 1), date(2027, 6, 1), 12),
        (date(2026, 7, 1), date(2027, 6, 1), 11),
        (date(2026, 9, 1), date(2027, 6, 1), 9),
        (date(2026, 10, 1), date(2027, 6, 1), 8),
        (date(2026, 12, 1), date(2027, 6, 1), 6),
        (date(2027, 1, 1), date(2027, 6, 1), 5),
        (date(2027, 5, 1), date(2027, 6, 1), 1),
    ],
)
def test_cover_runs_to_the_next_first_of_june(start, end, months):
    assert scheme_year_end(start) == end
    assert months_of_cover(start) == months


@pytest.mark.req("B-012")
@pytest.mark.parametrize("day", [date(2026, 6, 2), date(2026, 9, 30), date(2027, 2, 28)])
def test_cover_starts_on_a_first_only(day):
    with pytest.raises(Refused) as refused:
        scheme_year_end(day)
    assert refused.value.code == "start_not_first"


@pytest.mark.req("P-025")
def test_another_scheme_may_begin_its_year_in_april():
    april = SchemeTerms(year_start_month=4)
    assert scheme_year_end(date(2026, 6, 1), april) == date(2027, 4, 1)
    assert months_of_cover(date(2026, 4, 1), april) == 12
    assert months_of_cover(date(2027, 3, 1), april) == 1


@pytest.mark.req("B-040")
@pytest.mark.parametrize(
    ("annual", "months", "charged"),
    [
        (120_000, 12, 120_000),
        (120_000, 9, 90_000),
        (120_000, 1, 10_000),
        (100_010, 9, 75_010),  # 75,007.5
        (100_010, 3, 25_000),  # 25,002.5
        (100_020, 6, 50_010),
        (60, 1, 10),  # exactly half a unit: 5 yen
    ],
)
def test_the_part_of_a_year(annual, months, charged):
    assert prorate(annual, months, TEN_YEN) == charged


@pytest.mark.req("B-040", "P-018")
@pytest.mark.parametrize("mode", RoundingMode)
@pytest.mark.parametrize("unit", [1, 10, 100])
@pytest.mark.parametrize("annual_units", [0, 1, 7, 10_001, 13_560, 999_999])
def test_two_parts_of_a_year_miss_it_by_one_unit_at_most(mode, unit, annual_units):
    rounding = Rounding(unit, mode)
    annual = annual_units * unit
    for months in range(13):
        both = prorate(annual, months, rounding) + prorate(annual, 12 - months, rounding)
        assert abs(both - annual) <= unit


@pytest.mark.req("B-087", "B-088", "D-28")
@pytest.mark.parametrize(
    ("start", "change", "elapsed"),
    [
        (date(2026, 6, 1), date(2026, 9, 1), 3),
        (date(2026, 6, 1), date(2026, 9, 2), 4),
        (date(2026, 6, 1), date(2026, 6, 1), 0),
        (date(2026, 6, 1), date(2026, 6, 30), 1),
        (date(2026, 6, 1), date(2027, 6, 1), 12),
        (date(2026, 10, 1), date(2027, 1, 1), 3),
    ],
)
def test_elapsed_months(start, change, elapsed):
    assert elapsed_months(start, change) == elapsed


@pytest.mark.req("B-087")
@pytest.mark.parametrize("change", [date(2026, 5, 31), date(2027, 6, 2)])
def test_no_change_outside_the_cover(change):
    with pytest.raises(Refused) as refused:
        elapsed_months(date(2026, 6, 1), change)
    assert refused.value.code == "change_outside_period"
