"""Taking an application back before it is registered."""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.domains.models import DomainApplication
from hoshou.plugins.domains.rules.form import REASON_LENGTH, one_line
from hoshou.plugins.domains.rules.stages import Step
from hoshou.plugins.domains.services.progress import advance, hold
from hoshou.plugins.domains.services.scope import require_association
from hoshou.plugins.domains.services.status import find_own


def withdraw_own(session: Session, clock: Clock, actor: Actor, receipt: str, email: str) -> DomainApplication:
    """The applicant takes the application back. Raises what ``find_own`` raises, and ``step_not_allowed``."""
    application = hold(session, find_own(session, receipt, email).id)
    advance(session, clock, actor, application, Step.WITHDRAW, closed_at=clock.now())
    return application


def withdraw_for_applicant(
    session: Session, clock: Clock, actor: Actor, subject: Subject, application_id: int, reason: str
) -> None:
    """The association notes that the applicant has taken the application back, and how it knows.

    Raises Forbidden for anyone else, NotFound, Refused ``step_not_allowed``, and what ``one_line`` raises.
    """
    require_association(subject)
    application = hold(session, application_id)
    note = one_line(reason, REASON_LENGTH)
    advance(session, clock, actor, application, Step.WITHDRAW, closed_at=clock.now(), reason=note)
