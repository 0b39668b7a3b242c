"""One effect for each due instant; failures, takeovers, dry runs (P-008, P-009, F7)."""

import os
import signal
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from hoshou.base.clock import FixedClock, SystemClock, jst
from hoshou.platform import audit
from hoshou.platform.actor import SYSTEM
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.jobs import runner, runs
from hoshou.platform.jobs.job import Every, Job, JobContext
from hoshou.platform.jobs.runner import give_up_killers, run_job
from hoshou.platform.jobs.runs import LEASE, MAX_ATTEMPTS, JobRun, RunState
from hoshou.platform.jobs.scheduler import run_due
from tests.conftest import NOON
from tests.platform.children import finish, start
from tests.platform.jobs.effects import add_effect, effect_job, effects, iso, jobs_app


def all_runs() -> list[JobRun]:
    db.session.rollback()
    return list(db.session.scalars(select(JobRun).order_by(JobRun.id)))


@pytest.mark.req("P-008", "P-009")
def test_one_instant_is_run_once_and_recorded(job_app: Flask) -> None:
    job = effect_job()
    first, second = run_job(job_app, job, NOON), run_job(job_app, job, NOON)
    assert (first.state, first.ran, first.late) == (RunState.DONE, True, False)
    assert (second.state, second.ran) == (RunState.DONE, False)
    assert first.result == second.result == {"effects": 1, "now": str(NOON)}
    assert effects() == [("test.effect", iso(NOON))]
    [run] = all_runs()
    assert (run.state, run.due_at, run.finished_at, run.attempts) == (RunState.DONE, NOON, NOON, 1)
    assert run.host
    run_job(job_app, job, NOON + timedelta(minutes=1))
    assert len(effects()) == 2


@pytest.mark.req("P-009")
def test_by_hand_the_jobs_clock_stands_at_the_instant(job_app: Flask) -> None:
    instant = jst(2026, 1, 31, 6, 0)
    outcome = run_job(job_app, effect_job(), instant, by_hand=True)
    assert outcome.result["now"] == str(instant)
    [run] = all_runs()
    assert (run.by_hand, run.started_at) == (True, NOON)


@pytest.mark.req("P-009")
def test_a_dry_run_tells_what_would_happen_and_leaves_nothing(job_app: Flask, clock: FixedClock) -> None:
    seen: list[object] = []

    def then(context: JobContext) -> None:
        with context.unit_of_work() as session:
            audit.record(session, clock, SYSTEM, "test.happened")
            seen.append(session.scalar(text("SELECT count(*) FROM effects")))
        seen.append(context.dry_run)
        context.progress(1, 2)

    outcome = run_job(job_app, effect_job(then=then), NOON, dry_run=True)
    assert outcome.result["effects"] == 1
    assert seen == [1, True]
    assert effects() == []
    assert all_runs() == []
    with unit_of_work() as session:
        assert session.query(AuditEntry).count() == 0
    with pytest.raises(ZeroDivisionError):
        run_job(job_app, effect_job(then=lambda context: 1 / 0), NOON, dry_run=True)
    assert effects() == []


