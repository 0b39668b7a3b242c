"""Until when an application counts."""

from collections.abc import Sequence
from datetime import date, datetime

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.clock import JST
from hoshou.base.dates import add_months, day_in_month
from hoshou.plugins.proration.rules.scheme_year import require_first
from hoshou.plugins.proration.rules.terms import MANUAL_TERMS, SchemeTerms


def application_deadlines(
    start: date, calendar: BusinessCalendar, terms: SchemeTerms = MANUAL_TERMS
) -> tuple[datetime, ...]:
    """The instants until which an application for ``start`` is in time, first to last, in JST.

    The scheme year's own start has two (B-047, B-048), any other one (B-064). A deadline
    on a closed day moves to the business day before it (B-064, D-40). Raises Refused
    ``start_not_first`` and ``past_horizon``.
    """
    require_first(start)
    calendar.require(start)
    is_renewal = start.month == terms.year_start_month
    days = terms.renewal_deadlines if is_renewal else terms.joining_deadlines
    return tuple(
        datetime.combine(
            calendar.previous_business_day(day_in_month(add_months(start, -months_before), day)),
            terms.deadline_time,
            JST,
        )
        for months_before, day in days
    )


def deadline_met(deadlines: Sequence[datetime], complete_at: datetime) -> int | None:
    """Which deadline (0 is the first) an application meets that was complete at ``complete_at``.

    None when it is late for all. Complete is the later of registration (本登録) and
    arrival of the documents; the deadline's own second is still in time (D-24).
    """
    for index, deadline in enumerate(deadlines):
        if complete_at <= deadline:
            return index
    return None
