"""A debit run is built: in chunks, once for an agent and a day, whoever and however many begin it (B-067, B2, F4).

Each chunk is one transaction that holds the run's row: several builders take turns, a killed one leaves whole
chunks, and whoever comes next goes on after ``cursor``.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.bulk import add_rows, new_keys
from hoshou.platform.calendar import load_calendar
from hoshou.plugins.debits.models.mandates import CollectionAgent
from hoshou.plugins.debits.models.runs import DebitLine, DebitLinePart, DebitOmission, DebitRun
from hoshou.plugins.debits.rules.runs import (
    LineState,
    RunState,
    RunStep,
    agent_closing,
    customer_number,
    debit_date,
    last_of_month,
    next_state,
)
from hoshou.plugins.debits.services.planning import Chunk, Planned, PlannedLine, PlannedOmission, plan_chunk
from hoshou.plugins.debits.services.runs import OBJECT, locked_run
from hoshou.plugins.debits.services.terms import terms_on
from hoshou.plugins.debits.services.work import Progress, UnitOfWork
from hoshou.plugins.guardkun.models.enrolments import Instalment

BUILD_DAYS = 3
"""Business days before the agent's closing on which a run is built by itself."""


def debit_day_of(session: Session, month: date) -> date:
    """The debit day of the month by the terms and the calendar in force. Raises Refused ``past_horizon``."""
    return debit_date(month, load_calendar(session), terms_on(session, month.replace(day=1)).debit_day)


def build(
    unit_of_work: UnitOfWork, clock: Clock, actor: Actor, agent_id: int, month: date, progress: Progress
) -> int:
    """Build the agent's run of the month to its end, or go on with it; returns its number.

    A run that is built already is left as it is. Raises as ``begin_run`` does.
    """
    with unit_of_work() as session:
        run_id = begin_run(session, clock, actor, agent_id, month)
    build_on(unit_of_work, clock, actor, run_id, progress)
    return run_id


def build_on(unit_of_work: UnitOfWork, clock: Clock, actor: Actor, run_id: int, progress: Progress) -> None:
    """Bring a run that was begun to the end of its building, from where it stopped."""
    with unit_of_work() as session:
        run = locked_run(session, run_id)
        agent_id, total = run.agent_id, to_look_at(session, run.debit_date)
    done = 0
    while True:
        with unit_of_work() as session:
            run = locked_run(session, run_id)
            if run.state != RunState.BUILDING:
                return
            chunk = plan_chunk(session, agent_id, run.debit_date, run.cursor)
            _store(session, run, chunk)
            if chunk.last is None:
                _finish(session, clock, actor, run)
                return
            run.cursor = chunk.last
        done += len(chunk.planned)
        progress(done, max(done, total))


def to_look_at(session: Session, debit: date) -> int:
    """How many enrolments have an instalment in the month of the day: about as many as a building looks at."""
    found: int = session.scalars(
        select(func.count()).where(
            Instalment.due_on.between(debit.replace(day=1), last_of_month(debit)),
            Instalment.cancelled_at.is_(None),
        )
    ).one()
    return found


def runs_begun(session: Session) -> Sequence[int]:
    """The runs whose building hasn't come to its end, and that nothing stops."""
    return session.scalars(
        select(DebitRun.id)
        .where(DebitRun.state == RunState.BUILDING.value, DebitRun.trouble == "")
        .order_by(DebitRun.id)
    ).all()


def outline(session: Session, agent_id: int, debit: date) -> Iterator[Planned]:
    """The dry run: exactly what a run of that day would hold, in its order."""
    after: int | None = 0
    while after is not None:
        chunk = plan_chunk(session, agent_id, debit, after)
        yield from chunk.planned
        after = chunk.last


def due_builds(session: Session, today: date) -> Sequence[tuple[int, date]]:
    """The active agents whose run of the next debit day is to be built by now: agent and debit day."""
    calendar, found = load_calendar(session), []
    for agent in session.scalars(select(CollectionAgent).where(CollectionAgent.is_active)):
        for month in (today, last_of_month(today) + timedelta(days=1)):
            debit = debit_day_of(session, month)
            first = calendar.business_days_before(debit, agent.lead_days + BUILD_DAYS)
            last = calendar.business_days_before(debit, agent.lead_days)
            if first <= today <= last:
                found.append((agent.id, debit))
    return found


