"""Shares of a premium, and the months in which they are told of (II.(12), II.(13), III.3; B-093 to B-098)."""

from dataclasses import dataclass
from datetime import date

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.dates import add_months
from hoshou.base.money import split_evenly, split_share

HANDOFF_DAY = 15


@dataclass(frozen=True, slots=True)
class AgencyShares:
    """A premium in yen as the lead agency and the soliciting agency share it; both sum to it."""

    lead: int
    soliciting: int


def agency_shares(premium: int, lead_percent: int) -> AgencyShares:
    """The lead agency's percent floored to the yen, the soliciting agency's the rest (B-093, D-30)."""
    return AgencyShares(*split_share(premium, lead_percent))


def collection_fees(quoted: int, instalments: int) -> tuple[int, ...]:
    """A quote's collection fee in yen over its instalments, the remainder in the first (B-010, D-20, D-23).

    Split as the maintenance fee is, so that a year's fees sum to the quoted one.
    """
    return split_evenly(quoted, instalments)


@dataclass(frozen=True, slots=True)
class CommissionMonths:
    """The month whose premium statement lists a debit, and the month of the commission; firsts of months."""

    statement: date
    commission: date


def commission_months(debit_month: date, *, insurer_leads: bool) -> CommissionMonths:
    """For agencies of the lead insurer the debit's own statement and the month after it; else a month later.

    Start June, debit August: 三井住友海上 September, in August's statement; あいおい・日新 October, in
    September's (B-097 to B-099).
    """
    first = debit_month.replace(day=1)
    statement = first if insurer_leads else add_months(first, 1)
    return CommissionMonths(statement, add_months(statement, 1))


def handoff_day(month: date, calendar: BusinessCalendar) -> date:
    """The day on which a debit month's data go to the co-insurers: the 15th of the month after it, or the next
    business day (B-099). Raises Refused ``past_horizon``.
    """
    return calendar.next_business_day(add_months(month, 1).replace(day=HANDOFF_DAY))
