"""What waits for whom, and until when (A-071, A-073)."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import JST, Clock
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.domains.models import DomainApplication, DomainVote
from hoshou.plugins.domains.rules.stages import Stage
from hoshou.plugins.domains.rules.terms import Terms
from hoshou.plugins.domains.services.calendar import expected_day
from hoshou.plugins.domains.services.scope import voting_insurer


@dataclass(frozen=True)
class Waiting:
    """How many applications wait at a stage for this user; ``due`` is when the first of their batches begins."""

    stage: Stage
    count: int
    due: datetime | None


def waiting_for(session: Session, clock: Clock, subject: Subject, terms: Terms) -> list[Waiting]:
    """The association's reviews, and the votes of the user's insurer."""
    found = []
    if subject.has(Role.ASSOCIATION):
        found.append((Stage.APPLIED, DomainApplication.stage == Stage.APPLIED.value))
    insurer = voting_insurer(session, subject, clock.today())
    if insurer is not None:
        has_voted = exists().where(
            DomainVote.application_id == DomainApplication.id, DomainVote.insurer_id == insurer.id
        )
        found.append((Stage.REVIEWED, (DomainApplication.stage == Stage.REVIEWED.value) & ~has_voted))
    waiting = []
    for stage, condition in found:
        count, month = session.execute(
            select(func.count(), func.min(DomainApplication.batch_month)).where(condition)
        ).one()
        if count:
            day = expected_day(session, terms, month)
            due = datetime.combine(day, time(), JST) if day else None
            waiting.append(Waiting(stage, count, due))
    return waiting
