"""What is charged for part of a year, and how it falls due month by month."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import add
from typing import NamedTuple

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.calculators import CalculatorIdentity
from hoshou.base.dates import add_months, day_in_month
from hoshou.base.money import Rounding, split_evenly
from hoshou.plugins.proration.rules.scheme_year import MONTHS_OF_A_YEAR, months_of_cover
from hoshou.plugins.proration.rules.terms import MANUAL_TERMS, SchemeTerms

IDENTITY = CalculatorIdentity("proration", 1)


class Instalment(NamedTuple):
    """One month's debit: its day and its parts in yen."""

    date: date
    premium: int
    maintenance_fee: int
    levy: int


def prorate(annual: int, months: int, rounding: Rounding) -> int:
    """The part of an ``annual`` yen amount for ``months`` of cover: annual × months ÷ 12, rounded (B-040)."""
    return rounding.ratio(annual * months, MONTHS_OF_A_YEAR)


@lru_cache(maxsize=64)
def debit_dates(start: date, calendar: BusinessCalendar, terms: SchemeTerms = MANUAL_TERMS) -> tuple[date, ...]:
    """The debit days: one for each month of cover, the first two months after the start (B-068, D-39).

    A debit day on which banks are closed moves to the next bank day (B-069). Raises
    Refused ``start_not_first`` and ``past_horizon``.
    """
    calendar.require(start)
    first_month = terms.first_debit_after_months
    return tuple(
        calendar.next_bank_day(day_in_month(add_months(start, month), terms.debit_day))
        for month in range(first_month, first_month + months_of_cover(start, terms))
    )


def instalments(premium: int, maintenance_fee: int, dates: Sequence[date]) -> tuple[Instalment, ...]:
    """``premium`` and ``maintenance_fee`` yen split over ``dates``, the remainder in the first (D-23)."""
    premiums = split_evenly(premium, len(dates))
    fees = split_evenly(maintenance_fee, len(dates))
    return tuple(map(Instalment, dates, premiums, fees, map(add, premiums, fees)))
