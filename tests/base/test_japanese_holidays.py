"""The table of holidays against the package that follows the law."""

from datetime import date

import holidays
import pytest

from hoshou.base.errors import Refused
from hoshou.base.japanese_holiday_table import FIRST_YEAR, LAST_YEAR, TABLE
from hoshou.base.japanese_holidays import japanese_calendar, japanese_holidays


@pytest.mark.req("P-012")
def test_the_table_is_what_the_holidays_package_says():
    law = holidays.country_holidays("JP", years=range(FIRST_YEAR, LAST_YEAR + 1), language="ja")
    assert TABLE.splitlines() == [f"{day} {name}" for day, name in sorted(law.items())]


@pytest.mark.req("P-012")
def test_the_years_asked_for_and_no_others():
    year = japanese_holidays(2026, 2026)
    assert len(year) == 18
    assert year[date(2026, 1, 1)] == "元日"
    assert year[date(2026, 7, 20)] == "海の日"
    assert year[date(2026, 9, 22)] == "国民の休日"
    assert {day.year for day in japanese_holidays(2026, 2028)} == {2026, 2027, 2028}


@pytest.mark.req("P-012")
@pytest.mark.parametrize(("first", "last"), [(FIRST_YEAR - 1, 2026), (2026, LAST_YEAR + 1), (2027, 2026)])
def test_years_outside_the_table_are_refused(first, last):
    with pytest.raises(Refused) as refused:
        japanese_holidays(first, last)
    assert refused.value.code == "past_horizon"


def test_the_calendar_ends_with_the_table():
    calendar = japanese_calendar()
    assert (calendar.first, calendar.last) == (date(2020, 1, 1), date(2050, 12, 31))
    with pytest.raises(Refused):
        calendar.is_bank_day(date(2051, 1, 5))
