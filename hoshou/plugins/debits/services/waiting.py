"""What of the money waits for a person, for the staff home."""

from collections.abc import Iterator
from datetime import datetime, time
from enum import Enum, auto

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import JST
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.failures import FailureTask, Lapse, LapseState, TaskState
from hoshou.plugins.debits.models.refunds import Overpayment
from hoshou.plugins.debits.models.runs import DebitLine, DebitRun
from hoshou.plugins.debits.rules.runs import LineState, RunState
from hoshou.plugins.debits.services.scope import HANDLERS, visible_tasks


class Waiting(Enum):
    """Kinds of things that wait."""

    RELEASE = auto()
    UNDECIDED = auto()
    LAPSE = auto()
    CONTACT = auto()
    REFUND = auto()


def waiting_for(session: Session, subject: Subject) -> Iterator[tuple[Waiting, int, datetime | None]]:
    """Each kind that waits for this user, how many, and by when."""
    if subject.has(*HANDLERS):
        count, closes_at = session.execute(
            select(func.count(), func.min(DebitRun.closes_at)).where(DebitRun.state == RunState.SEALED.value)
        ).one()
        if count:
            yield Waiting.RELEASE, count, closes_at
        count = session.scalar(
            select(func.count())
            .select_from(DebitLine)
            .join(DebitLine.run)
            .where(DebitRun.state == RunState.RELEASED.value, DebitLine.state == LineState.UNDECIDED.value)
        )
        if count:
            yield Waiting.UNDECIDED, count, None
        count, first = session.execute(
            select(func.count(), func.min(Lapse.effective_on)).where(Lapse.state == LapseState.PROPOSED.value)
        ).one()
        if count:
            yield Waiting.LAPSE, count, datetime.combine(first, time(), JST)
    if subject.has(Role.GROUP_ASSOCIATION):
        count = session.scalar(
            select(func.count(func.distinct(Overpayment.enrolment_id))).where(Overpayment.refund_id.is_(None))
        )
        if count:
            yield Waiting.REFUND, count, None
    if subject.has(Role.PREFECTURE, Role.INSURER):
        count = session.scalar(
            select(func.count())
            .select_from(FailureTask)
            .where(visible_tasks(subject), FailureTask.state == TaskState.OPEN.value)
        )
        if count:
            yield Waiting.CONTACT, count, None
