"""Whether the insurers' part is done (A-071, D-09)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor
from hoshou.platform.calendar import load_calendar
from hoshou.plugins.domains.models import Decision, DomainApplication, DomainVote
from hoshou.plugins.domains.rules.batches import open_batch
from hoshou.plugins.domains.rules.stages import Step
from hoshou.plugins.domains.rules.terms import Terms, insurers_agree
from hoshou.plugins.domains.services.progress import advance
from hoshou.plugins.domains.services.scope import active_insurers


def settle(session: Session, clock: Clock, actor: Actor, terms: Terms, application: DomainApplication) -> bool:
    """Approve the application, which is held, if everybody has who must; returns whether it was.

    What is approved after its batch was registered waits for the next one. Raises Refused ``past_horizon``
    where the calendar doesn't reach.
    """
    today = clock.today()
    active = {insurer.id for insurer in active_insurers(session, today)}
    approving = session.scalars(
        select(DomainVote.insurer_id).where(
            DomainVote.application_id == application.id, DomainVote.decision == Decision.APPROVE.value
        )
    )
    if not insurers_agree(terms.approval, active, set(approving)):
        return False
    month = open_batch(application.batch_month, today, terms.registration_day, load_calendar(session))
    advance(
        session,
        clock,
        actor,
        application,
        Step.INSURERS_APPROVE,
        approved_at=clock.now(),
        batch_month=month,
    )
    return True
