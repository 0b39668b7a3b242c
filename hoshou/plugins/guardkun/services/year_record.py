"""A scheme year as one page shows it: its rules whole, what happened to it, and what may be done now."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.audit import AuditEntry
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.scheme import (
    SchemeBenefit,
    SchemeClause,
    SchemeCover,
    SchemeDuty,
    SchemeYear,
    YearState,
)
from hoshou.plugins.guardkun.rules.calendar import Event, EventKind
from hoshou.plugins.guardkun.services.calendar import KEEPERS, events_of, year_for
from hoshou.plugins.guardkun.services.years import YEAR

ACTION_LABELS = {
    "guardkun.year_copied": N_("%(source)s年度から複写しました"),
    "guardkun_scheme_year.changed": N_("年度の規定を変更しました"),
    "guardkun.year_opened": N_("募集を開始しました"),
    "guardkun.year_closed": N_("年度を終了しました"),
}
TIMELINE_LENGTH = 50


@dataclass(frozen=True)
class YearEntry:
    """One thing that happened. ``message`` is a message id that ``values`` fill."""

    at: datetime
    actor: str
    message: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class YearRecord:
    """``dates`` are the first of each kind, empty where the calendar of holidays doesn't reach.

    ``may_edit`` is about all rules, ``may_note`` about what may be edited while the year is open.
    """

    year: SchemeYear
    covers: Sequence[SchemeCover]
    clauses: Sequence[SchemeClause]
    duties: Sequence[SchemeDuty]
    benefits: Sequence[SchemeBenefit]
    dates: Sequence[Event]
    timeline: Sequence[YearEntry]
    may_edit: bool
    may_note: bool
    may_close: bool
    may_copy: bool


def read_year(session: Session, clock: Clock, subject: Subject, year_id: int) -> YearRecord:
    """Raises NotFound ``year_not_found`` for a year that this user may not know of."""
    year = year_for(session, subject, year_id)
    keeps, state = subject.has(*KEEPERS), year.current_state
    following = select(SchemeYear.id).where(SchemeYear.period_start >= year.period_end)
    return YearRecord(
        year=year,
        covers=_parts(session, SchemeCover, year_id),
        clauses=_parts(session, SchemeClause, year_id),
        duties=_parts(session, SchemeDuty, year_id),
        benefits=_parts(session, SchemeBenefit, year_id),
        dates=_dates(session, year),
        timeline=_timeline(session, year_id),
        may_edit=keeps and state is YearState.DRAFT,
        may_note=keeps and state is YearState.OPEN,
        may_close=keeps and state is YearState.OPEN and clock.today() >= year.period_end,
        may_copy=keeps and session.scalar(following.limit(1)) is None,
    )


def _parts(session: Session, part: Any, year_id: int) -> Sequence[Any]:
    rows: Sequence[Any] = session.scalars(
        select(part).where(part.scheme_year_id == year_id).order_by(part.position)
    ).all()
    return rows


def _dates(session: Session, year: SchemeYear) -> list[Event]:
    """The notices, the closings of the renewal, and the first of what then comes each month."""
    try:
        events = events_of(session, year)
    except Refused:
        return []
    firsts: dict[EventKind, date] = {}
    return [
        event
        for event in events
        if event.kind is EventKind.NOTICE
        or (event.kind is EventKind.DEADLINE and event.first < year.period_start)
        or firsts.setdefault(event.kind, event.first) == event.first
    ]


def _timeline(session: Session, year_id: int) -> list[YearEntry]:
    entries = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.object_kind == YEAR,
            AuditEntry.object_id == str(year_id),
            AuditEntry.action.in_(ACTION_LABELS),
        )
        .order_by(AuditEntry.id.desc())
        .limit(TIMELINE_LENGTH)
    )
    return [
        YearEntry(entry.at, entry.actor_name, ACTION_LABELS[entry.action], json.loads(entry.detail))
        for entry in entries
    ]
