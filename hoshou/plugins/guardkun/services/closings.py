"""The closings of a scheme year by its own rows (B-047 to B-050, B-064, D-24, D-40)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from hoshou.base.dates import add_months, is_first_of_month
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.calendar import load_calendar
from hoshou.plugins.guardkun.models.scheme import SchemeYear, YearState
from hoshou.plugins.guardkun.services.terms import terms_of
from hoshou.plugins.proration.rules.deadlines import application_deadlines, deadline_met

DAY = "%Y/%m/%d"


@dataclass(frozen=True)
class Closings:
    """When applications for ``start`` are complete in time, first to last, in JST."""

    start: date
    is_renewal: bool
    deadlines: tuple[datetime, ...]

    def met_by(self, complete_at: datetime) -> int | None:
        """The closing that is met, counted from 1, or None when all are over; the last second is in time."""
        index = deadline_met(self.deadlines, complete_at)
        return None if index is None else index + 1


def closings_of(session: Session, year: SchemeYear, start: date) -> Closings:
    """Raises Refused ``start_not_first``, ``start_outside_year`` and ``past_horizon``."""
    require_start(year, start)
    terms = terms_of(year)
    deadlines = application_deadlines(start, load_calendar(session), terms)
    return Closings(start, start == year.period_start, deadlines)


def require_start(year: SchemeYear, start: date) -> None:
    """Raise Refused ``start_not_first`` or ``start_outside_year`` (B-012, Q3)."""
    if not is_first_of_month(start):
        raise Refused("start_not_first", N_("補償開始日は毎月1日のみ指定できます。"), field="start")
    if not year.period_start <= start < year.period_end:
        raise Refused("start_outside_year", N_("補償開始日が保険年度の期間外です。"), field="start")


def require_open(year: SchemeYear) -> None:
    """Raise Refused ``year_not_open`` unless applications are taken for the year."""
    if year.state != YearState.OPEN:
        raise Refused("year_not_open", N_("この保険年度は募集中ではありません。"))


def closing_for(session: Session, year: SchemeYear, start: date, complete_at: datetime) -> int:
    """The closing that an application complete at this instant meets, counted from 1.

    Raises Refused ``past_deadline``, which names the next start that is still open (B-050), or ``past_year``.
    """
    closing = closings_of(session, year, start).met_by(complete_at)
    if closing is None:
        raise _too_late(session, year, start, complete_at)
    return closing


def next_start(session: Session, year: SchemeYear, after: date, now: datetime) -> date | None:
    """The first start after that one whose closing isn't over, or None when the year has none left."""
    start = add_months(after, 1)
    while start < year.period_end:
        if closings_of(session, year, start).met_by(now) is not None:
            return start
        start = add_months(start, 1)
    return None


def _too_late(session: Session, year: SchemeYear, start: date, now: datetime) -> Refused:
    offered = next_start(session, year, start, now)
    if offered is None:
        return Refused(
            "past_year",
            N_("%(start)s始期の募集は締め切りました。この保険年度に申し込める補償開始日は残っていません。"),
            field="start",
            start=start.strftime(DAY),
        )
    return Refused(
        "past_deadline",
        N_("%(start)s始期の募集は締め切りました。次に申し込める補償開始日は%(next)sです。"),
        field="start",
        start=start.strftime(DAY),
        next=offered.strftime(DAY),
    )
