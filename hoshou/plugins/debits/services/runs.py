"""Runs found, locked, and counted; the steps that need no file: discarding and closing."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.runs import DebitFile as BankFile
from hoshou.plugins.debits.models.runs import DebitLine, DebitLinePart, DebitResult, DebitRun
from hoshou.plugins.debits.models.settlements import EndingReceivable
from hoshou.plugins.debits.rules.runs import OPEN_LINES, LineState, RunState, RunStep, next_state
from hoshou.plugins.debits.services.endings import cancel_beyond
from hoshou.plugins.debits.services.scope import require_handler

OBJECT = "debits_run"


def run_for(session: Session, run_id: int) -> DebitRun:
    """Raises NotFound ``run``."""
    run = session.get(DebitRun, run_id)
    if run is None:
        raise NotFound("run", N_("該当する口座振替データが見つかりません。"))
    return run


def locked_run(session: Session, run_id: int) -> DebitRun:
    """The run as it stands now; nobody else changes it or its lines until the transaction ends."""
    run = session.scalar(
        select(DebitRun)
        .where(DebitRun.id == run_id)
        .with_for_update(of=DebitRun)
        .execution_options(populate_existing=True)
    )
    if run is None:
        raise NotFound("run", N_("該当する口座振替データが見つかりません。"))
    return run


def require_released(run: DebitRun) -> None:
    """Raise Refused ``not_released`` for a run whose files haven't gone out."""
    if run.state not in (RunState.RELEASED, RunState.CLOSED):
        raise Refused("not_released", N_("承認前の口座振替データに結果は取り込めません。"), field="file")


@dataclass(frozen=True)
class Tally:
    """Lines and yen in one state."""

    count: int
    amount: int


def tallies(session: Session, run_id: int) -> dict[LineState, Tally]:
    """How many lines, and how much, stand where."""
    rows = session.execute(
        select(DebitLine.state, func.count(), func.sum(DebitLine.amount))
        .where(DebitLine.run_id == run_id)
        .group_by(DebitLine.state)
    )
    return {LineState(state): Tally(count, amount) for state, count, amount in rows}


def take_out(session: Session, clock: Clock, run_id: int, *which: ColumnElement[bool]) -> int:
    """Drop the run's waiting lines that meet the conditions; their instalments are free again. Returns how many.

    Those of enrolments that have ended are taken away with it, where they are beyond the required ones.
    """
    waiting = (DebitLine.run_id == run_id, DebitLine.state == LineState.WAITING.value, *which)
    keys = session.scalars(select(DebitLine.id).where(*waiting)).all()
    ended = session.scalars(
        select(EndingReceivable)
        .join(DebitLine, DebitLine.enrolment_id == EndingReceivable.enrolment_id)
        .where(*waiting)
        .order_by(EndingReceivable.enrolment_id)
    ).all()
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        session.execute(
            update(DebitLinePart)
            .where(DebitLinePart.line_id.in_(some))
            .values(is_open=False)
            .execution_options(synchronize_session="fetch")
        )
        session.execute(
            update(DebitLine)
            .where(DebitLine.id.in_(some))
            .values(state=LineState.DROPPED.value)
            .execution_options(synchronize_session="fetch")
        )
    for opened in ended:
        cancel_beyond(session, clock, opened)
    return len(keys)


def discard(session: Session, clock: Clock, actor: Actor, subject: Subject, run_id: int, why: str) -> None:
    """Give up a run that wasn't released; its agent and day are free for another. Raises Refused."""
    require_handler(subject)
    run = locked_run(session, run_id)
    state = next_state(RunState(run.state), RunStep.DISCARD)
    if not why.strip():
        raise Refused("why", N_("取り消す理由を入力してください。"), field="why")
    dropped = take_out(session, clock, run.id)
    run.state, run.discarded_why = state.value, why.strip()[:500]
    audit.record(
        session,
        clock,
        actor,
        "debits.run_discarded",
        OBJECT,
        run.id,
        why=run.discarded_why,
        lines=dropped,
    )


def open_lines(session: Session, run_id: int) -> int:
    """How many of the run's lines have no outcome yet."""
    found: int = session.scalars(
        select(func.count())
        .select_from(DebitLine)
        .where(DebitLine.run_id == run_id, DebitLine.state.in_([one.value for one in OPEN_LINES]))
    ).one()
    return found


def close(session: Session, clock: Clock, actor: Actor, subject: Subject, run_id: int) -> None:
    """Close a run of which every line has its outcome. Raises Refused ``lines_open`` naming how many haven't."""
    require_handler(subject)
    run = locked_run(session, run_id)
    state = next_state(RunState(run.state), RunStep.CLOSE)
    left = open_lines(session, run.id)
    unposted = session.scalar(
        select(DebitResult.id)
        .join(BankFile, DebitResult.file_id == BankFile.id)
        .where(BankFile.run_id == run.id, DebitResult.posted_at.is_(None))
        .limit(1)
    )
    if left or unposted:
        raise Refused(
            "lines_open", N_("結果が確定していない明細が%(count)s件あるため、締められません。"), count=left
        )
    run.state, run.closed_at = state.value, clock.now()
    audit.record(session, clock, actor, "debits.run_closed", OBJECT, run.id)
