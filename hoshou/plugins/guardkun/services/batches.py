"""Booking batches before they run: opened, looked through, rows deferred, started (⑦, B-057, B-058, D-25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, lazyload

from hoshou.base.clock import JST, Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.batches import BookingBatch, BookingLine, LineState
from hoshou.plugins.guardkun.models.enrolments import Defect, Enrolment
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.guardkun.rules.certificate_due import certificate_due
from hoshou.plugins.guardkun.rules.lines import one_line
from hoshou.plugins.guardkun.rules.stages import Stage, Step
from hoshou.plugins.guardkun.services.closings import closings_of
from hoshou.plugins.guardkun.services.progress import advance, change, hold_known, hold_year
from hoshou.plugins.guardkun.services.rights import require_lead

BATCH = "guardkun_booking_batch"
BEFORE_ARRIVAL = (Stage.REGISTERED, Stage.AT_BRANCH, Stage.AT_LEAD)
MOST_SHOWN = 200


@dataclass(frozen=True)
class Group:
    """Enrolments of one start and closing that stand ready; ``batch_id`` is None while no batch was opened.

    ``opens_after`` is the closing's deadline while it isn't over; until then no batch is opened.
    """

    year: SchemeYear
    start: date
    closing: int
    ready: int
    batch_id: int | None
    opens_after: datetime | None


@dataclass(frozen=True)
class Progress:
    """How many lines of a batch are in which state."""

    waiting: int
    booked: int
    certified: int
    deferred: int

    @property
    def total(self) -> int:
        return self.waiting + self.booked + self.certified


@dataclass(frozen=True)
class Blockers:
    """What stands against booking: lines with open defects, and those of this start that are not here yet."""

    defective: Sequence[tuple[BookingLine, Sequence[Defect]]]
    missing: Sequence[Enrolment]


def is_ready(year_id: int, start: date, closing: int) -> ColumnElement[bool]:
    """The enrolments that belong into this batch."""
    return and_(
        Enrolment.scheme_year_id == year_id,
        Enrolment.start == start,
        Enrolment.closing == closing,
        Enrolment.stage == Stage.AT_LEAD.value,
        Enrolment.arrived_at.is_not(None),
    )


def ready_groups(session: Session, clock: Clock) -> list[Group]:
    """What is ready to be booked or under way, soonest start first."""
    counts = session.execute(
        select(Enrolment.scheme_year_id, Enrolment.start, Enrolment.closing, func.count())
        .where(Enrolment.stage == Stage.AT_LEAD.value, Enrolment.arrived_at.is_not(None))
        .group_by(Enrolment.scheme_year_id, Enrolment.start, Enrolment.closing)
        .order_by(Enrolment.start, Enrolment.closing)
    ).all()
    batches = {
        (batch.scheme_year_id, batch.start, batch.closing): batch.id
        for batch in session.scalars(select(BookingBatch).where(BookingBatch.booked_at.is_(None)))
    }
    years = {year.id: year for year in session.scalars(select(SchemeYear))}
    return [
        Group(
            years[year_id],
            start,
            closing,
            count,
            batches.get((year_id, start, closing)),
            deadline_ahead(session, clock, years[year_id], start, closing),
        )
        for year_id, start, closing, count in counts
    ]


def deadline_ahead(session: Session, clock: Clock, year: SchemeYear, start: date, closing: int) -> datetime | None:
    """The closing's deadline while somebody may still meet it; None for what was deferred behind the last one."""
    deadlines = closings_of(session, year, start).deadlines
    if closing <= len(deadlines) and clock.now() <= deadlines[closing - 1]:
        return deadlines[closing - 1]
    return None


def batch_of(session: Session, subject: Subject, batch_id: int) -> BookingBatch:
    """Raises Forbidden and NotFound."""
    require_lead(subject)
    batch = session.get(BookingBatch, batch_id)
    if batch is None:
        raise NotFound("batch_not_found", N_("該当する計上処理が見つかりません。"))
    return batch


