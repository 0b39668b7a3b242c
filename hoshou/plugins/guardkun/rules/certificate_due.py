"""Until when a batch's certificates are to reach their members (III.1, III.2 ⑧, Q10, B-061)."""

from datetime import date, timedelta

from hoshou.base.dates import add_months


def certificate_due(start: date, closing: int, *, is_renewal: bool) -> date:
    """The last day of the month: before the start for the first closing of a renewal, else the start's own."""
    before = is_renewal and closing == 1
    month = start if before else add_months(start, 1)
    return month.replace(day=1) - timedelta(days=1)
