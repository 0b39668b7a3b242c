"""The national holidays of Japan, ready made: no library has to compute them when a command starts.

The table holds the Act on National Holidays as it stands, equinoxes computed. A test
compares it with the ``holidays`` package, which follows changes of the law.
"""

from datetime import date
from functools import cache

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese_holiday_table import FIRST_YEAR, LAST_YEAR, TABLE


def japanese_holidays(first_year: int, last_year: int) -> dict[date, str]:
    """Each holiday from ``first_year`` to ``last_year``, both included, with its Japanese name.

    Raises Refused ``past_horizon`` for years outside the table.
    """
    if not FIRST_YEAR <= first_year <= last_year <= LAST_YEAR:
        raise Refused(
            "past_horizon",
            N_("祝日データは%(first)s年～%(last)s年の範囲です。"),
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    return {day: name for day, name in _table().items() if first_year <= day.year <= last_year}


@cache
def japanese_calendar() -> BusinessCalendar:
    """The business calendar of the whole table."""
    return BusinessCalendar(_table(), date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


@cache
def _table() -> dict[date, str]:
    rows = (line.split() for line in TABLE.splitlines())
    return {date.fromisoformat(day): name for day, name in rows}
