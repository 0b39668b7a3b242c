"""Rounding has one home, and it is exact."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshou.base.errors import Refused
from hoshou.base.money import (
    MAX_YEN,
    Rounding,
    RoundingMode,
    percent_of,
    split_evenly,
    split_share,
    yen_amount,
)

yen = st.integers(0, 10**15)


@pytest.mark.req("D-23", "P-018")
@pytest.mark.parametrize(
    ("numerator", "denominator", "half_up", "floor", "ceil"),
    [
        (65, 1, 70, 60, 70),
        (64896, 1000, 60, 60, 70),
        (6500001, 100000, 70, 60, 70),
        (75, 1, 80, 70, 80),
        (150015, 2, 75010, 75000, 75010),
        (50005, 2, 25000, 25000, 25010),
        (70, 1, 70, 70, 70),
        (0, 7, 0, 0, 0),
        (1, 10**18, 0, 0, 10),
    ],
)
def test_a_ratio_becomes_a_multiple_of_ten_yen(numerator, denominator, half_up, floor, ceil):
    assert Rounding(10, RoundingMode.HALF_UP).ratio(numerator, denominator) == half_up
    assert Rounding(10, RoundingMode.FLOOR).ratio(numerator, denominator) == floor
    assert Rounding(10, RoundingMode.CEIL).ratio(numerator, denominator) == ceil


@pytest.mark.req("P-018")
@given(yen, st.integers(1, 10**9), st.sampled_from([1, 5, 10, 100, 1000]))
def test_rounding_is_the_nearest_multiple_on_the_right_side(numerator, denominator, unit):
    exact = Fraction(numerator, denominator)
    floor = Rounding(unit, RoundingMode.FLOOR).ratio(numerator, denominator)
    ceil = Rounding(unit, RoundingMode.CEIL).ratio(numerator, denominator)
    half_up = Rounding(unit, RoundingMode.HALF_UP).ratio(numerator, denominator)
    assert floor % unit == ceil % unit == half_up % unit == 0
    assert floor <= exact < floor + unit
    assert ceil - unit < exact <= ceil
    assert exact - Fraction(unit, 2) < half_up <= exact + Fraction(unit, 2)


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 1), (1, 0), (1, -1)])
def test_a_ratio_that_is_no_amount_is_an_error(numerator, denominator):
    with pytest.raises(ValueError, match="never negative"):
        Rounding(10, RoundingMode.HALF_UP).ratio(numerator, denominator)


def test_a_unit_below_one_yen_is_an_error():
    with pytest.raises(ValueError, match="at least one yen"):
        Rounding(0, RoundingMode.FLOOR)


@pytest.mark.req("B-010", "B-011", "D-23")
@pytest.mark.parametrize(("amount", "five_percent"), [(100_000, 5_000), (101_700, 5_085), (5_019, 250), (19, 0)])
def test_percent_is_floored(amount, five_percent):
    assert percent_of(amount, 5) == five_percent


@pytest.mark.req("D-23", "B-044")
@pytest.mark.parametrize(
    ("total", "parts", "shares"),
    [
        (5000, 12, (424,) + (416,) * 11),
        (250, 12, (30,) + (20,) * 11),
        (101_700, 9, (11_300,) * 9),
        (7, 1, (7,)),
        (3, 4, (3, 0, 0, 0)),
    ],
)
def test_the_remainder_is_in_the_first_share(total, parts, shares):
    assert split_evenly(total, parts) == shares


@pytest.mark.req("D-23", "P-018")
@given(yen, st.integers(1, 60))
def test_shares_sum_to_the_total(total, parts):
    shares = split_evenly(total, parts)
    assert len(shares) == parts
    assert sum(shares) == total
    assert len(set(shares[1:])) <= 1
    assert 0 <= shares[0] - total // parts < parts


def test_nothing_is_split_into_no_parts():
    with pytest.raises(ValueError, match="at least one part"):
        split_evenly(1, 0)


@pytest.mark.req("B-093", "D-30")
def test_the_lead_share_is_floored_and_the_rest_goes_to_the_other():
    assert split_share(100_001, 10) == (10_000, 90_001)


@pytest.mark.req("P-018")
@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, "not_an_integer"),
        (False, "not_an_integer"),
        (1.0, "not_an_integer"),
        (float("nan"), "not_an_integer"),
        ("1", "not_an_integer"),
        (None, "not_an_integer"),
        (-1, "negative_amount"),
        (MAX_YEN + 1, "amount_too_large"),
    ],
)
def test_what_is_no_amount_is_refused(value, code):
    with pytest.raises(Refused) as refused:
        yen_amount(value, "sales")
    assert refused.value.code == code
    assert refused.value.field == "sales"
    assert "sales" in str(refused.value)


@pytest.mark.parametrize("value", [0, 1, MAX_YEN])
def test_whole_yen_are_amounts(value):
    assert yen_amount(value, "sales") == value