def open_batch(
    session: Session, clock: Clock, actor: Actor, subject: Subject, year_id: int, start: date, closing: int
) -> BookingBatch:
    """The batch of a start and closing with a line for each enrolment that is ready; opened again, it takes in more.

    Raises Forbidden, Refused ``closing_not_over`` before the closing's deadline, ``batch_started``, and
    ``nothing_to_book``.
    """
    require_lead(subject)
    if session.get(SchemeYear, year_id) is None:
        raise NotFound("year_not_found", N_("該当する保険年度が見つかりません。"))
    year = hold_year(session, year_id)
    if deadline_ahead(session, clock, year, start, closing):
        raise Refused(
            "closing_not_over", N_("募集締切の前に計上することはできません。同じ締切の加入者を一括で計上します。")
        )
    batch = session.scalar(
        select(BookingBatch).where(
            BookingBatch.scheme_year_id == year_id, BookingBatch.start == start, BookingBatch.closing == closing
        )
    )
    if batch is None:
        batch = BookingBatch(
            scheme_year_id=year_id,
            start=start,
            closing=closing,
            opened_at=clock.now(),
            opened_by=actor.name[:200],
        )
        session.add(batch)
        session.flush()
        audit.record(
            session,
            clock,
            actor,
            "guardkun.batch_opened",
            BATCH,
            batch.id,
            start=start.isoformat(),
            closing=closing,
        )
    if batch.started_at is not None:
        raise Refused("batch_started", N_("この計上処理は、すでに開始しています。"))
    if not take_in(session, batch) and not progress_of(session, batch.id).total:
        raise Refused("nothing_to_book", N_("計上できる加入手続きがありません。"))
    return batch


def take_in(session: Session, batch: BookingBatch) -> int:
    """A line for each enrolment that is ready and has none yet; returns how many. The year is held."""
    known = select(BookingLine.enrolment_id).where(BookingLine.batch_id == batch.id)
    found = session.scalars(
        select(Enrolment.id)
        .where(is_ready(batch.scheme_year_id, batch.start, batch.closing), Enrolment.id.not_in(known))
        .order_by(Enrolment.id)
    ).all()
    session.add_all(
        BookingLine(batch_id=batch.id, enrolment_id=number, state=LineState.WAITING.value) for number in found
    )
    session.flush()
    return len(found)


def defer_line(
    session: Session, clock: Clock, actor: Actor, subject: Subject, batch_id: int, line_id: int, reason: str
) -> None:
    """今回見送り: the enrolment is left for the next batch of its start (D-25).

    Raises Forbidden, NotFound, Refused ``missing`` for the reason and ``line_not_waiting``.
    """
    batch = batch_of(session, subject, batch_id)
    line = session.scalar(
        select(BookingLine)
        .where(BookingLine.id == line_id, BookingLine.batch_id == batch.id)
        .with_for_update(of=BookingLine)
    )
    if line is None:
        raise NotFound("line_not_found", N_("該当する明細が見つかりません。"))
    leave_out(session, clock, actor, batch, line, one_line(reason, "reason", 500))


def leave_out(
    session: Session, clock: Clock, actor: Actor, batch: BookingBatch, line: BookingLine, reason: str
) -> None:
    """Defer a line that is held; an enrolment still at the lead office goes into the next closing."""
    if line.state != LineState.WAITING:
        raise Refused("line_not_waiting", N_("この明細は、すでに処理されています。"))
    line.state, line.reason = LineState.DEFERRED.value, reason
    enrolment = hold_known(session, line.enrolment_id)
    if enrolment.current_stage is Stage.AT_LEAD and enrolment.arrived_at is not None:
        change(session, clock, actor, enrolment, "defer", {"closing": batch.closing + 1}, reason=reason)
    session.flush()


def start_batch(session: Session, clock: Clock, actor: Actor, subject: Subject, batch_id: int) -> None:
    """Let the job book the batch. Raises Forbidden, NotFound, Refused ``batch_started`` and ``defects_open``."""
    batch = batch_of(session, subject, batch_id)
    hold_year(session, batch.scheme_year_id)
    session.refresh(batch)
    if batch.started_at is not None:
        raise Refused("batch_started", N_("この計上処理は、すでに開始しています。"))
    if defective_lines(session, batch.id):
        raise Refused(
            "defects_open",
            N_("不備が解消していない明細があります。解消するか、理由を付けて今回の計上から除いてください。"),
        )
    batch.started_at = clock.now()
    audit.record(session, clock, actor, "guardkun.batch_started", BATCH, batch.id)


def progress_of(session: Session, batch_id: int) -> Progress:
    """Counted by the database."""
    counts = dict(
        session.execute(
            select(BookingLine.state, func.count())
            .where(BookingLine.batch_id == batch_id)
            .group_by(BookingLine.state)
        )
        .tuples()
        .all()
    )
    return Progress(**{state.value: counts.get(state.value, 0) for state in LineState})


