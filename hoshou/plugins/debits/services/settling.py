"""Debits get their outcomes, and what follows from them (B-072 to B-077, D-35 to D-38).

What happens to many happens to them at once: no statement is asked once for each line, but for those few whose
enrolment has ended.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.bulk import add_rows
from hoshou.platform.keys import KeyRing
from hoshou.plugins.debits.models.failures import Lapse, LapseState, Standing
from hoshou.plugins.debits.models.runs import DebitLine, DebitLinePart
from hoshou.plugins.debits.models.settlements import EndingReceivable, Settlement
from hoshou.plugins.debits.rules.events import LevyCollected, Part
from hoshou.plugins.debits.rules.failures import Consequences, TaskKind, consequences
from hoshou.plugins.debits.rules.runs import settled_state
from hoshou.plugins.debits.services.due import PART, part_of, tell_due
from hoshou.plugins.debits.services.endings import cancel_beyond, close_if_settled
from hoshou.plugins.debits.services.ledger.post import post_all
from hoshou.plugins.debits.services.tasks import finish_all, open_tasks
from hoshou.plugins.debits.zengin.results import Outcome
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment

OBJECT = "guardkun_enrolment"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a line: the agent's code, and what it means."""

    line_id: int
    enrolment_id: int
    code: str
    outcome: Outcome


def settle(
    session: Session, clock: Clock, keys: KeyRing, actor: Actor, debit: date, answers: Sequence[Answer]
) -> None:
    """Give open lines of one run, of that debit day, their outcomes; the caller holds the run and the enrolments."""
    parts = _note_outcomes(session, clock.now(), answers)
    _collect(session, clock, debit, [one for one in answers if one.outcome is Outcome.PAID], parts)
    enrolment_ids = [one.enrolment_id for one in answers]
    ended = set(
        session.scalars(
            select(Enrolment.id).where(Enrolment.id.in_(enrolment_ids), Enrolment.ended_on.is_not(None))
        )
    )
    standings = select(Standing.enrolment_id, Standing.failures).where(Standing.enrolment_id.in_(enrolment_ids))
    failures = {row.enrolment_id: row.failures for row in session.execute(standings)}
    looked_at = [
        one
        for one in answers
        if one.enrolment_id not in ended
        and (one.outcome is not Outcome.PAID or failures.get(one.enrolment_id, 0) > 0)
    ]
    _follow(session, clock, keys, actor, debit, looked_at, failures, parts)
    for enrolment_id in sorted(ended):
        _settle_ended(session, clock, enrolment_id)


Parts = Mapping[int, Sequence[Any]]
"""The instalments of lines, as rows with the columns of ``PART``, the number and the debit day."""


def _note_outcomes(session: Session, at: datetime, answers: Sequence[Answer]) -> Parts:
    """Close the lines with their outcomes; returns what each of them held."""
    alike: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for answer in answers:
        alike[settled_state(answer.outcome).value, answer.code].append(answer.line_id)
    for (state, code), line_ids in alike.items():
        session.execute(
            update(DebitLine)
            .where(DebitLine.id.in_(line_ids))
            .values(state=state, result_code=code, settled_at=at)
            .execution_options(synchronize_session=False)
        )
    every = [answer.line_id for answer in answers]
    session.execute(
        update(DebitLinePart)
        .where(DebitLinePart.line_id.in_(every))
        .values(is_open=False)
        .execution_options(synchronize_session=False)
    )
    parts: defaultdict[int, list[Any]] = defaultdict(list)
    for row in session.execute(
        select(DebitLinePart.line_id, *PART, Instalment.number, Instalment.due_on)
        .join(Instalment, DebitLinePart.instalment_id == Instalment.id)
        .where(DebitLinePart.line_id.in_(every))
        .order_by(DebitLinePart.line_id, Instalment.id)
    ):
        parts[row.line_id].append(row)
    return parts


