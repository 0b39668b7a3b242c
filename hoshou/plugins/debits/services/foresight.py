"""What comes next for an enrolment, from its rows."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.plugins.debits.models.failures import Lapse, LapseState, Standing
from hoshou.plugins.debits.rules.foresight import Due, Outlook, outlook
from hoshou.plugins.debits.services.endings import standings_of
from hoshou.plugins.debits.services.overpayments import owed_to
from hoshou.plugins.debits.services.terms import terms_on
from hoshou.plugins.guardkun.models.enrolments import Enrolment


def proposed_lapse(session: Session, enrolment_id: int) -> Lapse | None:
    """The enrolment's lapse that nobody has decided."""
    return session.scalar(
        select(Lapse).where(Lapse.enrolment_id == enrolment_id, Lapse.state == LapseState.PROPOSED.value)
    )


def foresee(session: Session, enrolment: Enrolment, today: date) -> Outlook:
    """The debits to come, what a failure would do, and the last days to act. Nothing for an ended enrolment."""
    standings = standings_of(session, enrolment.id)
    standing = session.scalar(select(Standing.failures).where(Standing.enrolment_id == enrolment.id)) or 0
    lapse = proposed_lapse(session, enrolment.id)
    instalments = [
        Due(
            one.number,
            one.due_on,
            one.levy,
            is_over=one.id in standings.settled or one.cancelled_at is not None,
            is_open=one.id in standings.in_run,
        )
        for one in standings.instalments
    ]
    return outlook(
        instalments,
        today,
        standing,
        stopped=lapse is not None or enrolment.ended_on is not None,
        change_day=terms_on(session, today).change_day,
        refund=owed_to(session, enrolment.id),
    )
