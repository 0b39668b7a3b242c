"""The next closing of applications, for the staff home and the dashboard."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration
from hoshou.plugins.guardkun.models.scheme import SchemeInsurer, SchemeYear, YearState
from hoshou.plugins.guardkun.rules.calendar import Event
from hoshou.plugins.guardkun.services.calendar import running_events


def next_deadline(session: Session, clock: Clock, subject: Subject) -> Event | None:
    """The first deadline of an open year that isn't past, for who solicits or checks applications; else None."""
    coming = coming_deadline(session, clock) if solicits(session, subject) else None
    return coming[1] if coming else None


def coming_deadline(session: Session, clock: Clock) -> tuple[SchemeYear, Event] | None:
    """The first deadline of an open year that isn't past, with its year."""
    now = clock.now()
    coming = [
        (year, event)
        for year, events in running_events(session)
        if year.current_state is YearState.OPEN
        for event in events
        if event.at is not None and event.at >= now
    ]
    return min(coming, key=lambda found: (found[1].first, found[1].key), default=None)


def solicits(session: Session, subject: Subject) -> bool:
    """Whether the user's agency or insurer works for the scheme, or the user at its lead office."""
    if subject.has(Role.LEAD_OFFICE):
        return True
    if subject.has(Role.AGENCY) and subject.agency_id is not None:
        own = select(AgencyRegistration.id).where(AgencyRegistration.agency_id == subject.agency_id)
        return session.scalar(own.limit(1)) is not None
    if subject.has(Role.INSURER, Role.CO_INSURER) and subject.insurer_id is not None:
        of_scheme = select(SchemeInsurer.id).where(SchemeInsurer.insurer_id == subject.insurer_id)
        return session.scalar(of_scheme.limit(1)) is not None
    return False
