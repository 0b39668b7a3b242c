"""Whole months and years on the calendar."""

from datetime import date

import pytest

from hoshou.base.dates import (
    add_months,
    add_years,
    day_in_month,
    is_first_of_month,
    months_between_firsts,
    parse_date,
)
from hoshou.base.errors import Refused


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 6, 1), 2, date(2026, 8, 1)),
        (date(2026, 11, 1), 2, date(2027, 1, 1)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2027, 1, 1), -1, date(2026, 12, 1)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 5, 15), 0, date(2026, 5, 15)),
    ],
)
def test_months_are_added(day, months, expected):
    assert add_months(day, months) == expected


@pytest.mark.parametrize(("day", "months"), [(date(1, 1, 1), -1), (date(9999, 12, 1), 1)])
def test_months_outside_the_calendar_are_an_error(day, months):
    with pytest.raises(ValueError, match="no such year"):
        add_months(day, months)


@pytest.mark.req("A-080", "D-10")
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 31), date(2029, 3, 31)),
        (date(2028, 2, 29), date(2031, 2, 28)),
        (date(2025, 2, 28), date(2028, 2, 28)),
    ],
)
def test_three_years_later(day, expected):
    assert add_years(day, 3) == expected


def test_a_leap_day_stays_one_in_a_leap_year():
    assert add_years(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_a_day_in_a_shorter_month_is_its_last():
    assert day_in_month(date(2027, 2, 1), 30) == date(2027, 2, 28)
    assert day_in_month(date(2027, 4, 1), 30) == date(2027, 4, 30)


@pytest.mark.req("B-012")
def test_only_the_first_is_the_first():
    assert is_first_of_month(date(2026, 6, 1))
    assert not is_first_of_month(date(2026, 6, 2))
    assert not is_first_of_month(date(2026, 6, 30))


@pytest.mark.req("B-040")
def test_months_between_firsts():
    assert months_between_firsts(date(2026, 9, 1), date(2027, 6, 1)) == 9
    assert months_between_firsts(date(2026, 6, 1), date(2026, 6, 1)) == 0


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 6, 2), date(2026, 7, 1)),
        (date(2026, 6, 1), date(2026, 7, 2)),
        (date(2026, 7, 1), date(2026, 6, 1)),
    ],
)
def test_other_days_have_no_whole_months_between(start, end):
    with pytest.raises(ValueError, match="first of a month"):
        months_between_firsts(start, end)


def test_an_iso_day_is_read():
    assert parse_date("2026-09-01", "start") == date(2026, 9, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-9-1",
        "20260901",
        "2026-W36-2",
        "2026-02-29",
        "2026-09-01T00:00",
        "2026-09-01\n",
        "２０２６-09-01",
        "",
        None,
        20260901,
    ],
)
def test_any_other_writing_of_a_day_is_refused(text):
    with pytest.raises(Refused) as refused:
        parse_date(text, "start")
    assert refused.value.code == "invalid_date"
    assert refused.value.field == "start"
