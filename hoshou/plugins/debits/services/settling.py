"""One debit gets its outcome, and what follows from it (B-072 to B-077, D-35 to D-38)."""

from datetime import datetime

from sqlalchemy import func, select, update
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
from hoshou.plugins.debits.services.endings import cancel, close_if_settled
from hoshou.plugins.debits.services.ledger.post import post
from hoshou.plugins.debits.services.tasks import finish_all, open_tasks
from hoshou.plugins.debits.zengin.results import Outcome
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment

OBJECT = "guardkun_enrolment"
LAPSE_REASON = "振替不能"
"""Kept in the ledger as data: why an instalment beyond the required ones was taken away."""


def settle(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    line: DebitLine,
    code: str,
    outcome: Outcome,
) -> None:
    """Give an open line its outcome; the caller holds its run."""
    line.result_code, line.state, line.settled_at = code, settled_state(outcome).value, clock.now()
    for part in line.parts:
        part.is_open = False
    session.flush()
    if outcome is Outcome.PAID:
        _collect(session, clock, line)
    ended_on = session.scalar(select(Enrolment.ended_on).where(Enrolment.id == line.enrolment_id))
    if ended_on is not None:
        _settle_ended(session, clock, line, outcome)
        return
    failures = _failures(session, line.enrolment_id)
    if outcome is Outcome.PAID and not failures:
        return
    follows = consequences(
        outcome,
        code,
        failures,
        line.run.debit_date,
        is_last=outcome is not Outcome.PAID and _is_last(session, line),
    )
    set_failures(session, clock.now(), line.enrolment_id, follows.failures)
    if outcome is Outcome.PAID:
        finish_all(session, clock, actor, line.enrolment_id)
    open_tasks(session, clock, keys, actor, line, follows.tasks)
    if follows.lapse_on is not None:
        _propose(session, clock, actor, line, follows)


def _collect(session: Session, clock: Clock, line: DebitLine) -> None:
    instalments = [part.instalment for part in line.parts]
    on = line.run.debit_date
    tell_due(session, clock, instalments)
    session.add_all(Settlement(instalment_id=instalment.id, line_id=line.id, on=on) for instalment in instalments)
    session.flush()
    post(session, clock, LevyCollected(line.id, tuple(map(part_of, instalments)), on))


def _settle_ended(session: Session, clock: Clock, line: DebitLine, outcome: Outcome) -> None:
    """An exported debit of an enrolment that has ended since: what wasn't paid is owed by transfer, or not at all."""
    opened = session.get(EndingReceivable, line.enrolment_id)
    if opened is None:
        return
    if outcome is not Outcome.PAID:
        beyond = [part.instalment for part in line.parts if part.instalment.number > opened.required]
        cancel(session, clock, beyond, LAPSE_REASON)
    close_if_settled(session, clock, line.enrolment_id)


def _failures(session: Session, enrolment_id: int) -> int:
    return session.scalar(select(Standing.failures).where(Standing.enrolment_id == enrolment_id)) or 0


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
