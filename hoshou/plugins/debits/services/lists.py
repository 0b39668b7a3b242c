"""What the list pages show: one page at a time, never the whole table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.failures import FailureTask, Lapse, LapseState, Standing, TaskState
from hoshou.plugins.debits.models.mandates import CollectionAgent, Mandate
from hoshou.plugins.debits.models.runs import DebitLine, DebitRun
from hoshou.plugins.debits.models.settlements import EndingReceivable
from hoshou.plugins.debits.rules.endings import Receivable
from hoshou.plugins.debits.rules.runs import LineState
from hoshou.plugins.debits.services.endings import receivable_of
from hoshou.plugins.debits.services.runs import Tally
from hoshou.plugins.debits.services.scope import visible_tasks
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.members import Member, Unit

MOST = 100


WITH_MEMBER = (
    lazyload(Enrolment.quote),
    lazyload(Enrolment.registration),
    lazyload(Enrolment.scheme_year),
    joinedload(Enrolment.unit).joinedload(Unit.member),
)


def of_members(enrolment: Any) -> Any:
    """An enrolment with its member, and without the quote and the rest that pages of debits don't show."""
    return joinedload(enrolment).options(*WITH_MEMBER)


def mandates_like(words: str) -> Select[tuple[Mandate]]:
    """The mandates of members whose name or number begins with the words; all without any."""
    statement = select(Mandate)
    if words:
        units = (
            select(Unit.id)
            .join(Unit.member)
            .where(
                Member.name.startswith(words, autoescape=True)
                | Member.member_number.startswith(words, autoescape=True)
            )
        )
        statement = statement.where(Mandate.unit_id.in_(units))
    return statement


def active_agents(session: Session) -> Sequence[CollectionAgent]:
    """The agents that runs may be built for."""
    return session.scalars(
        select(CollectionAgent).where(CollectionAgent.is_active).order_by(CollectionAgent.id)
    ).all()


@dataclass(frozen=True)
class FailureBoard:
    """``proposed`` lapses, oldest day first; the debits that ``failed_once``; open tasks of our own."""

    proposed: Sequence[Lapse]
    failed_once: Sequence[DebitLine]
    tasks: Sequence[FailureTask]


def failure_board(session: Session, subject: Subject) -> FailureBoard:
    """What needs somebody now, at most 100 of each."""
    proposed = session.scalars(
        select(Lapse)
        .where(Lapse.state == LapseState.PROPOSED.value)
        .options(of_members(Lapse.enrolment), joinedload(Lapse.line))
        .order_by(Lapse.effective_on, Lapse.id)
        .limit(MOST)
    ).all()
    latest = (
        select(func.max(DebitLine.id))
        .where(DebitLine.enrolment_id == Standing.enrolment_id, DebitLine.state == LineState.FAILED.value)
        .correlate(Standing)
        .scalar_subquery()
    )
    once = session.scalars(
        select(DebitLine)
        .join(Standing, Standing.enrolment_id == DebitLine.enrolment_id)
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.failures == 1, Enrolment.ended_on.is_(None), DebitLine.id == latest)
        .options(of_members(DebitLine.enrolment), joinedload(DebitLine.run))
        .order_by(DebitLine.enrolment_id)
        .limit(MOST)
    ).all()
    return FailureBoard(proposed, once, open_tasks_of(session, subject))


def open_tasks_of(session: Session, subject: Subject) -> Sequence[FailureTask]:
    """The open tasks that the user may know of, oldest first, at most 100."""
    return session.scalars(
        select(FailureTask)
        .where(visible_tasks(subject), FailureTask.state == TaskState.OPEN.value)
        .options(
            of_members(FailureTask.enrolment),
            joinedload(FailureTask.line).joinedload(DebitLine.run),
        )
        .order_by(FailureTask.id)
        .limit(MOST)
    ).all()


@dataclass(frozen=True)
class OwedRow:
    """An ended enrolment and what it owes."""

    opened: EndingReceivable
    owed: Receivable


def open_receivables(session: Session) -> list[OwedRow]:
    """The endings for which something is still owed, oldest first, at most 100."""
    found = session.scalars(
        select(EndingReceivable)
        .where(EndingReceivable.closed_at.is_(None))
        .options(of_members(EndingReceivable.enrolment))
        .order_by(EndingReceivable.enrolment_id)
        .limit(MOST)
    ).all()
    return [OwedRow(one, receivable_of(session, one)) for one in found]


def runs_newest() -> Select[tuple[DebitRun]]:
    """All runs."""
    return select(DebitRun)


def sums_of(session: Session, runs: Sequence[DebitRun]) -> Mapping[int, Tally]:
    """Lines and yen that each of the runs asks for."""
    sums = dict.fromkeys([run.id for run in runs], Tally(0, 0))
    for run_id, count, amount in session.execute(
        select(DebitLine.run_id, func.count(), func.sum(DebitLine.amount))
        .where(DebitLine.run_id.in_(list(sums)), DebitLine.state != LineState.DROPPED.value)
        .group_by(DebitLine.run_id)
    ):
        sums[run_id] = Tally(count, int(amount))
    return sums


def enrolment_numbered(session: Session, number: str) -> Enrolment | None:
    """The booked enrolment with that policy number."""
    return session.scalar(select(Enrolment).where(Enrolment.policy_number == number.strip()))
