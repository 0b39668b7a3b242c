"""申込本登録 (⑤): the agency says that the form is final; not booked yet (B-053)."""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.fence import over_the_fence
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.stages import Step, next_stage
from hoshou.plugins.guardkun.services.agency_data import require_complete
from hoshou.plugins.guardkun.services.closings import closing_for, require_open
from hoshou.plugins.guardkun.services.members import require_member_on
from hoshou.plugins.guardkun.services.numbers import take_numbers
from hoshou.plugins.guardkun.services.progress import advance, hold
from hoshou.plugins.guardkun.services.rights import require_agency


def register(session: Session, clock: Clock, actor: Actor, subject: Subject, enrolment_id: int) -> int:
    """Register the application; returns the closing that it meets if its papers arrive in time, counted from 1.

    Raises NotFound, Forbidden, and Refused: ``step_not_allowed``, ``year_not_open``, ``mandate_missing``,
    ``same_sales``, ``not_a_member``, ``past_deadline``, ``past_year``, or what is missing of the agency.
    """
    enrolment = hold(session, subject, enrolment_id)
    require_agency(subject, enrolment.registration)
    next_stage(enrolment.current_stage, Step.REGISTER)
    year = enrolment.scheme_year
    require_open(year)
    require_complete(year, enrolment.registration)
    _require_mandate(enrolment)
    # The sales of the year before count, whosever contract that was.
    with over_the_fence(session):
        previous = session.get(Enrolment, enrolment.previous_id) if enrolment.previous_id else None
        _require_explained_sales(enrolment, previous)
    if enrolment.unit is not None:
        require_member_on(enrolment.unit.member, enrolment.start)
    closing = closing_for(session, year, enrolment.start, clock.now())
    [number] = take_numbers(session, f"slip/{year.year}") if enrolment.slip_number is None else [0]
    slip = enrolment.slip_number or f"S{year.year}-{number:06d}"
    changes = {"registered_at": clock.now(), "slip_number": slip}
    advance(session, clock, actor, enrolment, Step.REGISTER, changes, slip=slip, version=enrolment.form_version)
    return closing


def _require_mandate(enrolment: Enrolment) -> None:
    """口座振替依頼書, but for a renewal whose account stays (B-052)."""
    if not enrolment.mandate_collected and not enrolment.keeps_account:
        raise Refused(
            "mandate_missing",
            N_("口座振替依頼書を取り付けてから本登録してください。不要となるのは、口座変更の無い更改だけです。"),
            field="mandate_collected",
        )


def _require_explained_sales(enrolment: Enrolment, previous: Enrolment | None) -> None:
    """The same sales as last year need an internal document or the 妥当性確認書 (B-034)."""
    if previous is None or previous.quote.sales != enrolment.quote.sales:
        return
    if not enrolment.same_sales_evidence and not enrolment.same_sales_confirmation:
        raise Refused(
            "same_sales",
            N_("売上高が前年と同額です。お客さまの内部資料または妥当性確認書が必要です。"),
            field="same_sales_evidence",
        )
