"""When a folder's time is over: three years after the 保険終期 of its last upload (A-080, D-10, A25)."""

from datetime import date, timedelta

from hoshou.base.dates import add_years

YEARS_KEPT = 3
NOTICE_DAYS = (90, 30)
"""How many days before the deletion its keepers are told, earliest first."""

DAY = timedelta(days=1)


def kept_until(insurance_end: date) -> date:
    """The last day on which the folder is there. 29 February becomes 28 February; beyond the calendar, for ever."""
    try:
        return add_years(insurance_end, YEARS_KEPT)
    except ValueError:
        return date.max


def purge_day(insurance_end: date) -> date:
    """The first day on which the folder is due."""
    last = kept_until(insurance_end)
    return last + DAY if last < date.max else last


def is_due(insurance_end: date, today: date) -> bool:
    """Whether the folder is to be deleted today: three years have passed."""
    return today > kept_until(insurance_end)


def latest_end_due(today: date) -> date:
    """The latest 保険終期 that is due today: a folder is due exactly when its own isn't later."""
    end = add_years(today - DAY, -YEARS_KEPT)
    while is_due(end + DAY, today):
        end += DAY
    return end


def notice_due(insurance_end: date, today: date) -> int | None:
    """Which notice, by its days, is to be out by today: the latest one whose time has come, or None."""
    left = (purge_day(insurance_end) - today).days
    return min((days for days in NOTICE_DAYS if left <= days), default=None)
