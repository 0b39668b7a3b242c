"""What a page begins and a job finishes: building, bank files, result files. Killed anywhere, the next turn goes on (F4, F6)."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import DomainError, Refused, Unavailable
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.files.store import FileStore
from hoshou.platform.jobs import runs as job_runs
from hoshou.platform.jobs.runs import LeaseLost
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.runs import DebitRun
from hoshou.plugins.debits.services.building import build_on, runs_begun
from hoshou.plugins.debits.services.posting import post_result, unfinished
from hoshou.plugins.debits.services.runs import OBJECT, locked_run
from hoshou.plugins.debits.services.scope import require_handler
from hoshou.plugins.debits.services.sealing import runs_fixed, write_files
from hoshou.plugins.debits.services.uploads import check, waiting_uploads
from hoshou.plugins.debits.services.work import Progress, UnitOfWork

JOB = "debits.work"
"""The name of the job that does it."""

REMIT_JOB, HANDOFF_JOB = "debits.remit", "debits.handoff"
"""The jobs of the month end, whose failures their lists tell."""


@dataclass(frozen=True)
class Unfinished:
    """What waits to be done, by its numbers: runs to build, runs to write, files to check, results to post."""

    begun: Sequence[int]
    fixed: Sequence[int]
    uploads: Sequence[int]
    results: Sequence[int]


def unfinished_work(session: Session) -> Unfinished:
    """Everything that a page has begun and nobody finished."""
    return Unfinished(runs_begun(session), runs_fixed(session), waiting_uploads(session), unfinished(session))


def finish_work(
    unit_of_work: UnitOfWork, clock: Clock, keys: KeyRing, store: FileStore, actor: Actor, progress: Progress
) -> Unfinished:
    """Do what waits; returns what that was.

    What the rules refuse is noted at its run, for a person to see to. Whatever else goes wrong is raised at the
    end, when everything has had its turn.
    """
    with unit_of_work() as session:
        left = unfinished_work(session)
    errors: list[Exception] = []
    for deed in _deeds(unit_of_work, clock, keys, store, actor, progress, left):
        try:
            deed()
        except LeaseLost:
            raise
        except Exception as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("background work of the debits failed", errors)
    return left


def _deeds(
    unit_of_work: UnitOfWork,
    clock: Clock,
    keys: KeyRing,
    store: FileStore,
    actor: Actor,
    progress: Progress,
    left: Unfinished,
) -> Iterator[Callable[[], None]]:
    watched = partial(_watched, unit_of_work)
    for run_id in left.begun:
        yield partial(watched, run_id, partial(build_on, unit_of_work, clock, actor, run_id, progress))
    for run_id in left.fixed:
        yield partial(watched, run_id, partial(write_files, unit_of_work, clock, keys, store, actor, run_id))
    for upload_id in left.uploads:
        yield partial(_take, unit_of_work, clock, keys, store, actor, progress, upload_id)
    for result_id in left.results:
        yield partial(post_result, unit_of_work, clock, keys, store, actor, result_id, progress)


def _watched(unit_of_work: UnitOfWork, run_id: int, deed: Callable[[], None]) -> None:
    try:
        deed()
    except Unavailable:
        raise
    except DomainError as error:
        told = json.dumps({"message": error.message, "values": error.values}, ensure_ascii=False, default=str)
        with unit_of_work() as session:
            locked_run(session, run_id).trouble = told


def _take(
    unit_of_work: UnitOfWork,
    clock: Clock,
    keys: KeyRing,
    store: FileStore,
    actor: Actor,
    progress: Progress,
    upload_id: int,
) -> None:
    result_id = check(unit_of_work, clock, keys, store, upload_id)
    if result_id is not None:
        post_result(unit_of_work, clock, keys, store, actor, result_id, progress)


def trouble_of(run: DebitRun) -> Refused | None:
    """What stopped the work on the run, or None."""
    if not run.trouble:
        return None
    told = json.loads(run.trouble)
    return Refused("stopped", told["message"], **told["values"])


def try_again(session: Session, clock: Clock, actor: Actor, subject: Subject, run_id: int) -> None:
    """Have stopped work on the run tried again."""
    require_handler(subject)
    locked_run(session, run_id).trouble = ""
    audit.record(session, clock, actor, "debits.run_tried_again", OBJECT, run_id)


def failure_reference(session: Session, job: str = JOB) -> str:
    """By what the failure of the job's latest run is found in the log; empty where it didn't fail."""
    return next((run.error_reference for run in job_runs.history(session, job, limit=1)), "")
