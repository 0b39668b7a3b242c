"""The four registrations a year (A-073, A-074, D-45)."""

from datetime import date

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.dates import add_months, day_in_month

MONTHS_BETWEEN = 3


def batch_month(applied_on: date) -> date:
    """The first day of the month in which an application of this day is registered.

    February to April: May; May to July: August; August to October: November; November to January: February.
    """
    ahead = MONTHS_BETWEEN - (applied_on.month - 2) % MONTHS_BETWEEN
    return add_months(applied_on.replace(day=1), ahead)


def registration_day(month: date, day: int, calendar: BusinessCalendar) -> date:
    """The ``day``-th of the batch's month, or the next business day.

    Raises Refused ``past_horizon`` where the calendar doesn't reach.
    """
    return calendar.next_business_day(day_in_month(month, day))


def open_batch(month: date, today: date, day: int, calendar: BusinessCalendar) -> date:
    """The first batch from ``month`` on whose registration isn't over: what is approved late waits for the next.

    Raises Refused ``past_horizon`` where the calendar doesn't reach.
    """
    while registration_day(month, day, calendar) < today:
        month = add_months(month, MONTHS_BETWEEN)
    return month
