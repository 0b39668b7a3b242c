"""From a start of cover to the end of its scheme year, in whole months."""

from datetime import date

from hoshou.base.dates import add_months, is_first_of_month, months_between_firsts
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.proration.rules.terms import MANUAL_TERMS, SchemeTerms

MONTHS_OF_A_YEAR = 12


def require_first(start: date) -> None:
    """Raise Refused ``start_not_first``: cover starts on the 1st of a month only (B-012, Q3)."""
    if not is_first_of_month(start):
        raise Refused("start_not_first", N_("補償開始日は毎月1日のみ指定できます。"), field="start")


def scheme_year_end(start: date, terms: SchemeTerms = MANUAL_TERMS) -> date:
    """The day on which cover from ``start`` ends: the next 1st of the scheme's month after it (B-012).

    Raises Refused ``start_not_first``, and ValueError after the year 9998.
    """
    require_first(start)
    months_into_year = (start.month - terms.year_start_month) % MONTHS_OF_A_YEAR
    return add_months(start, MONTHS_OF_A_YEAR - months_into_year)


def months_of_cover(start: date, terms: SchemeTerms = MANUAL_TERMS) -> int:
    """The months from ``start`` to the end of the scheme year (未経過月数), 1 to 12 (B-040)."""
    return months_between_firsts(start, scheme_year_end(start, terms))


def elapsed_months(start: date, change: date, terms: SchemeTerms = MANUAL_TERMS) -> int:
    """The months of cover used up when it changes or ends on ``change`` (既経過月数), 0 to 12 (B-088).

    A change on another day than the 1st counts its month as elapsed (D-28). It is also
    the number of instalments owed by then. Raises Refused ``start_not_first``, and
    ``change_outside_period`` for a day before the start or after the end.
    """
    if not start <= change <= scheme_year_end(start, terms):
        raise Refused("change_outside_period", N_("変更日は保険期間内の日を指定してください。"), field="change")
    begun = 0 if is_first_of_month(change) else 1
    return months_between_firsts(start, change.replace(day=1)) + begun