def begin_run(session: Session, clock: Clock, actor: Actor, agent_id: int, month: date) -> int:
    """Open the agent's run of the month, or find it; returns its number.

    Raises NotFound ``agent``, Refused ``past_horizon``, ``debit_past`` for a day that has come.
    """
    agent = session.get(CollectionAgent, agent_id)
    if agent is None:
        raise NotFound("agent", N_("該当する集金代行会社が見つかりません。"), field="agent_id")
    debit = debit_day_of(session, month)
    if debit <= clock.today():
        raise Refused("debit_past", N_("振替日を過ぎた月の口座振替データは作成できません。"), field="month")
    calendar = load_calendar(session)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "agent_id": agent.id,
        "debit_date": debit,
        "state": RunState.BUILDING.value,
        "cursor": 0,
        "closes_at": agent_closing(debit, agent.lead_days, agent.closing_time, calendar),
        "built_at": clock.now(),
        "built_by": actor.name,
        "built_by_id": actor.user_id,
        "sealed_by": "",
        "released_by": "",
        "discarded_why": "",
        "trouble": "",
        **{
            name: getattr(agent, name)
            for name in (
                "consignor_code",
                "consignor_name",
                "profile",
                "bank_code",
                "bank_name",
                "branch_code",
                "branch_name",
                "account_type",
                "account_number",
            )
        },
    }
    statement = (
        insert(DebitRun)
        .values(values)
        .on_conflict_do_nothing(
            index_elements=["agent_id", "debit_date"], index_where=text("state <> 'discarded'")
        )
    )
    run_id = session.scalar(statement.returning(DebitRun.id))
    if run_id is not None:
        audit.record(
            session, clock, actor, "debits.run_opened", OBJECT, run_id, agent=agent.name, debit_date=debit
        )
        return run_id
    return session.scalars(
        select(DebitRun.id).where(
            DebitRun.agent_id == agent.id,
            DebitRun.debit_date == debit,
            DebitRun.state != RunState.DISCARDED.value,
        )
    ).one()


def _store(session: Session, run: DebitRun, chunk: Chunk) -> None:
    lines = [one for one in chunk.planned if isinstance(one, PlannedLine)]
    omissions = [
        {"run_id": run.id, "enrolment_id": one.enrolment_id, "reason": one.reason.value}
        for one in chunk.planned
        if isinstance(one, PlannedOmission)
    ]
    numbers = new_keys(session, DebitLine.id, len(lines))
    rows, parts = [], []
    for line_id, line in zip(numbers, lines, strict=True):
        rows.append(
            {
                "id": line_id,
                "run_id": run.id,
                "enrolment_id": line.enrolment_id,
                "mandate_id": line.mandate_id,
                "customer_number": customer_number(run.debit_date, run.id, line.enrolment_id),
                "new_code": line.new_code.value,
                "amount": line.amount,
                "state": LineState.WAITING.value,
                "decided_by": "",
                "note": "",
            }
        )
        parts += [
            {
                "line_id": line_id,
                "instalment_id": one.id,
                "premium": one.premium,
                "maintenance_fee": one.maintenance_fee,
                "is_open": True,
            }
            for one in line.instalments
        ]
    add_rows(session, DebitLine, rows)
    add_rows(session, DebitLinePart, parts)
    add_rows(session, DebitOmission, omissions)


def _finish(session: Session, clock: Clock, actor: Actor, run: DebitRun) -> None:
    run.state = next_state(RunState(run.state), RunStep.BUILT).value
    count, amount = session.execute(
        select(func.count(), func.coalesce(func.sum(DebitLine.amount), 0)).where(DebitLine.run_id == run.id)
    ).one()
    audit.record(session, clock, actor, "debits.run_built", OBJECT, run.id, lines=count, amount=int(amount))
