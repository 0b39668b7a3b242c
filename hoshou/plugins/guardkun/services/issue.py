"""加入者証: issued in chunks after booking, printed and stored on all cores, noted in one transaction each (⑧, B-061, F5).

Printing and storing need no transaction. Killed anywhere, what is noted is never repeated; what is stored and not
noted is content without a row, which the sweep of the file store removes, and its line is taken up again.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import DomainError, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.files.model import keep_all
from hoshou.platform.files.store import FileStore, StoredBlob
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.batches import BookingBatch, BookingLine, LineState
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.printed import PrintedEnrolment
from hoshou.plugins.guardkun.rules.stages import Step
from hoshou.plugins.guardkun.services.batches import BATCH, batch_of, progress_of
from hoshou.plugins.guardkun.services.documents.certificate import TITLE, print_certificate
from hoshou.plugins.guardkun.services.documents.facts import enrolments_facts
from hoshou.plugins.guardkun.services.progress import advance, hold_all

PDF = "application/pdf"
CHUNK = 100
MAKERS = 2 * (os.cpu_count() or 1)
"""Twice the cores: while one certificate is written to the disk, another is printed."""

UnitOfWork = Callable[[], AbstractContextManager[Session]]
Tell = Callable[[int, int], None]
Made = StoredBlob | DomainError
"""A certificate that is stored, or what stands against printing it."""


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
    batch_id: int,
    tell: Tell,
) -> int:
    """Issue what isn't issued yet; returns how many certificates this call issued.

    A certificate that can't be printed keeps its line's reason and stops none of the others.
    """
    count = 0
    makers = ThreadPoolExecutor(MAKERS)
    try:
        for chunk in _one_ahead(_chunks(reading, clock, store, makers, batch_id)):
            made = {line_id: future.result() for line_id, future in chunk.items()}
            with unit_of_work() as session:
                count += _note(session, clock, actor, made)
            with reading() as session:
                progress = progress_of(session, batch_id)
            tell(progress.certified, progress.total)
    finally:
        makers.shutdown(cancel_futures=True)
    with unit_of_work() as session:
        _finish(session, clock, actor, batch_id)
    return count


def _one_ahead(chunks: Iterator[dict[int, Future[Made]]]) -> Iterator[dict[int, Future[Made]]]:
    """Each chunk when the next one is in print, so that no core waits while one is noted."""
    chunk = next(chunks, None)
    while chunk is not None:
        following = next(chunks, None)
        yield chunk
        chunk = following


def _chunks(
    reading: UnitOfWork, clock: Clock, store: FileStore, makers: ThreadPoolExecutor, batch_id: int
) -> Iterator[dict[int, Future[Made]]]:
    """The lines that were booked and not issued, in the order of their keys, each with its certificate in print."""
    last = 0
    while True:
        with reading() as session:
            lines = _next(session, batch_id, last)
            facts = enrolments_facts(session, list(lines.values()), clock.now())
            ids = list(lines)
        if not ids:
            return
        yield {
            line_id: makers.submit(_make, store, fact, clock.today())
            for line_id, fact in zip(ids, facts, strict=True)
        }
        last = ids[-1]


def _next(session: Session, batch_id: int, last: int) -> dict[int, Enrolment]:
    rows = session.execute(
        select(BookingLine.id, Enrolment)
        .join(Enrolment, BookingLine.enrolment_id == Enrolment.id)
        .where(
            BookingLine.batch_id == batch_id,
            BookingLine.state == LineState.BOOKED.value,
            BookingLine.reason == "",
            BookingLine.id > last,
        )
        .order_by(BookingLine.id)
        .limit(CHUNK)
    )
    return dict(rows.tuples().all())


def _make(store: FileStore, facts: PrintedEnrolment | Refused, issued_on: date) -> Made:
    """Runs in a thread of its own, without a session."""
    if isinstance(facts, Refused):
        return facts
    try:
        content = print_certificate(facts, issued_on)
    except DomainError as error:
        return error
    return store.put(content)


def _note(session: Session, clock: Clock, actor: Actor, made: Mapping[int, Made]) -> int:
    """Note what became of the lines; one that somebody else has issued meanwhile stays as it is."""
    lines = session.scalars(
        select(BookingLine)
        .where(BookingLine.id.in_(made), BookingLine.state == LineState.BOOKED.value)
        .order_by(BookingLine.id)
        .with_for_update(of=BookingLine)
        .execution_options(populate_existing=True)
    ).all()
    enrolments = hold_all(session, [line.enrolment_id for line in lines])
    issued: list[tuple[Enrolment, StoredBlob]] = []
    for line in lines:
        blob = made[line.id]
        if isinstance(blob, DomainError):
            line.reason = str(blob)[:500]
        else:
            line.state = LineState.CERTIFIED.value
            issued.append((enrolments[line.enrolment_id], blob))
    contents = [(blob, f"{TITLE}_{enrolment.policy_number}.pdf") for enrolment, blob in issued]
    files = keep_all(session, clock, actor, contents, PDF)
    for (enrolment, blob), file in zip(issued, files, strict=True):
        changes = {"certified_at": clock.now(), "certificate_file_id": file.id}
        advance(session, clock, actor, enrolment, Step.CERTIFY, changes, sha256=blob.sha256)
    return len(issued)


def _finish(session: Session, clock: Clock, actor: Actor, batch_id: int) -> None:
    """Close the batch, unless a certificate is left that couldn't be printed."""
    batch = session.get_one(BookingBatch, batch_id)
    if not progress_of(session, batch_id).booked and batch.certified_at is None:
        batch.certified_at = clock.now()
        audit.record(session, clock, actor, "guardkun.batch_certified", BATCH, batch_id)
