"""The insurers' votes: each participating insurer says yes or no, once (A-071, D-09)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Forbidden, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.domains.models import Decision, DomainVote
from hoshou.plugins.domains.rules.form import REASON_LENGTH, one_line
from hoshou.plugins.domains.rules.stages import Step, next_stage
from hoshou.plugins.domains.rules.terms import Terms
from hoshou.plugins.domains.services.progress import APPLICATION, hold, reject
from hoshou.plugins.domains.services.scope import application_for, voting_insurer
from hoshou.plugins.domains.services.settle import settle


def vote(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    subject: Subject,
    application_id: int,
    decision: Decision,
    reason: str,
    *,
    terms: Terms,
    contact: str,
) -> None:
    """Keep the vote of the user's insurer. The last approval approves; one rejection rejects, with its reason.

    Raises Forbidden for who votes for no participating insurer, NotFound, and Refused ``step_not_allowed``,
    ``voted_already``, or what ``one_line`` raises for the reason.
    """
    insurer = voting_insurer(session, subject, clock.today())
    if insurer is None:
        raise Forbidden("not_a_voter", N_("投票できるのは、参加している損害保険会社の担当者だけです。"))
    application = hold(session, application_for(session, subject, application_id).id)
    # While the insurers decide, and at no other time.
    next_stage(application.current_stage, Step.INSURERS_APPROVE)
    reason = one_line(reason, REASON_LENGTH) if decision is Decision.REJECT else ""
    if vote_of(session, application.id, insurer.id) is not None:
        raise Refused("voted_already", N_("貴社はこの申請にすでに投票しています。"))
    session.add(
        DomainVote(
            application_id=application.id,
            insurer_id=insurer.id,
            user_id=subject.user_id,
            user_name=actor.name,
            decision=decision.value,
            reason=reason,
            voted_at=clock.now(),
        )
    )
    session.flush()
    audit.record(
        session,
        clock,
        actor,
        f"domains.vote_{decision.value}",
        APPLICATION,
        application.id,
        insurer=insurer.short_name,
        reason=reason,
    )
    if decision is Decision.REJECT:
        reject(session, clock, keys, actor, application, Step.INSURER_REJECTS, reason, contact)
    else:
        settle(session, clock, actor, terms, application)


def vote_of(session: Session, application_id: int, insurer_id: int) -> DomainVote | None:
    """The insurer's vote, if it has voted."""
    return session.scalar(
        select(DomainVote).where(DomainVote.application_id == application_id, DomainVote.insurer_id == insurer_id)
    )
