"""What pages and dry runs show of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hoshou.plugins.debits.models.runs import (
    DebitFile,
    DebitLine,
    DebitLinePart,
    DebitOmission,
    DebitResult,
    DebitRun,
    ResultUpload,
    UploadState,
)
from hoshou.plugins.debits.rules.mandates import NewCode
from hoshou.plugins.debits.rules.runs import OPEN_LINES, LineState, Omission, RunState
from hoshou.plugins.debits.services.building import outline, to_look_at
from hoshou.plugins.debits.services.lists import WITH_MEMBER, of_members
from hoshou.plugins.debits.services.planning import Owed, PlannedLine, PlannedOmission
from hoshou.plugins.debits.services.runs import Tally, run_for, tallies
from hoshou.plugins.debits.services.uploads import newest_upload
from hoshou.plugins.guardkun.models.enrolments import Enrolment

PAGE = 50
REHEARSED = 200
"""Lines, and omissions, that a rehearsal shows."""


@dataclass(frozen=True)
class LineRow:
    """A debit as a dry run prints it; ``amount`` in yen, ``instalments`` by their numbers."""

    policy_number: str
    member: str
    amount: int
    instalments: tuple[int, ...]
    new_code: str


@dataclass(frozen=True)
class OmittedRow:
    """An enrolment that is left out, and the reason's name."""

    policy_number: str
    member: str
    reason: str


@dataclass(frozen=True)
class Contents:
    """What a run holds. The lines are told one by one in a dry run only."""

    run_id: int
    debit_date: date
    count: int
    amount: int
    omitted: tuple[OmittedRow, ...]
    lines: tuple[LineRow, ...]


def contents_of(session: Session, run_id: int, *, with_lines: bool) -> Contents:
    """The run, its sums, and who is left out."""
    run = run_for(session, run_id)
    count, amount = session.execute(
        select(func.count(), func.coalesce(func.sum(DebitLine.amount), 0)).where(
            DebitLine.run_id == run_id, DebitLine.state != LineState.DROPPED.value
        )
    ).one()
    omissions = session.scalars(
        select(DebitOmission).where(DebitOmission.run_id == run_id).order_by(DebitOmission.enrolment_id)
    )
    return Contents(
        run_id,
        run.debit_date,
        count,
        int(amount),
        tuple(OmittedRow(str(one.enrolment), str(one.enrolment.unit or ""), one.reason) for one in omissions),
        tuple(_line_rows(session, run_id)) if with_lines else (),
    )


def _line_rows(session: Session, run_id: int) -> list[LineRow]:
    lines = session.scalars(
        select(DebitLine)
        .where(DebitLine.run_id == run_id)
        .options(selectinload(DebitLine.parts))
        .order_by(DebitLine.customer_number)
    )
    return [
        LineRow(
            str(line.enrolment),
            str(line.enrolment.unit or ""),
            line.amount,
            tuple(part.instalment.number for part in line.parts),
            line.new_code,
        )
        for line in lines
    ]


@dataclass(frozen=True)
class RehearsedLine:
    """A debit that a run would make; ``amount`` in yen."""

    enrolment: Enrolment
    instalments: Sequence[Owed]
    amount: int
    new_code: NewCode


@dataclass(frozen=True)
class RehearsedOmission:
    """An enrolment that a run would leave out."""

    enrolment: Enrolment
    reason: Omission


@dataclass(frozen=True)
class Rehearsal:
    """What a run would hold: its sums (yen), and the first of its lines and omissions."""

    debit: date
    count: int
    amount: int
    lines: Sequence[RehearsedLine]
    omitted_count: int
    omitted: Sequence[RehearsedOmission]


