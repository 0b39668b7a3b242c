"""Which days are worked in Japan, and that nothing is guessed past the horizon."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.errors import Refused
from hoshou.base.japanese_holidays import japanese_calendar

CALENDAR = japanese_calendar()


@pytest.mark.req("P-012", "A-061")
@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 11, 23), False),  # 勤労感謝の日, a Monday
        (date(2026, 11, 24), True),
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 5, 6), False),  # 振替休日
        (date(2026, 9, 22), False),  # 国民の休日
        (date(2026, 12, 30), True),
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), False),
        (date(2024, 1, 2), False),  # a Tuesday, no holiday by law
        (date(2024, 1, 3), False),
        (date(2027, 1, 4), True),
    ],
)
def test_business_days(day, worked):
    assert CALENDAR.is_business_day(day) is worked
    assert CALENDAR.is_bank_day(day) is worked


@pytest.mark.req("P-012")
def test_a_holiday_is_told_from_another_closed_day():
    assert CALENDAR.is_holiday(date(2027, 1, 1))
    assert not CALENDAR.is_holiday(date(2026, 12, 31))
    assert not CALENDAR.is_holiday(date(2026, 11, 22))


@pytest.mark.req("B-064", "B-069", "D-45")
def test_the_nearest_worked_day_on_either_side():
    assert CALENDAR.next_bank_day(date(2026, 9, 12)) == date(2026, 9, 14)
    assert CALENDAR.next_bank_day(date(2026, 10, 12)) == date(2026, 10, 13)
    assert CALENDAR.next_bank_day(date(2026, 8, 12)) == date(2026, 8, 12)
    assert CALENDAR.previous_bank_day(date(2026, 12, 31)) == date(2026, 12, 30)
    assert CALENDAR.next_business_day(date(2026, 12, 31)) == date(2027, 1, 4)
    assert CALENDAR.previous_business_day(date(2026, 9, 20)) == date(2026, 9, 18)
    assert CALENDAR.previous_business_day(date(2026, 7, 20)) == date(2026, 7, 17)


def test_business_days_before_a_day_leave_the_day_itself_out():
    assert CALENDAR.business_days_before(date(2026, 8, 12), 1) == date(2026, 8, 10)
    assert CALENDAR.business_days_before(date(2026, 8, 12), 4) == date(2026, 8, 5)
    assert CALENDAR.business_days_before(date(2027, 1, 4), 1) == date(2026, 12, 30)
    with pytest.raises(ValueError, match="from one"):
        CALENDAR.business_days_before(date(2026, 8, 12), 0)


SMALL = BusinessCalendar(frozenset({date(2026, 6, 3)}), date(2026, 6, 1), date(2026, 6, 7))
BEFORE, AFTER = date(2026, 5, 31), date(2026, 6, 8)
LAST_SATURDAY = date(2026, 6, 6)


@pytest.mark.req("P-012")
@pytest.mark.parametrize(
    "question",
    [
        lambda: SMALL.is_holiday(BEFORE),
        lambda: SMALL.is_holiday(AFTER),
        lambda: SMALL.is_business_day(BEFORE),
        lambda: SMALL.is_business_day(AFTER),
        lambda: SMALL.is_bank_day(AFTER),
        lambda: SMALL.next_business_day(LAST_SATURDAY),
        lambda: SMALL.next_bank_day(LAST_SATURDAY),
        lambda: SMALL.previous_business_day(BEFORE),
        lambda: SMALL.previous_bank_day(BEFORE),
        lambda: SMALL.business_days_before(date(2026, 6, 2), 2),
        lambda: SMALL.require(AFTER),
    ],
)
def test_past_the_horizon_nothing_is_guessed(question):
    with pytest.raises(Refused) as refused:
        question()
    assert refused.value.code == "past_horizon"
    assert "2026-06-01" in str(refused.value)


def test_the_horizon_itself_is_known():
    assert SMALL.is_business_day(date(2026, 6, 1))
    assert not SMALL.is_business_day(date(2026, 6, 7))
    assert SMALL.next_business_day(date(2026, 6, 3)) == date(2026, 6, 4)


@given(st.dates(date(2020, 2, 1), date(2050, 11, 30)))
def test_the_next_worked_day_is_worked_and_none_lies_between(day):
    following = CALENDAR.next_business_day(day)
    assert CALENDAR.is_business_day(following)
    assert not any(
        CALENDAR.is_business_day(day + timedelta(days=offset)) for offset in range((following - day).days)
    )
    assert CALENDAR.next_business_day(following) == following
    assert CALENDAR.previous_business_day(following) == following
