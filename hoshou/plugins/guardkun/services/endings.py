"""The end of cover before its year is over, and what it leaves to be debited (III.4.(2), IV, B-088)."""

from datetime import date

from sqlalchemy import update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.rules.changes import Ending
from hoshou.plugins.guardkun.rules.stages import BOOKED_STAGES
from hoshou.plugins.guardkun.services.progress import change
from hoshou.plugins.guardkun.services.terms import terms_of
from hoshou.plugins.proration.rules.scheme_year import elapsed_months


def end_cover(
    session: Session, clock: Clock, actor: Actor, enrolment: Enrolment, ending: Ending, ended_on: date
) -> int:
    """End an enrolment that is held; returns the number of instalments still required (必要回数).

    The instalments after those are cancelled; what of the required ones wasn't collected is a receivable.
    Raises Refused ``ended_already``, ``not_booked`` and ``change_outside_period``.
    """
    require_running(enrolment)
    required = elapsed_months(enrolment.start, ended_on, terms_of(enrolment.scheme_year))
    session.execute(
        update(Instalment)
        .where(
            Instalment.enrolment_id == enrolment.id,
            Instalment.number > required,
            Instalment.cancelled_at.is_(None),
        )
        .values(cancelled_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )
    changes = {"ending": ending.value, "ended_on": ended_on}
    change(session, clock, actor, enrolment, ending.value, changes, on=ended_on.isoformat(), required=required)
    return required


def require_running(enrolment: Enrolment) -> None:
    """Raise Refused ``not_booked`` or ``ended_already``."""
    if enrolment.current_stage not in BOOKED_STAGES:
        raise Refused("not_booked", N_("計上済の加入についてのみ、変更の手続きができます。"))
    if enrolment.ending is not None:
        raise Refused("ended_already", N_("この加入は、すでに終了しています。"))
