"""What a run takes: looked up the same way by the run itself and by its dry run."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hoshou.plugins.debits.models.failures import Lapse, LapseState
from hoshou.plugins.debits.models.mandates import Mandate
from hoshou.plugins.debits.models.runs import DebitLine, DebitLinePart, DebitRun
from hoshou.plugins.debits.models.settlements import Settlement
from hoshou.plugins.debits.rules.mandates import MandateKind, MandateState, NewCode, new_code
from hoshou.plugins.debits.rules.runs import Omission, RunState, last_of_month
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.rules.stages import BOOKED_STAGES

CHUNK = 1000


class Owed(NamedTuple):
    """An instalment that a run takes; yen."""

    id: int
    number: int
    premium: int
    maintenance_fee: int


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A debit that a run makes: everything unpaid of the enrolment up to the run's month (B-072)."""

    enrolment_id: int
    mandate_id: int
    new_code: NewCode
    instalments: tuple[Owed, ...]

    @property
    def amount(self) -> int:
        """Yen."""
        return sum(one.premium + one.maintenance_fee for one in self.instalments)


@dataclass(frozen=True, slots=True)
class PlannedOmission:
    """An enrolment that the run leaves out."""

    enrolment_id: int
    reason: Omission


Planned = PlannedLine | PlannedOmission


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next enrolments; ``last`` is where the following chunk begins after, None at the end."""

    planned: tuple[Planned, ...]
    last: int | None


@dataclass(frozen=True, slots=True)
class _Span:
    """The enrolments of a chunk, by their keys, and the day of their debit."""

    after: int
    last: int
    debit: date

    def holds(self, enrolment_id: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = enrolment_id.between(self.after + 1, self.last)
        return found

    def enrolments(self) -> tuple[ColumnElement[bool], ...]:
        return (self.holds(Enrolment.id), *_COVERED)


_COVERED = (Enrolment.stage.in_([stage.value for stage in BOOKED_STAGES]), Enrolment.ended_on.is_(None))


def plan_chunk(session: Session, agent_id: int, debit: date, after: int) -> Chunk:
    """The plan for the next enrolments by key, locked until the transaction ends.

    An ending that comes first takes its enrolment out; one that comes later finds it in the run.
    """
    owing = select(Instalment.id).where(Instalment.enrolment_id == Enrolment.id, *_owed(debit))
    keys = session.scalars(
        select(Enrolment.id)
        .where(Enrolment.id > after, *_COVERED, owing.exists())
        .order_by(Enrolment.id)
        .limit(CHUNK)
    ).all()
    if not keys:
        return Chunk((), None)
    span = _Span(after, keys[-1], debit)
    return Chunk(tuple(_decide(session, agent_id, span)), span.last)


def _owed(debit: date) -> tuple[ColumnElement[bool], ...]:
    settled = select(Settlement.instalment_id).where(Settlement.instalment_id == Instalment.id)
    return Instalment.due_on <= last_of_month(debit), Instalment.cancelled_at.is_(None), ~settled.exists()


def _decide(session: Session, agent_id: int, span: _Span) -> Iterator[Planned]:
    enrolments = session.execute(
        select(Enrolment.id, Enrolment.unit_id)
        .where(*span.enrolments())
        .order_by(Enrolment.id)
        .with_for_update(of=Enrolment)
    ).all()
    owed = _instalments(session, span)
    mandates = _mandates(session, span)
    proposed = Lapse.state == LapseState.PROPOSED.value
    stopped = set(session.scalars(select(Lapse.enrolment_id).where(span.holds(Lapse.enrolment_id), proposed)))
    in_run = set(
        session.scalars(
            select(Instalment.enrolment_id)
            .join(DebitLinePart, DebitLinePart.instalment_id == Instalment.id)
            .where(span.holds(Instalment.enrolment_id), DebitLinePart.is_open)
        )
    )
    for enrolment_id, unit_id in enrolments:
        if enrolment_id not in owed:
            continue
        mandate = mandates.get(unit_id)
        if mandate is not None and mandate.agent_id != agent_id:
            continue
        if enrolment_id in stopped:
            yield PlannedOmission(enrolment_id, Omission.LAPSE_PROPOSED)
        elif enrolment_id in in_run:
            yield PlannedOmission(enrolment_id, Omission.RESULT_OPEN)
        elif mandate is None:
            yield PlannedOmission(enrolment_id, Omission.NO_MANDATE)
        else:
            code = new_code(MandateKind(mandate.kind), used_before=mandate.used)
            yield PlannedLine(enrolment_id, mandate.id, code, tuple(owed[enrolment_id]))


def _instalments(session: Session, span: _Span) -> dict[int, list[Owed]]:
    """What each enrolment owes, its oldest instalment first."""
    found: defaultdict[int, list[Owed]] = defaultdict(list)
    for enrolment_id, *owed in session.execute(
        select(
            Instalment.enrolment_id,
            Instalment.id,
            Instalment.number,
            Instalment.premium,
            Instalment.maintenance_fee,
        )
        .where(span.holds(Instalment.enrolment_id), *_owed(span.debit))
        .order_by(Instalment.enrolment_id, Instalment.number)
    ):
        found[enrolment_id].append(Owed(*owed))
    return found


def _mandates(session: Session, span: _Span) -> dict[int, Any]:
    """The form of each unit that counts for the debit, where there is one, and whether a bank was sent it before."""
    sent = (
        select(DebitLine.id)
        .join(DebitLine.run)
        .where(
            DebitLine.mandate_id == Mandate.id,
            DebitRun.state.in_((RunState.RELEASED.value, RunState.CLOSED.value)),
        )
    )
    rows = session.execute(
        select(Mandate.unit_id, Mandate.id, Mandate.agent_id, Mandate.kind, sent.exists().label("used"))
        .where(
            Mandate.unit_id.in_(select(Enrolment.unit_id).where(*span.enrolments())),
            Mandate.state == MandateState.ACCEPTED.value,
            Mandate.effective_from <= span.debit.replace(day=1),
        )
        .order_by(Mandate.effective_from, Mandate.id)
    )
    return {row.unit_id: row for row in rows}
