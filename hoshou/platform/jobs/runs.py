"""The record of runs: one row for each job and due instant, held by a lease while it runs (F7, P-008)."""

import json
import secrets
import socket
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from hoshou.base.clock import Clock
from hoshou.platform.db import Entity, Instant

LEASE = timedelta(seconds=45)
MAX_ATTEMPTS = 3
"""A run that has killed its process so often is given up."""

LATE_AFTER = timedelta(minutes=5)
KEPT = timedelta(days=400)
KEPT_OF_FREQUENT = timedelta(days=2)


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobRun(Entity):
    """One run. ``result`` is JSON; ``error_reference`` finds the failure in the log."""

    __tablename__ = "platform_job_run"
    __table_args__ = (
        UniqueConstraint("job", "due_at"),
        Index("ix_platform_job_run_state", "state"),
        {"extend_existing": False},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    job: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime] = mapped_column(Instant)
    by_hand: Mapped[bool] = mapped_column(Boolean)
    late: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(Integer)
    host: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    lease_token: Mapped[str] = mapped_column(String(32))
    lease_until: Mapped[datetime] = mapped_column(Instant)
    done_count: Mapped[int | None] = mapped_column(Integer)
    total_count: Mapped[int | None] = mapped_column(Integer)
    result: Mapped[str] = mapped_column(Text, default="{}")
    error_reference: Mapped[str] = mapped_column(String(16), default="")


class LeaseLost(Exception):
    """Another process has taken the run over; whatever this one wanted to write is void."""


@dataclass(frozen=True)
class Lease:
    """A run held by this process."""

    run_id: int
    token: str


def begin(session: Session, clock: Clock, job: str, due_at: datetime, *, by_hand: bool) -> Lease | None:
    """Hold the run of this job for this instant: a new one, or one whose process died.

    A failed run is taken up again by hand only. None when the run is done, or somebody else's.
    """
    now, token = clock.now(), secrets.token_hex(16)
    held: dict[str, Any] = {
        "state": RunState.RUNNING.value,
        "host": socket.gethostname(),
        "started_at": now,
        "lease_token": token,
        "lease_until": now + LEASE,
        "error_reference": "",
    }
    fresh = _insert(session).values(
        job=job, due_at=due_at, by_hand=by_hand, late=now - due_at > LATE_AFTER, attempts=1, result="{}", **held
    )
    run_id = session.execute(
        fresh.on_conflict_do_nothing(index_elements=["job", "due_at"]).returning(JobRun.id)
    ).scalar()
    if run_id is None:
        dead = and_(JobRun.state == RunState.RUNNING.value, JobRun.lease_until <= now)
        dead = and_(dead, JobRun.attempts < MAX_ATTEMPTS)
        may_take = or_(dead, JobRun.state == RunState.FAILED.value) if by_hand else dead
        run_id = session.execute(
            update(JobRun)
            .where(JobRun.job == job, JobRun.due_at == due_at, may_take)
            .values(attempts=JobRun.attempts + 1, **held)
            .returning(JobRun.id)
            .execution_options(synchronize_session=False)
        ).scalar()
    return Lease(run_id, token) if run_id is not None else None


def _insert(session: Session) -> Any:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(JobRun)


def hold(session: Session, clock: Clock, lease: Lease, **changes: Any) -> None:
    """Prolong the lease as the last statement of a transaction. Raises LeaseLost when it is another's."""
    _change(session, lease, lease_until=clock.now() + LEASE, **changes)


def finish(session: Session, clock: Clock, lease: Lease, result: dict[str, Any]) -> None:
    """Raises LeaseLost when the run is another process's by now."""
    _change(
        session,
        lease,
        state=RunState.DONE.value,
        finished_at=clock.now(),
        result=json.dumps(result, ensure_ascii=False, default=str),
    )


def fail(session: Session, clock: Clock, lease: Lease, reference: str) -> None:
    """Raises LeaseLost when the run is another process's by now."""
    _change(session, lease, state=RunState.FAILED.value, finished_at=clock.now(), error_reference=reference)