@pytest.mark.req("P-009", "F18")
def test_a_failure_is_recorded_logged_and_audited_under_one_reference(
    job_app: Flask, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    def spoil(context: JobContext) -> None:
        with context.unit_of_work() as session:
            session.execute(text("SELECT * FROM no_such_table"))

    outcome = run_job(job_app, effect_job(then=spoil), NOON)
    assert outcome.state is RunState.FAILED
    assert outcome.error_reference
    assert outcome.error_reference in caplog.text
    [entry] = db.session.query(AuditEntry).all()
    assert (entry.action, entry.object_id, entry.actor_name) == ("job.failed", "test.effect", "test.effect")
    assert outcome.error_reference in entry.detail
    assert all_runs()[0].error_reference == outcome.error_reference

    mended = effect_job()
    assert run_job(job_app, mended, NOON).ran is False
    retried = run_job(job_app, mended, NOON, by_hand=True)
    assert (retried.state, retried.ran, retried.error_reference) == (RunState.DONE, True, "")


@pytest.mark.req("P-009")
def test_what_a_job_left_in_the_session_does_not_hide_its_failure(job_app: Flask, clock: FixedClock) -> None:
    def spoil(context: JobContext) -> None:
        db.session.add(JobRun(job="x"))
        raise ValueError

    assert run_job(job_app, effect_job(then=spoil), NOON).state is RunState.FAILED


@pytest.mark.req("P-009")
def test_progress_is_kept(job_app: Flask) -> None:
    seen: list[tuple[int | None, int | None]] = []

    def then(context: JobContext) -> None:
        context.progress(3, 10)
        with context.unit_of_work() as session:
            run = session.scalars(select(JobRun)).one()
            seen.append((run.done_count, run.total_count))

    run_job(job_app, effect_job(then=then), NOON)
    assert seen == [(3, 10)]


def run_and_die(database_url: str, tmp_path: Path, due_at: datetime) -> None:
    app = jobs_app(database_url, FixedClock(NOON), tmp_path)
    run_job(app, effect_job(then=lambda context: os.kill(os.getpid(), signal.SIGKILL)), due_at)


@pytest.mark.slow
@pytest.mark.req("F7", "F18")
def test_a_dead_processs_run_is_taken_over_after_its_lease_and_given_up_after_three_deaths(
    job_app: Flask, database_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    job = effect_job()

    def die() -> None:
        process = start(run_and_die, database_url, tmp_path, NOON)
        process.join(30)
        assert process.exitcode == -signal.SIGKILL
        process.close()

    die()
    clock.advance(LEASE - timedelta(seconds=1))
    assert run_job(job_app, job, NOON).ran is False
    clock.advance(timedelta(seconds=1))
    taken = run_job(job_app, job, NOON)
    assert (taken.ran, taken.state) == (True, RunState.DONE)
    assert all_runs()[0].attempts == 2

    other = NOON + timedelta(minutes=1)
    with unit_of_work() as session:
        runs.begin(session, FixedClock(NOON), job.name, other, by_hand=False)
    for _ in range(MAX_ATTEMPTS - 1):
        with unit_of_work() as session:
            clock.advance(LEASE)
            assert runs.begin(session, clock, job.name, other, by_hand=False) is not None
    clock.advance(LEASE)
    assert run_job(job_app, job, other).ran is False
    give_up_killers(job_app, job)
    assert all_runs()[1].state == RunState.FAILED
    assert [entry.action for entry in db.session.query(AuditEntry)] == ["job.failed"]


@pytest.mark.req("F7")
def test_the_scheduler_takes_up_what_a_dead_process_left(job_app: Flask, clock: FixedClock) -> None:
    job = effect_job(trigger=Every(3600))
    with unit_of_work() as session:
        runs.begin(session, clock, job.name, NOON, by_hand=False)
    run_due(job_app, job)
    assert effects() == []
    clock.advance(LEASE)
    run_due(job_app, job)
    run_due(job_app, job)
    assert effects() == [(job.name, iso(NOON))]


@pytest.mark.req("F7")
def test_a_zombie_cannot_write_what_its_successor_has_written(job_app: Flask, clock: FixedClock) -> None:
    def fall_asleep(context: JobContext) -> None:
        clock.advance(LEASE)
        assert run_job(job_app, effect_job(), NOON).ran is True
        add_effect(context, "too late")

    outcome = run_job(job_app, effect_job(then=fall_asleep), NOON)
    assert outcome.ran is False
    assert [name for name, _ in effects()] == ["test.effect", "test.effect"]
    assert [run.state for run in all_runs()] == [RunState.DONE]


def work_when_told(database_url: str, tmp_path: Path, due_at: datetime) -> None:
    runs.LEASE, runner.HEARTBEAT_SECONDS = timedelta(seconds=1), 0.2  # type: ignore[assignment]
    app = jobs_app(database_url, SystemClock(), tmp_path)

    def run(context: JobContext) -> dict[str, object]:
        (tmp_path / "begun").touch()
        while not (tmp_path / "go").exists():
            time.sleep(0.02)
        add_effect(context, "zombie")
        return {}

    run_job(app, Job("test.zombie", "試験", Every(60), run), due_at)


@pytest.mark.slow
@pytest.mark.req("F7")
def test_a_stopped_process_loses_its_run_and_writes_nothing_when_it_wakes(
    job_app: Flask, database_url: str, tmp_path: Path
) -> None:
    due_at = SystemClock().now().replace(microsecond=0)
    process = start(work_when_told, database_url, tmp_path, due_at)
    while not (tmp_path / "begun").exists():
        time.sleep(0.02)
    successor = effect_job("test.zombie")
    platform(job_app).clock = SystemClock()
    time.sleep(1.5)
    assert run_job(job_app, successor, due_at).ran is False, "a living process keeps its lease by its heartbeat"
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(1.3)
    assert run_job(job_app, successor, due_at).ran is True
    (tmp_path / "go").touch()
    os.kill(process.pid, signal.SIGCONT)
    finish([process])
    assert [name for name, _ in effects()] == ["test.zombie"]


def run_ticks(database_url: str, tmp_path: Path) -> None:
    app = jobs_app(database_url, FixedClock(NOON), tmp_path)
    job = effect_job()
    for minute in range(20):
        run_job(app, job, NOON - timedelta(minutes=minute))


@pytest.mark.slow
@pytest.mark.req("F7", "P-008", "F14")
def test_four_processes_on_the_same_instants_leave_one_effect_for_each(
    job_app: Flask, database_url: str, tmp_path: Path
) -> None:
    finish([start(run_ticks, database_url, tmp_path) for _ in range(4)])
    done = effects()
    assert sorted(done) == sorted({("test.effect", iso(NOON - timedelta(minutes=minute))) for minute in range(20)})
    assert {run.state for run in all_runs()} == {RunState.DONE}


@pytest.mark.req("P-009")
def test_history_is_pruned_but_each_jobs_latest_run_stays(job_app: Flask, clock: FixedClock) -> None:
    for days in (0, 1, 3, 401):
        run_job(job_app, effect_job("frequent"), NOON - timedelta(days=days))
        run_job(job_app, effect_job("rare"), NOON - timedelta(days=days))
    run_job(job_app, effect_job("failing", then=lambda context: 1 / 0), NOON - timedelta(days=3))
    run_job(job_app, effect_job("forgotten"), NOON - timedelta(days=500))
    with unit_of_work() as session:
        assert runs.prune(session, clock, ["frequent", "failing"]) == 3
    left = {(run.job, (NOON - run.due_at).days) for run in all_runs()}
    assert left == {
        *(("frequent", days) for days in (0, 1)),
        *(("rare", days) for days in (0, 1, 3)),
        ("failing", 3),
        ("forgotten", 500),
    }
