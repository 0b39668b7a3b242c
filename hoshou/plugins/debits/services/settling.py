"""Debits get their outcomes, and what follows from them (B-072 to B-077, D-35 to D-38)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.plugins.debits.models.failures import Lapse, Standing
from hoshou.plugins.debits.models.runs import DebitLine
from hoshou.plugins.debits.models.settlements import EndingReceivable, Settlement
from hoshou.plugins.debits.rules.events import LevyCollected
from hoshou.plugins.debits.rules.failures import Consequences, consequences
from hoshou.plugins.debits.rules.runs import settled_state
from hoshou.plugins.debits.services.due import part_of, tell_due
from hoshou.plugins.debits.services.endings import cancel_beyond, close_if_settled
from hoshou.plugins.debits.services.ledger.post import post_all
from hoshou.plugins.debits.services.tasks import finish_all, open_tasks
from hoshou.plugins.debits.zengin.results import Outcome
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment

OBJECT = "guardkun_enrolment"


@dataclass(frozen=True)
class Answer:
    """What became of a line: the agent's code, and what it means."""

    line: DebitLine
    code: str
    outcome: Outcome


def settle(session: Session, clock: Clock, keys: KeyRing, actor: Actor, answers: Sequence[Answer]) -> None:
    """Give open lines of one run their outcomes; the caller holds the run and the enrolments.

    What is the same for all is written for all at once; only who failed, before or now, is looked at alone.
    """
    for answer in answers:
        line = answer.line
        line.result_code, line.state = answer.code, settled_state(answer.outcome).value
        line.settled_at = clock.now()
        for part in line.parts:
            part.is_open = False
    session.flush()
    _collect(session, clock, [answer.line for answer in answers if answer.outcome is Outcome.PAID])
    enrolment_ids = [answer.line.enrolment_id for answer in answers]
    ended = set(
        session.scalars(
            select(Enrolment.id).where(Enrolment.id.in_(enrolment_ids), Enrolment.ended_on.is_not(None))
        )
    )
    standings = select(Standing.enrolment_id, Standing.failures).where(Standing.enrolment_id.in_(enrolment_ids))
    failures = {row.enrolment_id: row.failures for row in session.execute(standings)}
    for answer in answers:
        if answer.line.enrolment_id in ended:
            _settle_ended(session, clock, answer.line)
        elif answer.outcome is not Outcome.PAID or failures.get(answer.line.enrolment_id):
            _follow(session, clock, keys, actor, answer, failures.get(answer.line.enrolment_id, 0))


def _follow(session: Session, clock: Clock, keys: KeyRing, actor: Actor, answer: Answer, failures: int) -> None:
    line = answer.line
    follows = consequences(
        answer.outcome,
        answer.code,
        failures,
        line.run.debit_date,
        is_last=answer.outcome is not Outcome.PAID and _is_last(session, line),
    )
    set_failures(session, clock.now(), line.enrolment_id, follows.failures)
    if answer.outcome is Outcome.PAID:
        finish_all(session, clock, actor, line.enrolment_id)
    open_tasks(session, clock, keys, actor, line, follows.tasks)
    if follows.lapse_on is not None:
        _propose(session, clock, actor, line, follows)


def _collect(session: Session, clock: Clock, lines: Sequence[DebitLine]) -> None:
    if not lines:
        return
    tell_due(session, clock, [part.instalment for line in lines for part in line.parts])
    settlements = [
        {"instalment_id": part.instalment_id, "line_id": line.id, "on": line.run.debit_date}
        for line in lines
        for part in line.parts
    ]
    session.execute(insert(Settlement), settlements)
    post_all(
        session,
        clock,
        [
            LevyCollected(line.id, tuple(part_of(part.instalment) for part in line.parts), line.run.debit_date)
            for line in lines
        ],
    )


def _settle_ended(session: Session, clock: Clock, line: DebitLine) -> None:
    """An exported debit of an enrolment that has ended since: what wasn't paid is owed by transfer, or not at all."""
    opened = session.get(EndingReceivable, line.enrolment_id)
    if opened is None:
        return
    cancel_beyond(session, clock, opened)
    close_if_settled(session, clock, line.enrolment_id)


def set_failures(session: Session, at: datetime, enrolment_id: int, failures: int) -> None:
    """Remember how many debits in a row have failed."""
    changed = session.execute(
        update(Standing)
        .where(Standing.enrolment_id == enrolment_id)
        .values(failures=failures, changed_at=at)
        .returning(Standing.enrolment_id)
        .execution_options(synchronize_session="fetch")
    ).scalar()
    if changed is None and failures:
        session.add(Standing(enrolment_id=enrolment_id, failures=failures, changed_at=at))
        session.flush()


def _is_last(session: Session, line: DebitLine) -> bool:
    latest = session.scalar(
        select(func.max(Instalment.number)).where(
            Instalment.enrolment_id == line.enrolment_id, Instalment.cancelled_at.is_(None)
        )
    )
    return latest == max(part.instalment.number for part in line.parts)


def _propose(session: Session, clock: Clock, actor: Actor, line: DebitLine, follows: Consequences) -> None:
    session.add(
        Lapse(
            enrolment_id=line.enrolment_id,
            line_id=line.id,
            effective_on=follows.lapse_on,
            proposed_at=clock.now(),
        )
    )
    session.flush()
    audit.record(
        session,
        clock,
        actor,
        "debits.lapse_proposed",
        OBJECT,
        line.enrolment_id,
        line=line.id,
        effective_on=follows.lapse_on,
    )
