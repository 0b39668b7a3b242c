"""Running a job: once for each due instant, fenced against processes that wake too late (F7, P-009)."""

import json
import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock, FixedClock
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.audit import record
from hoshou.platform.context import platform
from hoshou.platform.db import begin_writing, db, unit_of_work
from hoshou.platform.jobs import runs
from hoshou.platform.jobs.job import Job, JobContext
from hoshou.platform.jobs.runs import Lease, LeaseLost, RunState

HEARTBEAT_SECONDS = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobOutcome:
    """How a run ended. ``ran`` is false when it was done before, or is another process's.

    A dry run has the state ``done`` and leaves no record.
    """

    job: str
    due_at: datetime
    state: RunState
    ran: bool
    result: dict[str, Any]
    late: bool = False
    error_reference: str = ""


def run_job(app: Flask, job: Job, due_at: datetime, *, dry_run: bool = False, by_hand: bool = False) -> JobOutcome:
    """Run the job for this instant, unless that is done or being done.

    By hand, the job's clock stands still at ``due_at``, and a failed run is tried again. A failure is logged
    and audited under a reference, and told in the outcome; a failing dry run raises.
    """
    with app.app_context():
        clock = platform().clock
        job_clock: Clock = FixedClock(due_at) if by_hand else clock
        if dry_run:
            return _rehearse(job, due_at, job_clock)
        with unit_of_work() as session:
            lease = runs.begin(session, clock, job.name, due_at, by_hand=by_hand)
        if lease is not None:
            with _heartbeat(app, clock, lease):
                ran = _run(job, due_at, job_clock, clock, lease)
        else:
            ran = False
        return _outcome(job, due_at, ran)


def _run(job: Job, due_at: datetime, job_clock: Clock, clock: Clock, lease: Lease) -> bool:
    """Whether this process brought the run to its end."""

    @contextmanager
    def fenced() -> Iterator[Session]:
        with unit_of_work() as session:
            yield session
            runs.hold(session, clock, lease)

    def progress(done: int, total: int) -> None:
        with unit_of_work() as session:
            runs.hold(session, clock, lease, done_count=done, total_count=total)

    try:
        try:
            result = job.run(JobContext(due_at, job_clock, fenced, progress))
        except LeaseLost:
            raise
        except Exception as error:
            _fail(job, due_at, clock, lease, error)
        else:
            with unit_of_work() as session:
                runs.finish(session, clock, lease, result)
    except LeaseLost:
        log.warning("job %s due at %s was taken over by another process", job.name, due_at.isoformat())
        return False
    return True


def _fail(job: Job, due_at: datetime, clock: Clock, lease: Lease, error: Exception) -> None:
    reference = secrets.token_hex(4)
    log.exception("job %s due at %s failed (reference %s)", job.name, due_at.isoformat(), reference)
    # Whatever the job left half done in the session must not stand in the way of the record.
    db.session.rollback()
    with unit_of_work() as session:
        runs.fail(session, clock, lease, reference)
        _audit_failure(session, clock, job, due_at, reference, type(error).__name__)


def _audit_failure(session: Session, clock: Clock, job: Job, due_at: datetime, reference: str, kind: str) -> None:
    actor = Actor(ActorKind.JOB, job.name)
    record(
        session,
        clock,
        actor,
        "job.failed",
        "job",
        job.name,
        due_at=due_at.isoformat(),
        reference=reference,
        kind=kind,
    )


def give_up_killers(app: Flask, job: Job) -> None:
    """End the runs of this job that have killed their process too often."""
    with app.app_context():
        clock = platform().clock
        for run in runs.abandoned(db.session(), clock, job.name):
            run_id, due_at, reference = run.id, run.due_at, secrets.token_hex(4)
            with unit_of_work() as session:
                if runs.give_up(session, clock, run_id, reference):
                    log.error("job %s due at %s killed its process too often", job.name, due_at.isoformat())
                    _audit_failure(session, clock, job, due_at, reference, "process_died")


def _outcome(job: Job, due_at: datetime, ran: bool) -> JobOutcome:
    run = runs.find_run(db.session(), job.name, due_at)
    return JobOutcome(
        job=job.name,
        due_at=due_at,
        state=RunState(run.state),
        ran=ran,
        result=json.loads(run.result),
        late=run.late,
        error_reference=run.error_reference,
    )


def _rehearse(job: Job, due_at: datetime, clock: Clock) -> JobOutcome:
    """Run in one transaction that is rolled back; later units of work see what earlier ones wrote."""
    session: Session = db.session()
    begin_writing(session)

    @contextmanager
    def rehearsal() -> Iterator[Session]:
        yield session
        session.flush()

    try:
        result = job.run(JobContext(due_at, clock, rehearsal, lambda done, total: None, dry_run=True))
    finally:
        session.rollback()
    return JobOutcome(job.name, due_at, RunState.DONE, True, result)


@contextmanager
def _heartbeat(app: Flask, clock: Clock, lease: Lease) -> Iterator[None]:
    """Prolong the lease while the job works, from a thread of its own: a process that stands still loses it."""
    over = threading.Event()

    def beat() -> None:
        with app.app_context():
            while not over.wait(HEARTBEAT_SECONDS):
                try:
                    with unit_of_work() as session:
                        runs.hold(session, clock, lease)
                except LeaseLost:
                    return
                except Exception:
                    # The job's own next transaction prolongs the lease too.
                    log.warning("the lease of a job wasn't prolonged", exc_info=True)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
