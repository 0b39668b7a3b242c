"""A scheme year's dates as the proration rules take them."""

from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.proration.rules.terms import DeadlineDay, SchemeTerms


def terms_of(year: SchemeYear) -> SchemeTerms:
    """The terms that the year lays down: deadlines, debit day, its first month."""
    return SchemeTerms(
        year_start_month=year.period_start.month,
        first_debit_after_months=year.first_debit_after_months,
        debit_day=year.debit_day,
        renewal_deadlines=_days(year, is_renewal=True),
        joining_deadlines=_days(year, is_renewal=False),
        deadline_time=year.deadline_time,
    )


def _days(year: SchemeYear, *, is_renewal: bool) -> tuple[DeadlineDay, ...]:
    return tuple(
        DeadlineDay(row.months_before, row.day)
        for row in sorted(year.deadlines, key=lambda row: row.closing)
        if row.is_renewal is is_renewal
    )