def rehearse(session: Session, agent_id: int, debit: date) -> Rehearsal:
    """Exactly what a run of that day would hold, however much it is; nothing is kept."""
    count = amount = omitted_count = 0
    lines: list[PlannedLine] = []
    omissions: list[PlannedOmission] = []
    for one in outline(session, agent_id, debit):
        if isinstance(one, PlannedLine):
            count, amount = count + 1, amount + one.amount
            lines += [one] if count <= REHEARSED else []
        else:
            omitted_count += 1
            omissions += [one] if omitted_count <= REHEARSED else []
    keys = [line.enrolment_id for line in lines] + [one.enrolment_id for one in omissions]
    enrolments = session.scalars(select(Enrolment).where(Enrolment.id.in_(keys)).options(*WITH_MEMBER))
    by_id = {enrolment.id: enrolment for enrolment in enrolments}
    return Rehearsal(
        debit,
        count,
        amount,
        [RehearsedLine(by_id[one.enrolment_id], one.instalments, one.amount, one.new_code) for one in lines],
        omitted_count,
        [RehearsedOmission(by_id[one.enrolment_id], one.reason) for one in omissions],
    )


@dataclass(frozen=True)
class RunRecord:
    """A run's page."""

    run: DebitRun
    tallies: dict[LineState, Tally]
    files: Sequence[DebitFile]
    results: Sequence[DebitResult]
    undecided: Sequence[DebitLine]
    omissions: Sequence[DebitOmission]
    omitted: dict[Omission, int]
    upload: ResultUpload | None
    to_look_at: int
    """Of a run that is being built: how many enrolments it looks at, about."""

    @property
    def looked_at(self) -> int:
        """How many of them it has looked at."""
        return sum(tally.count for tally in self.tallies.values()) + sum(self.omitted.values())

    @property
    def is_checking(self) -> bool:
        """Whether a result file waits to be checked."""
        return self.upload is not None and self.upload.state == UploadState.WAITING

    @property
    def posting(self) -> DebitResult | None:
        """The result that is being posted."""
        return next((result for result in self.results if result.posted_at is None), None)

    @property
    def is_working(self) -> bool:
        """Whether something goes on in the background."""
        is_built = self.run.state in (RunState.BUILDING, RunState.SEALING) and not self.run.trouble
        return is_built or self.is_checking or self.posting is not None

    @property
    def total(self) -> Tally:
        """Everything that was asked for, or will be."""
        kept = [tally for state, tally in self.tallies.items() if state is not LineState.DROPPED]
        return Tally(sum(tally.count for tally in kept), sum(tally.amount for tally in kept))

    @property
    def open_count(self) -> int:
        return sum(self.tallies[state].count for state in OPEN_LINES if state in self.tallies)


def record_of(session: Session, run_id: int) -> RunRecord:
    """Everything about a run but its lines."""
    run = run_for(session, run_id)
    files = session.scalars(select(DebitFile).where(DebitFile.run_id == run_id).order_by(DebitFile.number)).all()
    results = session.scalars(
        select(DebitResult).join(DebitResult.file).where(DebitFile.run_id == run_id).order_by(DebitResult.id)
    ).all()
    undecided = lines_of(session, run_id, 0, DebitLine.state == LineState.UNDECIDED.value)
    omissions = session.scalars(
        select(DebitOmission)
        .where(DebitOmission.run_id == run_id)
        .options(of_members(DebitOmission.enrolment))
        .order_by(DebitOmission.enrolment_id)
        .limit(PAGE)
    ).all()
    omitted = {
        Omission(reason): count
        for reason, count in session.execute(
            select(DebitOmission.reason, func.count())
            .where(DebitOmission.run_id == run_id)
            .group_by(DebitOmission.reason)
        )
    }
    return RunRecord(
        run,
        tallies(session, run_id),
        files,
        results,
        undecided,
        omissions,
        omitted,
        newest_upload(session, run_id),
        to_look_at(session, run.debit_date) if run.state == RunState.BUILDING else 0,
    )


def lines_of(session: Session, run_id: int, after: int, *which: ColumnElement[bool]) -> Sequence[DebitLine]:
    """One page of a run's lines, with one more to tell that there are more."""
    return session.scalars(
        select(DebitLine)
        .where(DebitLine.run_id == run_id, DebitLine.id > after, *which)
        .options(
            of_members(DebitLine.enrolment),
            joinedload(DebitLine.mandate),
            selectinload(DebitLine.parts).joinedload(DebitLinePart.instalment),
        )
        .order_by(DebitLine.id)
        .limit(PAGE + 1)
    ).all()
