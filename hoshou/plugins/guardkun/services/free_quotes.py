"""The quotes from which an application can still be made (③ to ④)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Quote
from hoshou.plugins.guardkun.rules.stages import Stage

MOST_SHOWN = 50


def free_quotes(
    session: Session, subject: Subject, first: date | None = None, last: date | None = None
) -> Sequence[Quote]:
    """The agency's own quotes without an application that stands, newest first; for starts from ``first`` to ``last``."""
    if not subject.has(Role.AGENCY) or subject.agency_id is None:
        return ()
    own = select(AgencyRegistration.id).where(AgencyRegistration.agency_id == subject.agency_id)
    taken = select(Enrolment.id).where(Enrolment.quote_id == Quote.id, Enrolment.stage != Stage.CANCELLED.value)
    statement = select(Quote).where(Quote.registration_id.in_(own), ~taken.exists())
    if first is not None:
        statement = statement.where(Quote.start >= first)
    if last is not None:
        statement = statement.where(Quote.start <= last)
    return session.scalars(statement.order_by(Quote.id.desc()).limit(MOST_SHOWN)).all()
