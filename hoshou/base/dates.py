"""Arithmetic on calendar days, by whole months and years."""

import re
from calendar import monthrange
from datetime import date

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later (earlier when negative), or the last day of a shorter month.

    Raises ValueError outside the years 1 to 9999.
    """
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError("no such year")
    return day_in_month(date(year, month_index + 1, 1), day.day)


def add_years(day: date, years: int) -> date:
    """The same day ``years`` later; 29 February becomes 28 February in a common year (D-10)."""
    return add_months(day, 12 * years)


def is_first_of_month(day: date) -> bool:
    """Whether cover may start on this day (B-012)."""
    return day.day == 1


def day_in_month(month: date, day: int) -> date:
    """The ``day``-th of the month that holds ``month``, or its last day when it is shorter."""
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))


def months_between_firsts(start: date, end: date) -> int:
    """Whole months from one first of a month to another.

    Raises ValueError when either isn't a first, or when ``end`` comes before ``start``.
    """
    if not (is_first_of_month(start) and is_first_of_month(end)) or end < start:
        raise ValueError("months are counted forward from a first of a month to a first of a month")
    return (end.year - start.year) * 12 + end.month - start.month


def parse_date(text: object, field: str) -> date:
    """The day written as ``YYYY-MM-DD``, and in no other ISO 8601 form.

    Raises Refused ``invalid_date``.
    """
    if isinstance(text, str) and _ISO_DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise Refused(
        "invalid_date", N_("%(name)sはYYYY-MM-DD形式の日付で指定してください。"), field=field, name=field
    )
