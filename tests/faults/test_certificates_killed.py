"""An issue of certificates that is killed again and again: none missing, none twice, each its own (B-061, F5)."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from hoshou.base.clock import FixedClock
from hoshou.base.errors import Unavailable
from hoshou.platform import audit
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.store import FileStore
from hoshou.plugins.guardkun.models.batches import BookingBatch, BookingLine
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.printed import PrintedEnrolment
from hoshou.plugins.guardkun.services import issue
from hoshou.plugins.guardkun.services.batches import progress_of
from hoshou.plugins.guardkun.services.book import book_batch
from hoshou.plugins.guardkun.services.issue import start_issue
from tests.conftest import THOROUGH
from tests.faults import test_booking_killed as booking
from tests.faults.batches import AT, LEAD, ROWS, Prepare, in_small_chunks, lay_batch, run_to_the_end, working
from tests.faults.crew import Hand, Place, Worker, die_at_call, die_at_commit
from tests.plugins.guardkun.documents.reading import words_of
from tests.plugins.guardkun.many import REAL_SIZE
from tests.plugins.guardkun.way import CLERK

JOB = "guardkun.certificates"
EVERY = 97


def print_numbers_only() -> None:
    """What a certificate looks like is shown elsewhere: here it is its number."""
    issue.print_certificate = _print


def _print(facts: PrintedEnrolment, _issued_on: date) -> bytes:
    return facts.policy_number.encode()


def die_with_some_stored() -> None:
    die_at_call(FileStore, "put", 3, after=True)


def die_with_a_chunk_stored() -> None:
    die_at_call(issue, "_note", 2)


def die_before_the_commit() -> None:
    die_at_call(audit, "_append", 2, after=True)


def die_after_a_commit() -> None:
    die_at_commit("after_commit", 4)


def die_before_the_end() -> None:
    die_at_call(issue, "_finish", 1)


STEPS: dict[str, Prepare] = {
    "some stored, nothing noted": die_with_some_stored,
    "a chunk stored, not noted": die_with_a_chunk_stored,
    "a chunk noted, not committed": die_before_the_commit,
    "after some commit": die_after_a_commit,
    "all issued, batch not closed": die_before_the_end,
}


def findings() -> list[str]:
    """What must never be, however often an issue is killed."""
    db.session.rollback()
    wrong = []
    rows = db.session.execute(
        select(Enrolment.id, Enrolment.stage, Enrolment.policy_number, BookingLine.state, StoredFile)
        .join(BookingLine, BookingLine.enrolment_id == Enrolment.id)
        .outerjoin(StoredFile, StoredFile.id == Enrolment.certificate_file_id)
        .order_by(Enrolment.id)
    ).all()
    for number, stage, policy_number, state, file in rows:
        if (stage, state, file is not None) not in (("booked", "booked", False), ("certified", "certified", True)):
            wrong.append(f"enrolment {number} is {stage}, its line {state}")
        if file is not None:
            wrong += _content_faults(policy_number, file)
    files = [file.id for *_others, file in rows if file is not None]
    if sorted(files) != sorted(db.session.scalars(select(StoredFile.id))):
        wrong.append("files and certificates differ")
    noted = db.session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == "guardkun.certify")).all()
    if sorted(map(int, noted)) != sorted(number for number, stage, *_others in rows if stage == "certified"):
        wrong.append("what is certified and its records differ")
    return wrong + [str(problem) for problem in audit.verify(db.session(), audit.audit_key())]


def _content_faults(policy_number: str, file: StoredFile) -> list[str]:
    if file.original_name != f"加入者証_{policy_number}.pdf":
        return [f"{policy_number} has {file.original_name}"]
    try:
        content = platform().files.read(file.blob)
    except Unavailable as error:
        return [f"{policy_number}: {error.code}"]
    own = content.startswith(b"%PDF") or content == policy_number.encode()
    return [] if own else [f"{policy_number} has another's content"]


def lay_issue(rows: int) -> int:
    """So many booked enrolments whose certificates a person started to issue."""
    batch, clock = lay_batch(rows), FixedClock(AT)
    book_batch(unit_of_work, clock, CLERK, batch, lambda done, total: None)
    with unit_of_work() as session:
        start_issue(session, clock, CLERK, LEAD, batch)
    return batch


@pytest.mark.slow
@pytest.mark.req("F5", "B-061")
def test_an_issue_killed_anywhere_is_taken_up_and_ends_complete(place: Place, checker: Flask, seed: int) -> None:
    batch = lay_issue(ROWS)
    at_work = Place(place.url, place.folder, FixedClock(AT))
    run_to_the_end(at_work, JOB, STEPS, (in_small_chunks, print_numbers_only), findings, seed)
    assert progress_of(db.session(), batch).certified == ROWS
    assert db.session.get_one(BookingBatch, batch).certified_at is not None
    assert len(list((Path(place.folder) / "files").glob("??/??/*"))) >= ROWS


def swapping_two(_hand: Hand) -> None:
    """A planted fault: two members have each other's certificate."""
    with unit_of_work() as session:
        first, second = (session.get_one(Enrolment, number) for number in (1, 2))
        files = first.certificate_file_id, second.certificate_file_id
        session.execute(update(Enrolment).values(certificate_file_id=None))
        second.certificate_file_id, first.certificate_file_id = files


