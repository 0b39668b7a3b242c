"""What became of the debits, by month and by 振替結果コード (P-022); never an agency's to know (B-078, D-27)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.dates import add_months
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.runs import DebitLine, DebitRun
from hoshou.plugins.debits.rules.runs import LineState, RunState
from hoshou.plugins.debits.services.scope import HANDLERS
from hoshou.plugins.debits.zengin.results import RESULTS, Outcome

MONTHS = 12
STATES = (LineState.PAID, LineState.FAILED, LineState.STOPPED, LineState.UNDECIDED, LineState.WAITING)
UNPAID_CODES = tuple(
    code for code, result in RESULTS.items() if result.outcome not in (Outcome.PAID, Outcome.PENDING)
)


@dataclass(frozen=True)
class Outcomes:
    """``by_month`` has for each state a number for each of the ``months``; ``by_code`` one for each unpaid code."""

    months: Sequence[date]
    by_month: dict[LineState, tuple[int, ...]]
    by_code: dict[str, int]


def count_outcomes(session: Session, clock: Clock, subject: Subject) -> Outcomes | None:
    """The debits asked for in the twelve months that end with the present one; None for who mustn't see them."""
    if not subject.has(*HANDLERS, Role.AUDITOR):
        return None
    this_month = clock.today().replace(day=1)
    months = [add_months(this_month, distance) for distance in range(1 - MONTHS, 1)]
    counts: dict[LineState, list[int]] = {state: [0] * MONTHS for state in STATES}
    for day, state, count in session.execute(
        _asked_for(select(DebitRun.debit_date, DebitLine.state, func.count()), months)
        .where(DebitLine.state.in_(STATES))
        .group_by(DebitRun.debit_date, DebitLine.state)
    ):
        counts[LineState(state)][months.index(day.replace(day=1))] += count
    # What was paid is by far the most, and its code says nothing more than its state.
    codes = dict(
        session.execute(
            _asked_for(select(DebitLine.result_code, func.count()), months)
            .where(DebitLine.state.in_([state for state in STATES if state is not LineState.PAID]))
            .group_by(DebitLine.result_code)
        )
        .tuples()
        .all()
    )
    return Outcomes(
        months,
        {state: tuple(numbers) for state, numbers in counts.items()},
        {code: codes.get(code, 0) for code in UNPAID_CODES},
    )


def _asked_for(statement: Select[Any], months: Sequence[date]) -> Select[Any]:
    return statement.join_from(DebitLine, DebitRun).where(
        DebitRun.state.in_((RunState.RELEASED, RunState.CLOSED)),
        DebitRun.debit_date >= months[0],
        DebitRun.debit_date < add_months(months[-1], 1),
    )
