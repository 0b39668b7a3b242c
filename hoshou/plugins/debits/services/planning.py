"""What a run takes: looked up the same way by the run itself and by its dry run."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from hoshou.plugins.debits.models.failures import Lapse, LapseState
from hoshou.plugins.debits.models.mandates import Mandate
from hoshou.plugins.debits.models.runs import DebitLine, DebitLinePart, DebitRun
from hoshou.plugins.debits.models.settlements import Settlement
from hoshou.plugins.debits.rules.mandates import MandateKind, NewCode, new_code
from hoshou.plugins.debits.rules.runs import Omission, RunState, last_of_month
from hoshou.plugins.debits.services.mandates import in_force
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.rules.stages import BOOKED_STAGES

CHUNK = 500


@dataclass(frozen=True)
class PlannedLine:
    """A debit that a run makes: everything unpaid of the enrolment up to the run's month (B-072)."""

    enrolment: Enrolment
    mandate: Mandate
    new_code: NewCode
    instalments: tuple[Instalment, ...]

    @property
    def amount(self) -> int:
        """Yen."""
        return sum(instalment.levy for instalment in self.instalments)


@dataclass(frozen=True)
class PlannedOmission:
    """An enrolment that the run leaves out."""

    enrolment: Enrolment
    reason: Omission


Planned = PlannedLine | PlannedOmission


@dataclass(frozen=True)
class Chunk:
    """The next enrolments; ``last`` is where the following chunk begins after, None at the end."""

    planned: Sequence[Planned]
    last: int | None


def plan_chunk(session: Session, agent_id: int, debit: date, after: int) -> Chunk:
    """The plan for the next enrolments by key, locked until the transaction ends.

    An ending that comes first takes its enrolment out; one that comes later finds it in the run.
    """
    settled = select(Settlement.instalment_id).where(Settlement.instalment_id == Instalment.id)
    owed = (
        Instalment.due_on <= last_of_month(debit),
        Instalment.cancelled_at.is_(None),
        ~settled.exists(),
    )
    keys = session.scalars(
        select(Instalment.enrolment_id)
        .where(*owed, Instalment.enrolment_id > after)
        .distinct()
        .order_by(Instalment.enrolment_id)
        .limit(CHUNK)
    ).all()
    if not keys:
        return Chunk((), None)
    enrolments = session.scalars(
        select(Enrolment)
        .where(
            Enrolment.id.in_(keys),
            Enrolment.stage.in_([stage.value for stage in BOOKED_STAGES]),
            Enrolment.ended_on.is_(None),
        )
        .options(lazyload("*"))
        .order_by(Enrolment.id)
        .with_for_update(of=Enrolment)
        .execution_options(populate_existing=True)
    ).all()
    due: defaultdict[int, list[Instalment]] = defaultdict(list)
    for instalment in session.scalars(
        select(Instalment).where(*owed, Instalment.enrolment_id.in_(keys)).order_by(Instalment.number)
    ):
        due[instalment.enrolment_id].append(instalment)
    return Chunk(tuple(_decide(session, agent_id, debit, enrolments, due)), keys[-1])


def _decide(
    session: Session,
    agent_id: int,
    debit: date,
    enrolments: Sequence[Enrolment],
    due: dict[int, list[Instalment]],
) -> Iterator[Planned]:
    keys = [enrolment.id for enrolment in enrolments]
    mandates = in_force(session, {one.unit_id for one in enrolments if one.unit_id is not None}, debit)
    stopped = set(
        session.scalars(
            select(Lapse.enrolment_id).where(
                Lapse.enrolment_id.in_(keys), Lapse.state == LapseState.PROPOSED.value
            )
        )
    )
    in_run = set(
        session.scalars(
            select(DebitLine.enrolment_id)
            .join(DebitLine.parts)
            .where(DebitLine.enrolment_id.in_(keys), DebitLinePart.is_open)
        )
    )
    used = set(
        session.scalars(
            select(DebitLine.mandate_id)
            .join(DebitLine.run)
            .where(
                DebitLine.mandate_id.in_([mandate.id for mandate in mandates.values()]),
                DebitRun.state.in_((RunState.RELEASED.value, RunState.CLOSED.value)),
            )
        )
    )
    for enrolment in enrolments:
        if not due[enrolment.id]:
            continue
        mandate = mandates.get(enrolment.unit_id or 0)
        if mandate is not None and mandate.agent_id != agent_id:
            continue
        if enrolment.id in stopped:
            yield PlannedOmission(enrolment, Omission.LAPSE_PROPOSED)
        elif enrolment.id in in_run:
            yield PlannedOmission(enrolment, Omission.RESULT_OPEN)
        elif mandate is None:
            yield PlannedOmission(enrolment, Omission.NO_MANDATE)
        else:
            code = new_code(MandateKind(mandate.kind), used_before=mandate.id in used)
            yield PlannedLine(enrolment, mandate, code, tuple(due[enrolment.id]))