def losing_one(_hand: Hand) -> None:
    """A planted fault: a certificate's content is gone."""
    platform().files.delete(db.session.get_one(StoredFile, 1).storage_key)


def issuing_again(_hand: Hand) -> None:
    """A planted fault: what was issued counts as not issued."""
    with unit_of_work() as session:
        session.execute(update(BookingLine).where(BookingLine.enrolment_id == 1).values(state="booked"))


@pytest.mark.slow
@pytest.mark.req("F5")
def test_planted_faults_would_be_found(place: Place, checker: Flask) -> None:
    lay_issue(2)
    worker = Worker(Place(place.url, place.folder, FixedClock(AT))).ready()
    worker.ask(working, JOB, 1, print_numbers_only)
    worker.answer()
    assert findings() == []
    first, second = "G2600000001", "G2600000002"
    for fault, found in (
        (issuing_again, ["enrolment 1 is certified, its line booked"]),
        (losing_one, [f"{first}: file_damaged"]),
        (swapping_two, [f"{first} has 加入者証_{second}.pdf", f"{second} has 加入者証_{first}.pdf"]),
    ):
        worker.ask(fault)
        assert [result.error for result in worker.answer()] == [""]
        assert [one for one in found if one not in findings()] == [], fault.__name__
    worker.kill()


@pytest.mark.skipif(not THOROUGH, reason="takes minutes")
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.req("F5", "B-057", "B-061")
def test_the_scheme_at_its_real_size_survives_a_kill_in_the_middle(place: Place, checker: Flask) -> None:
    """7,103 are booked and 7,103 certificates printed, each job killed when half of it is done."""
    at_work = Place(place.url, place.folder, FixedClock(AT))
    batch = lay_batch(REAL_SIZE)
    _killed_in_the_middle(at_work, booking.JOB, lambda: REAL_SIZE - progress_of(db.session(), batch).waiting)
    assert booking.findings() == []
    with unit_of_work() as session:
        start_issue(session, platform().clock, CLERK, LEAD, batch)
    _killed_in_the_middle(at_work, JOB, lambda: progress_of(db.session(), batch).certified)
    assert findings() == []
    assert db.session.get_one(BookingBatch, batch).certified_at is not None
    digests = Counter(db.session.scalars(select(StoredFile.sha256)))
    assert (len(digests), max(digests.values())) == (REAL_SIZE, 1)
    for number in range(1, REAL_SIZE + 1, EVERY):
        enrolment = db.session.get_one(Enrolment, number)
        file = db.session.get_one(StoredFile, enrolment.certificate_file_id)
        assert f"証券番号{enrolment.policy_number}" in words_of(platform().files.read(file.blob))
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == REAL_SIZE


def _killed_in_the_middle(place: Place, job: str, done: Callable[[], int]) -> None:
    worker = Worker(place).ready()
    worker.ask(working, job, 1)
    while done() < REAL_SIZE // 2:
        db.session.rollback()
        assert worker.process.is_alive()
        time.sleep(0.05)
    worker.kill()
    db.session.rollback()
    assert REAL_SIZE // 2 <= done() < REAL_SIZE
    db.session.rollback()
    worker = Worker(place, patience=3000).ready()
    worker.ask(working, job, 2)
    [answer] = worker.answer()
    assert (answer.error, answer.value["state"]) == ("", "done"), answer.words
    worker.leave()
    assert done() == REAL_SIZE
    db.session.rollback()
