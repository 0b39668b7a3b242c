"""The business calendar as data (P-012, A-061, A-062).

Holidays, the years they are known for, and maintenance windows.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.japanese_holidays import japanese_holidays
from hoshou.base.service_hours import ServiceHours
from hoshou.platform.db import Entity, Instant

log = logging.getLogger(__name__)

SEED_FIRST_YEAR = 2025
SEED_YEARS = 6


class Holiday(Entity):
    """One national holiday. The association may add and remove days."""

    __tablename__ = "platform_holiday"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class CalendarYear(Entity):
    """A year whose holidays are complete. Beyond the known years the calendar refuses to answer."""

    __tablename__ = "platform_calendar_year"

    year: Mapped[int] = mapped_column(Integer, primary_key=True)


class Maintenance(Entity):
    """A window in which the public pages are closed, with its own text."""

    __tablename__ = "platform_maintenance"

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    notice: Mapped[str] = mapped_column(String(500), default="")


@dataclass(frozen=True)
class Opening:
    """Whether the service is open, and if not, why and until when (JST)."""

    is_open: bool
    reason: str = ""
    reopens_at: datetime | None = None
    notice: str = ""


def load_calendar(session: Session) -> BusinessCalendar:
    """The calendar with its horizon: the unbroken run of known years up to the last."""
    years = sorted(session.scalars(select(CalendarYear.year)))
    first = years[0] if years else 1
    last = first - 1
    for year in years:
        if year != last + 1:
            break
        last = year
    horizon = (date(first, 1, 1), date(max(last, 1), 12, 31) if years else date.min)
    return BusinessCalendar(frozenset(session.scalars(select(Holiday.day))), *horizon)


def opening(session: Session, clock: Clock, *, hours_enforced: bool = True) -> Opening:
    """The state of the service at this instant: maintenance first, then the hours.

    Where the calendar doesn't reach the service is closed: an unknown day is never taken for a working day.
    """
    now = clock.now()
    window = session.scalars(
        select(Maintenance)
        .where(Maintenance.starts_at <= now, Maintenance.ends_at > now)
        .order_by(Maintenance.ends_at.desc())
        .limit(1)
    ).first()
    if window is not None:
        return Opening(False, "maintenance", window.ends_at, window.notice)
    if not hours_enforced:
        return Opening(True)
    hours = ServiceHours(load_calendar(session))
    try:
        if hours.is_open(now):
            return Opening(True)
        return Opening(False, "hours", hours.next_opening(now))
    except Refused:
        log.error("the calendar of holidays doesn't reach %s: run `hoshou calendar seed`", now.date())
        return Opening(False, "hours")


def seed_calendar(session: Session, first_year: int = SEED_FIRST_YEAR, years: int = SEED_YEARS) -> int:
    """Enter the holidays of the given years where the year isn't known yet; returns the years added."""
    known = set(session.scalars(select(CalendarYear.year)))
    added = [year for year in range(first_year, first_year + years) if year not in known]
    for year in added:
        session.add(CalendarYear(year=year))
        for day, name in japanese_holidays(year, year).items():
            session.merge(Holiday(day=day, name=name))
    return len(added)