def _change(session: Session, lease: Lease, **values: Any) -> None:
    mine = and_(
        JobRun.id == lease.run_id, JobRun.lease_token == lease.token, JobRun.state == RunState.RUNNING.value
    )
    changed = session.execute(
        update(JobRun)
        .where(mine)
        .values(**values)
        .returning(JobRun.id)
        .execution_options(synchronize_session=False)
    )
    if changed.scalar() is None:
        raise LeaseLost


def skip_the_past(session: Session, clock: Clock, job: str, due_at: datetime) -> None:
    """Note a new job's last due instant as done, so that it isn't run for the time before it existed."""
    now = clock.now()
    session.execute(
        _insert(session)
        .values(
            job=job,
            due_at=due_at,
            by_hand=False,
            late=False,
            state=RunState.DONE.value,
            attempts=0,
            host=socket.gethostname(),
            started_at=now,
            finished_at=now,
            lease_token="",
            lease_until=now,
            result=json.dumps({"skipped": "new"}),
            error_reference="",
        )
        .on_conflict_do_nothing(index_elements=["job", "due_at"])
    )


def find_run(session: Session, job: str, due_at: datetime) -> JobRun:
    return session.scalars(select(JobRun).where(JobRun.job == job, JobRun.due_at == due_at)).one()


def last_due(session: Session, job: str) -> datetime | None:
    """The latest scheduled instant that has a run, whatever became of it."""
    return session.scalar(select(func.max(JobRun.due_at)).where(JobRun.job == job, JobRun.by_hand.is_(False)))


def abandoned(session: Session, clock: Clock, job: str) -> list[JobRun]:
    """Runs whose process died, oldest first."""
    dead = and_(JobRun.job == job, JobRun.state == RunState.RUNNING.value, JobRun.lease_until <= clock.now())
    return list(session.scalars(select(JobRun).where(dead).order_by(JobRun.due_at)))


def give_up(session: Session, clock: Clock, run_id: int, reference: str) -> bool:
    """End a run that has killed its process too often; False when it isn't one (any more)."""
    now = clock.now()
    given_up = session.execute(
        update(JobRun)
        .where(
            JobRun.id == run_id,
            JobRun.state == RunState.RUNNING.value,
            JobRun.lease_until <= now,
            JobRun.attempts >= MAX_ATTEMPTS,
        )
        .values(state=RunState.FAILED.value, finished_at=now, error_reference=reference)
        .returning(JobRun.id)
        .execution_options(synchronize_session=False)
    )
    return given_up.scalar() is not None


def history(session: Session, job: str, limit: int = 50) -> list[JobRun]:
    """The newest runs first."""
    return list(session.scalars(select(JobRun).where(JobRun.job == job).order_by(JobRun.id.desc()).limit(limit)))


def latest_of_each(session: Session) -> dict[str, JobRun]:
    """Each job's newest run, by the job's name."""
    newest = select(func.max(JobRun.id)).group_by(JobRun.job)
    return {run.job: run for run in session.scalars(select(JobRun).where(JobRun.id.in_(newest)))}


def prune(session: Session, clock: Clock, frequent: Collection[str]) -> int:
    """Forget old runs, and the successes of frequent jobs soon; each job's latest stays. Returns how many."""
    now = clock.now()
    newer = aliased(JobRun)
    superseded = (
        select(newer.id)
        .where(newer.job == JobRun.job, newer.due_at > JobRun.due_at, newer.by_hand.is_(False))
        .exists()
    )
    old = or_(
        JobRun.due_at < now - KEPT,
        and_(
            JobRun.job.in_(frequent),
            JobRun.state == RunState.DONE.value,
            JobRun.due_at < now - KEPT_OF_FREQUENT,
        ),
    )
    removed = session.execute(
        delete(JobRun)
        .where(old, superseded, JobRun.state != RunState.RUNNING.value)
        .returning(JobRun.id)
        .execution_options(synchronize_session=False)
    )
    return len(removed.all())
