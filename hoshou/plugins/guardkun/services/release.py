"""Going back: the head office releases a registration, an application is taken back (Q8, B-060)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Forbidden, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.changes import ChangeState
from hoshou.plugins.guardkun.rules.lines import one_line
from hoshou.plugins.guardkun.rules.stages import Stage, Step
from hoshou.plugins.guardkun.services.progress import advance, hold
from hoshou.plugins.guardkun.services.rights import is_lead_office, is_own_agency, require_head_office


def release(
    session: Session, clock: Clock, actor: Actor, subject: Subject, enrolment_id: int, reason: str
) -> None:
    """本登録の解除: back to the application form, which is mended, printed anew and goes the whole way again.

    Raises NotFound, Forbidden, Refused ``missing`` for the reason and ``step_not_allowed``.
    """
    enrolment = hold(session, subject, enrolment_id)
    require_head_office(subject, enrolment)
    reason = one_line(reason, "reason", 500)
    changes = {
        "registered_at": None,
        "sent_at": None,
        "forwarded_at": None,
        "arrived_at": None,
        "closing": None,
        "agency_copy_kept": False,
        "branch_copy_kept": False,
        "checks": "",
    }
    advance(session, clock, actor, enrolment, Step.RELEASE, changes, reason=reason)


def cancel(session: Session, clock: Clock, actor: Actor, subject: Subject, enrolment_id: int, reason: str) -> None:
    """取下げ by the agency before its registration, by the lead office at any time before booking.

    Raises NotFound, Forbidden, Refused ``missing``, ``step_not_allowed``, and ``replaces_another`` for the new
    plan of a change that is under way.
    """
    enrolment = hold(session, subject, enrolment_id)
    by_agency = is_own_agency(subject, enrolment.registration) and enrolment.current_stage in (
        Stage.QUOTED,
        Stage.APPLIED,
    )
    if not by_agency and not is_lead_office(subject):
        raise Forbidden(
            "may_not_cancel", N_("本登録後の取下げは、所属保険会社の主管店へ本登録の解除を申し出てください。")
        )
    _require_no_change(session, enrolment)
    reason = one_line(reason, "reason", 500)
    advance(session, clock, actor, enrolment, Step.CANCEL, {"cancelled_why": reason}, reason=reason)


def _require_no_change(session: Session, enrolment: Enrolment) -> None:
    found = select(Change.id).where(Change.successor_id == enrolment.id, Change.state != ChangeState.REFUSED.value)
    if session.scalar(found.limit(1)) is not None:
        raise Refused(
            "replaces_another",
            N_("補償プランの変更による加入手続きです。取り下げるには、変更届出書の手続きを終了してください。"),
        )