def defective_lines(session: Session, batch_id: int) -> Sequence[BookingLine]:
    """The waiting lines whose enrolment has an open defect."""
    defective = select(Defect.id).where(
        Defect.enrolment_id == BookingLine.enrolment_id, Defect.resolved_at.is_(None)
    )
    return session.scalars(
        select(BookingLine)
        .where(BookingLine.batch_id == batch_id, BookingLine.state == LineState.WAITING.value, defective.exists())
        .order_by(BookingLine.id)
        .limit(MOST_SHOWN)
    ).all()


def blockers_of(session: Session, batch: BookingBatch) -> Blockers:
    """What a person must look at before the batch is started."""
    lines = defective_lines(session, batch.id)
    defects: dict[int, list[Defect]] = {}
    for defect in session.scalars(
        select(Defect)
        .where(Defect.enrolment_id.in_([line.enrolment_id for line in lines]), Defect.resolved_at.is_(None))
        .order_by(Defect.id)
    ):
        defects.setdefault(defect.enrolment_id, []).append(defect)
    missing = session.scalars(
        select(Enrolment)
        .where(
            Enrolment.scheme_year_id == batch.scheme_year_id,
            Enrolment.start == batch.start,
            Enrolment.stage.in_(BEFORE_ARRIVAL),
            Enrolment.arrived_at.is_(None),
        )
        .order_by(Enrolment.id)
        .limit(MOST_SHOWN)
    ).all()
    return Blockers([(line, defects[line.enrolment_id]) for line in lines], missing)


def due_day(batch: BookingBatch, year: SchemeYear) -> date:
    """Until when the batch's certificates are to reach their members (B-061)."""
    return certificate_due(batch.start, batch.closing, is_renewal=batch.start == year.period_start)


def to_ship(session: Session, batch_id: int) -> int:
    """How many of the batch's certificates are issued and not posted yet."""
    return (
        session.scalar(
            select(func.count())
            .select_from(BookingLine)
            .join(Enrolment, BookingLine.enrolment_id == Enrolment.id)
            .where(
                BookingLine.batch_id == batch_id,
                BookingLine.state == LineState.CERTIFIED.value,
                Enrolment.stage == Stage.CERTIFIED.value,
            )
        )
        or 0
    )


def ship_batch(
    session: Session, clock: Clock, actor: Actor, subject: Subject, batch_id: int, shipped_on: date
) -> int:
    """Note that the certificates issued so far were posted that day; returns how many (⑧, B-061).

    Raises Forbidden, NotFound, Refused ``shipped_in_future`` and ``nothing_to_ship``.
    """
    batch = batch_of(session, subject, batch_id)
    if shipped_on > clock.today():
        raise Refused("shipped_in_future", N_("発送日に未来の日は指定できません。"), field="shipped_on")
    shipped_at = datetime.combine(shipped_on, time(), JST)
    enrolments = session.scalars(
        select(Enrolment)
        .join(BookingLine, BookingLine.enrolment_id == Enrolment.id)
        .where(
            BookingLine.batch_id == batch.id,
            BookingLine.state == LineState.CERTIFIED.value,
            Enrolment.stage == Stage.CERTIFIED.value,
        )
        .order_by(Enrolment.id)
        .options(lazyload("*"))
        .with_for_update(of=Enrolment)
    ).all()
    if not enrolments:
        raise Refused("nothing_to_ship", N_("発送する加入者証がありません。"))
    for enrolment in enrolments:
        changes = {"shipped_at": shipped_at}
        advance(session, clock, actor, enrolment, Step.SHIP, changes, on=shipped_on.isoformat())
    return len(enrolments)


def newest_batches(session: Session, limit: int = 30) -> Sequence[BookingBatch]:
    """The batches opened last, newest first."""
    return session.scalars(select(BookingBatch).order_by(BookingBatch.id.desc()).limit(limit)).all()


def lines_of(batch_id: int, state: str = "") -> Select[tuple[BookingLine]]:
    """The statement of a batch's lines, of one state when it is given."""
    statement = select(BookingLine).where(BookingLine.batch_id == batch_id)
    return statement.where(BookingLine.state == state) if state in set(LineState) else statement
