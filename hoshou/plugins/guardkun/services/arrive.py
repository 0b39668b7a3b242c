"""The lead office notes when an enrolment's papers were all there; that decides the closing (D-24, B-047 to B-050)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import queue
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.batches import BookingBatch
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.certificate_due import certificate_due
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.services.closings import closing_for
from hoshou.plugins.guardkun.services.mails import SLIDE_MAIL
from hoshou.plugins.guardkun.services.progress import ENROLMENT, change, hold, hold_year
from hoshou.plugins.guardkun.services.recipients import people_of_agency
from hoshou.plugins.guardkun.services.rights import require_lead

DAY = "%Y/%m/%d"


def arrive(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    subject: Subject,
    enrolment_id: int,
    arrived_at: datetime,
) -> int:
    """Note the arrival and set the closing, counted from 1: by the later of registration and arrival.

    Who is late for the first closing slides to the second, and the agency is told (B-049). A closing that is
    booked already takes nobody more. Raises NotFound, Forbidden, and Refused: ``step_not_allowed``,
    ``arrived_in_future``, ``past_deadline``, ``past_year``.
    """
    require_lead(subject)
    enrolment = hold(session, subject, enrolment_id)
    if enrolment.current_stage is not Stage.AT_LEAD or enrolment.registered_at is None:
        raise Refused("step_not_allowed", N_("加入手続きの状態が変わったため、この操作はできません。"))
    if arrived_at > clock.now():
        raise Refused("arrived_in_future", N_("到着日時に未来の日時は指定できません。"), field="arrived_at")
    year = hold_year(session, enrolment.scheme_year_id)
    complete_at = max(enrolment.registered_at, arrived_at)
    met = closing_for(session, year, enrolment.start, complete_at)
    closing = max(met, _booked_closings(session, enrolment) + 1)
    changes = {"arrived_at": arrived_at, "closing": closing}
    change(session, clock, actor, enrolment, "arrive", changes, at=arrived_at.isoformat(), closing=closing)
    if closing > 1:
        _tell_agency(session, clock, keys, actor, enrolment, complete_at)
    return closing


def _booked_closings(session: Session, enrolment: Enrolment) -> int:
    """The last closing of this start that is booked already, or 0."""
    last = select(func.max(BookingBatch.closing)).where(
        BookingBatch.scheme_year_id == enrolment.scheme_year_id,
        BookingBatch.start == enrolment.start,
        BookingBatch.booked_at.is_not(None),
    )
    return session.scalar(last) or 0


def _tell_agency(
    session: Session, clock: Clock, keys: KeyRing, actor: Actor, enrolment: Enrolment, complete_at: datetime
) -> None:
    closing = enrolment.closing or 1
    is_renewal = enrolment.start == enrolment.scheme_year.period_start
    values = {
        "AGENCY": enrolment.registration.agency.name,
        "CLOSING": str(closing),
        "SLIP": enrolment.slip_number or "",
        "MEMBER": repr(enrolment.unit),
        "START": enrolment.start.strftime(DAY),
        "COMPLETE": complete_at.strftime(f"{DAY} %H:%M:%S"),
        "DUE": certificate_due(enrolment.start, closing, is_renewal=is_renewal).strftime(DAY),
    }
    for address in people_of_agency(session, enrolment.registration.agency_id):
        queue(
            session,
            clock,
            keys,
            actor,
            SLIDE_MAIL,
            address,
            values,
            about=(ENROLMENT, enrolment.id),
            unique_key=f"guardkun.slide/{enrolment.id}/{enrolment.form_version}/{closing}/{address}",
        )
