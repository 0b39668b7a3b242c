"""The scheme's dates for people: of a year, and of all years that run (B-046, B-063)."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.calendar import load_calendar
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.scheme import SchemeCalendarRow, SchemeYear, YearState
from hoshou.plugins.guardkun.rules.calendar import Commission, Event, Notice, YearPlan, year_events
from hoshou.plugins.guardkun.services.terms import terms_of

YEARS_SHOWN = 3
"""A year's last debits fall into the next one; older ones are history."""

KEEPERS = (Role.ADMINISTRATOR, Role.LEAD_OFFICE)
"""Who keeps the scheme's years, and sees drafts."""

READERS = (
    Role.INSURER,
    Role.AGENCY,
    Role.AUDITOR,
    Role.CO_INSURER,
    Role.GROUP_ASSOCIATION,
    Role.PREFECTURE,
)
"""Who else works by them."""


def visible_years(subject: Subject) -> ColumnElement[bool]:
    """The years that this user may know of: a draft is its keepers' and the auditors' alone."""
    if subject.has(*KEEPERS, Role.AUDITOR):
        return true()
    if subject.has(*READERS):
        return SchemeYear.state != YearState.DRAFT.value
    return false()


def year_for(session: Session, subject: Subject, year_id: int) -> SchemeYear:
    """The year, or NotFound ``year_not_found``: one that this user may not know of and none look the same."""
    year = session.scalar(select(SchemeYear).where(SchemeYear.id == year_id, visible_years(subject)))
    if year is None:
        raise NotFound("year_not_found", N_("該当する年度がありません。"))
    return year


def shown_years(session: Session, subject: Subject) -> Sequence[SchemeYear]:
    """The newest years, newest first."""
    return session.scalars(
        select(SchemeYear)
        .where(visible_years(subject))
        .order_by(SchemeYear.period_start.desc())
        .limit(YEARS_SHOWN)
    ).all()


def open_years(session: Session) -> Sequence[SchemeYear]:
    """The years that take applications, oldest first."""
    return session.scalars(
        select(SchemeYear).where(SchemeYear.state == YearState.OPEN.value).order_by(SchemeYear.period_start)
    ).all()


def events_of(session: Session, year: SchemeYear) -> tuple[Event, ...]:
    """The year's dates by the calendar as it stands today. Raises Refused ``past_horizon``."""
    return year_events(_plan(session, year), load_calendar(session))


def running_events(session: Session) -> Iterator[tuple[SchemeYear, tuple[Event, ...]]]:
    """The newest years that aren't drafts, with their dates as far as the calendar reaches."""
    calendar = load_calendar(session)
    years = session.scalars(
        select(SchemeYear)
        .where(SchemeYear.state != YearState.DRAFT.value)
        .order_by(SchemeYear.period_start.desc())
        .limit(YEARS_SHOWN)
    )
    for year in years.all():
        yield year, _reached(_plan(session, year), calendar)


def _reached(plan: YearPlan, calendar: BusinessCalendar) -> tuple[Event, ...]:
    try:
        return year_events(plan, calendar)
    except Refused:
        return ()


def _plan(session: Session, year: SchemeYear) -> YearPlan:
    rows = session.scalars(select(SchemeCalendarRow).where(SchemeCalendarRow.scheme_year_id == year.id))
    by_months = sorted(year.insurers, key=lambda row: (row.commission_after_months, row.position))
    return YearPlan(
        start=year.period_start,
        terms=terms_of(year),
        account_change_day=year.account_change_day,
        lead_insurer=next((row.insurer.short_name for row in year.insurers if row.is_lead), ""),
        commissions=tuple(
            Commission("・".join(row.insurer.short_name for row in group), months)
            for months, group in groupby(by_months, key=lambda row: row.commission_after_months)
        ),
        notices=tuple(Notice(row.id, row.day, row.is_about, row.title) for row in rows),
    )
