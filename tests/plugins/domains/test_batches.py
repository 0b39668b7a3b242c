"""The four registrations a year (A-073, A-074, D-45)."""

from datetime import date

import pytest

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.dates import add_months
from hoshou.base.japanese_holidays import japanese_holidays
from hoshou.plugins.domains.rules.batches import batch_month, open_batch, registration_day
from tests.refusals import refused

CALENDAR = BusinessCalendar(frozenset(japanese_holidays(2026, 2030)), date(2026, 1, 1), date(2030, 12, 31))
MANUAL = {2: 5, 3: 5, 4: 5, 5: 8, 6: 8, 7: 8, 8: 11, 9: 11, 10: 11, 11: 2, 12: 2, 1: 2}
"""Month of application and month of registration, as manual 3.(2) エ lists them."""


@pytest.mark.req("A-073")
@pytest.mark.parametrize(
    ("applied", "month"),
    [
        (date(2026, 4, 30), date(2026, 5, 1)),
        (date(2026, 5, 1), date(2026, 8, 1)),
        (date(2027, 1, 31), date(2027, 2, 1)),
        (date(2026, 11, 1), date(2027, 2, 1)),
        (date(2026, 12, 31), date(2027, 2, 1)),
        (date(2027, 2, 1), date(2027, 5, 1)),
    ],
)
def test_an_application_belongs_to_the_batch_of_its_quarter(applied: date, month: date) -> None:
    assert batch_month(applied) == month


@pytest.mark.req("A-073", "A-074")
@pytest.mark.parametrize("first", [add_months(date(2026, 1, 1), months) for months in range(26)])
def test_every_boundary_of_months_is_the_manuals(first: date) -> None:
    last = add_months(first, 1) - date.resolution
    for applied in (first, last):
        month = batch_month(applied)
        assert month.month == MANUAL[applied.month]
        assert month.day == 1
        assert first < month <= add_months(first, 3)


@pytest.mark.req("D-45")
@pytest.mark.parametrize(
    ("month", "day"),
    [
        (date(2026, 5, 1), date(2026, 5, 25)),
        (date(2026, 8, 1), date(2026, 8, 25)),
        (date(2028, 11, 1), date(2028, 11, 27)),
        (date(2029, 2, 1), date(2029, 2, 26)),
    ],
)
def test_the_day_is_the_25th_or_the_next_business_day(month: date, day: date) -> None:
    assert registration_day(month, 25, CALENDAR) == day


@pytest.mark.req("A-073", "D-45")
def test_what_is_approved_late_waits_for_the_next_batch() -> None:
    may = date(2026, 5, 1)
    assert open_batch(may, date(2026, 5, 25), 25, CALENDAR) == may
    assert open_batch(may, date(2026, 5, 26), 25, CALENDAR) == date(2026, 8, 1)
    assert open_batch(may, date(2027, 2, 26), 25, CALENDAR) == date(2027, 5, 1)


def test_beyond_the_calendar_no_day_is_named() -> None:
    with refused("past_horizon"):
        registration_day(date(2031, 2, 1), 25, CALENDAR)
