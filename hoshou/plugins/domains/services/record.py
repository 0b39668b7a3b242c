"""An application's record for staff: facts, votes, what happened, and what may be done now (A-071, A-074, P-011)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.mail_addresses import mail_domain
from hoshou.platform.actor import ActorKind
from hoshou.platform.audit import AuditEntry
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.domains.models import DomainApplication, DomainVote, OrdererDomain
from hoshou.plugins.domains.rules.stages import Step, allows
from hoshou.plugins.domains.rules.terms import Terms
from hoshou.plugins.domains.services.calendar import expected_day
from hoshou.plugins.domains.services.progress import APPLICATION
from hoshou.plugins.domains.services.registered import registered_row
from hoshou.plugins.domains.services.scope import active_insurers, application_for, voting_insurer
from hoshou.plugins.organisations.models import Insurer

ACTION_LABELS = {
    "domains.applied": N_("申請を受け付けました"),
    "domains.association_approves": N_("損保協会が承認しました"),
    "domains.association_rejects": N_("損保協会が却下しました：%(reason)s"),
    "domains.vote_approve": N_("%(insurer)sが承認しました"),
    "domains.vote_reject": N_("%(insurer)sが不承認としました：%(reason)s"),
    "domains.insurers_approve": N_("損害保険会社の承認がそろいました"),
    "domains.insurer_rejects": N_("損害保険会社の不承認により却下しました"),
    "domains.register": N_("登録しました"),
    "domains.withdraw": N_("申請を取り下げました"),
}
ACTOR_LABELS = {ActorKind.PUBLIC: N_("申請者"), ActorKind.JOB: N_("自動処理")}


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened. ``message`` and ``actor_label`` are message ids; staff have a name and no label."""

    at: datetime
    actor_label: str
    actor_name: str
    message: str
    values: dict[str, Any]


@dataclass(frozen=True)
class ApplicationRecord:
    """``present`` is the domain as it is registered now; ``expected`` the day of its batch, where it is known."""

    application: DomainApplication
    votes: Sequence[tuple[Insurer, DomainVote | None]]
    timeline: Sequence[TimelineEntry]
    present: OrdererDomain | None
    address_is_of_domain: bool
    expected: date | None
    may_review: bool
    may_withdraw: bool
    votes_for: Insurer | None


def read_record(
    session: Session, clock: Clock, subject: Subject, application_id: int, terms: Terms
) -> ApplicationRecord:
    """Raises NotFound for an application that this user may not know of."""
    application = application_for(session, subject, application_id)
    stage, is_association = application.current_stage, subject.has(Role.ASSOCIATION)
    votes = _votes(session, clock, application)
    insurer = voting_insurer(session, subject, clock.today())
    has_voted = insurer is None or any(vote is not None for voter, vote in votes if voter.id == insurer.id)
    return ApplicationRecord(
        application=application,
        votes=votes,
        timeline=_timeline(session, application.id),
        present=registered_row(session, application.domain),
        address_is_of_domain=_is_of_domain(application),
        expected=expected_day(session, terms, application.batch_month),
        may_review=is_association and allows(stage, Step.ASSOCIATION_APPROVES),
        may_withdraw=is_association and allows(stage, Step.WITHDRAW),
        votes_for=insurer if allows(stage, Step.INSURERS_APPROVE) and not has_voted else None,
    )


def _votes(
    session: Session, clock: Clock, application: DomainApplication
) -> list[tuple[Insurer, DomainVote | None]]:
    """Those who voted, and while votes are asked for, those who still must; in the insurers' order."""
    given = {
        vote.insurer_id: vote
        for vote in session.scalars(select(DomainVote).where(DomainVote.application_id == application.id))
    }
    voters = {vote.insurer_id: vote.insurer for vote in given.values()}
    if allows(application.current_stage, Step.INSURERS_APPROVE):
        voters |= {insurer.id: insurer for insurer in active_insurers(session, clock.today())}
    ordered = sorted(voters.values(), key=lambda insurer: insurer.position)
    return [(insurer, given.get(insurer.id)) for insurer in ordered]


def _timeline(session: Session, application_id: int) -> list[TimelineEntry]:
    entries = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.object_kind == APPLICATION,
            AuditEntry.object_id == str(application_id),
            AuditEntry.action.in_(ACTION_LABELS),
        )
        .order_by(AuditEntry.id.desc())
    )
    return [
        TimelineEntry(
            at=entry.at,
            actor_label=ACTOR_LABELS.get(ActorKind(entry.actor_kind), ""),
            actor_name=entry.actor_name,
            message=ACTION_LABELS[entry.action],
            values=json.loads(entry.detail),
        )
        for entry in entries
    ]


def _is_of_domain(application: DomainApplication) -> bool:
    """Whether the applicant writes from a domain that the application is about."""
    try:
        return mail_domain(application.email) in (application.domain, application.new_domain)
    except Refused:
        return False
