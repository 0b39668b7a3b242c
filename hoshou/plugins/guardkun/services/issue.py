"""加入者証: issued line by line after booking, each drawn, stored and noted on its own (⑧, B-061, F5).

Drawing and storing need no transaction; a kill between storing and noting leaves content without a row, which the
sweep of the file store removes, and the line is taken up again.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import DomainError, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.files.model import keep
from hoshou.platform.files.store import FileStore
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.batches import BookingBatch, BookingLine, LineState
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.stages import Step
from hoshou.plugins.guardkun.services.batches import BATCH, batch_of, progress_of
from hoshou.plugins.guardkun.services.progress import advance, hold_known

PDF = "application/pdf"
AT_A_TIME = 100

UnitOfWork = Callable[[], AbstractContextManager[Session]]
Draw = Callable[[Session, Enrolment], bytes]
Tell = Callable[[int, int], None]


def start_issue(session: Session, clock: Clock, actor: Actor, subject: Subject, batch_id: int) -> None:
    """Let the job issue the certificates of a booked batch; started again, it tries those that couldn't be drawn.

    Raises Forbidden, NotFound, Refused ``not_booked``.
    """
    batch = batch_of(session, subject, batch_id)
    if batch.booked_at is None:
        raise Refused("not_booked", N_("計上処理が完了してから、加入者証を発行してください。"))
    batch.issue_started_at = clock.now()
    for line in session.scalars(
        select(BookingLine).where(
            BookingLine.batch_id == batch.id,
            BookingLine.state == LineState.BOOKED.value,
            BookingLine.reason != "",
        )
    ):
        line.reason = ""
    audit.record(session, clock, actor, "guardkun.issue_started", BATCH, batch.id)


def batches_to_issue(session: Session) -> Sequence[int]:
    """The batches whose certificates a person started to issue and that aren't all issued, oldest first."""
    return session.scalars(
        select(BookingBatch.id)
        .where(BookingBatch.issue_started_at.is_not(None), BookingBatch.certified_at.is_(None))
        .order_by(BookingBatch.id)
    ).all()


def issue_batch(
    unit_of_work: UnitOfWork,
    reading: UnitOfWork,
    clock: Clock,
    store: FileStore,
    actor: Actor,
    draw: Draw,
    batch_id: int,
    tell: Tell,
) -> int:
    """Issue what isn't issued yet; returns how many certificates this call issued.

    A certificate that can't be drawn keeps its line's reason and stops none of the others.
    """
    count = last = 0
    while True:
        with reading() as session:
            numbers = _next(session, batch_id, last)
        if not numbers:
            break
        for number in numbers:
            count += _issue(unit_of_work, reading, clock, store, actor, draw, number)
            last = number
        with reading() as session:
            progress = progress_of(session, batch_id)
        tell(progress.certified, progress.total)
    with unit_of_work() as session:
        batch = session.get_one(BookingBatch, batch_id)
        if not progress_of(session, batch_id).booked and batch.certified_at is None:
            batch.certified_at = clock.now()
            audit.record(session, clock, actor, "guardkun.batch_certified", BATCH, batch_id)
    return count


def _next(session: Session, batch_id: int, last: int) -> Sequence[int]:
    return session.scalars(
        select(BookingLine.id)
        .where(
            BookingLine.batch_id == batch_id,
            BookingLine.state == LineState.BOOKED.value,
            BookingLine.reason == "",
            BookingLine.id > last,
        )
        .order_by(BookingLine.id)
        .limit(AT_A_TIME)
    ).all()


def _issue(
    unit_of_work: UnitOfWork,
    reading: UnitOfWork,
    clock: Clock,
    store: FileStore,
    actor: Actor,
    draw: Draw,
    line_id: int,
) -> int:
    try:
        with reading() as session:
            enrolment = session.get_one(Enrolment, session.get_one(BookingLine, line_id).enrolment_id)
            name = f"加入者証_{enrolment.policy_number}.pdf"
            content = draw(session, enrolment)
    except DomainError as error:
        with unit_of_work() as session:
            session.get_one(BookingLine, line_id).reason = str(error)[:500]
        return 0
    blob = store.put(content)
    with unit_of_work() as session:
        line = session.scalars(
            select(BookingLine)
            .where(BookingLine.id == line_id)
            .with_for_update(of=BookingLine)
            .execution_options(populate_existing=True)
        ).one()
        if line.state != LineState.BOOKED:
            return 0
        enrolment = hold_known(session, line.enrolment_id)
        file = keep(session, clock, actor, blob, name, PDF)
        changes = {"certified_at": clock.now(), "certificate_file_id": file.id}
        advance(session, clock, actor, enrolment, Step.CERTIFY, changes, sha256=blob.sha256)
        line.state = LineState.CERTIFIED.value
    return 1
