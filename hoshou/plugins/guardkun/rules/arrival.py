"""Until when a notice of change has to reach the lead office (III.4.(2), B-086)."""

from datetime import date

from hoshou.base.dates import add_months

ARRIVAL_DAY = 20


def last_arrival(effective_on: date) -> date:
    """The 20th of the month before the 変更日. The manual moves this day for no holiday."""
    return add_months(effective_on.replace(day=1), -1).replace(day=ARRIVAL_DAY)


def effective_after(arrived_on: date, wanted: date) -> date:
    """``wanted`` when the notice arrived in time for it, otherwise the first 1st that it is in time for."""
    if arrived_on <= last_arrival(wanted):
        return wanted
    months = 1 if arrived_on.day <= ARRIVAL_DAY else 2
    return add_months(arrived_on.replace(day=1), months)