def _collect(session: Session, clock: Clock, debit: date, paid: Sequence[Answer], parts: Parts) -> None:
    events: list[LevyCollected] = []
    settlements: list[dict[str, Any]] = []
    dues: dict[Part, date] = {}
    for answer in paid:
        held = parts[answer.line_id]
        collected = tuple(part_of(row) for row in held)
        dues.update(zip(collected, (row.due_on for row in held), strict=True))
        settlements += [
            {"instalment_id": part.instalment_id, "line_id": answer.line_id, "transfer_id": None, "on": debit}
            for part in collected
        ]
        events.append(LevyCollected(answer.line_id, collected, debit))
    tell_due(session, clock, dues)
    add_rows(session, Settlement, settlements)
    post_all(session, clock, events)


def _follow(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    debit: date,
    answers: Sequence[Answer],
    failures: Mapping[int, int],
    parts: Parts,
) -> None:
    """What comes of failures, of our own stops, and of successes after failures."""
    if not answers:
        return
    last = _last_numbers(session, [one.enrolment_id for one in answers if one.outcome is not Outcome.PAID])
    follows: dict[Answer, Consequences] = {}
    for one in answers:
        highest = max(row.number for row in parts[one.line_id])
        follows[one] = consequences(
            one.outcome,
            one.code,
            failures.get(one.enrolment_id, 0),
            debit,
            is_last=last.get(one.enrolment_id) == highest,
        )
    counts = {one.enrolment_id: then.failures for one, then in follows.items()}
    set_failures(session, clock.now(), counts)
    finish_all(session, clock, actor, [one.enrolment_id for one in answers if one.outcome is Outcome.PAID])
    tasks: dict[int, Sequence[TaskKind]] = {one.line_id: then.tasks for one, then in follows.items() if then.tasks}
    open_tasks(session, clock, keys, actor, tasks)
    _propose(session, clock, actor, follows)


def _last_numbers(session: Session, enrolment_ids: Collection[int]) -> dict[int, int]:
    """The highest instalment that isn't cancelled, of each enrolment."""
    return dict(
        session.execute(
            select(Instalment.enrolment_id, func.max(Instalment.number))
            .where(Instalment.enrolment_id.in_(enrolment_ids), Instalment.cancelled_at.is_(None))
            .group_by(Instalment.enrolment_id)
        )
        .tuples()
        .all()
    )


def _settle_ended(session: Session, clock: Clock, enrolment_id: int) -> None:
    """An exported debit of an enrolment that has ended since: what wasn't paid is owed by transfer, or not at all."""
    opened = session.get(EndingReceivable, enrolment_id)
    if opened is None:
        return
    cancel_beyond(session, clock, opened)
    close_if_settled(session, clock, enrolment_id)


def set_failures(session: Session, at: datetime, counts: Mapping[int, int]) -> None:
    """Remember for each enrolment how many debits in a row have failed; none needs no row."""
    none = [key for key, count in counts.items() if not count]
    some = [{"enrolment_id": key, "failures": count, "changed_at": at} for key, count in counts.items() if count]
    if none:
        session.execute(
            update(Standing)
            .where(Standing.enrolment_id.in_(none))
            .values(failures=0, changed_at=at)
            .execution_options(synchronize_session="fetch")
        )
    if some:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        statement = insert(Standing.__table__)
        new = {name: statement.excluded[name] for name in ("failures", "changed_at")}
        session.execute(statement.on_conflict_do_update(index_elements=["enrolment_id"], set_=new), some)


def _propose(session: Session, clock: Clock, actor: Actor, follows: Mapping[Answer, Consequences]) -> None:
    proposed = [(one, then.lapse_on) for one, then in follows.items() if then.lapse_on is not None]
    add_rows(
        session,
        Lapse,
        [
            {
                "enrolment_id": one.enrolment_id,
                "line_id": one.line_id,
                "state": LapseState.PROPOSED.value,
                "effective_on": day,
                "proposed_at": clock.now(),
                "decided_by": "",
                "note": "",
            }
            for one, day in proposed
        ],
    )
    for one, day in proposed:
        audit.record(
            session,
            clock,
            actor,
            "debits.lapse_proposed",
            OBJECT,
            one.enrolment_id,
            line=one.line_id,
            effective_on=day,
        )
