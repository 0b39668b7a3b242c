"""The scheduler: what is due is computed from the table; many schedulers, one effect (F7, F8, P-008)."""

import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import select

from hoshou.base.clock import FixedClock, SystemClock, jst
from hoshou.platform.db import db
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.job import At, Every
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.jobs.runs import JobRun
from hoshou.platform.jobs.scheduler import run_due, schedule_jobs
from hoshou.platform.plugins import PluginError
from tests.conftest import NOON
from tests.platform.children import finish, start
from tests.platform.jobs.effects import effect_job, effects, iso, jobs_app


def late_runs(job: str) -> list[bool]:
    db.session.rollback()
    return list(db.session.scalars(select(JobRun.late).where(JobRun.job == job).order_by(JobRun.due_at)))


@pytest.mark.req("F8")
def test_a_new_calendar_job_is_not_run_for_the_time_before_it_existed(job_app: Flask, clock: FixedClock) -> None:
    job = effect_job(trigger=At(hour="6"))
    run_due(job_app, job)
    run_due(job_app, job)
    assert effects() == []
    clock.move_to(jst(2026, 4, 16, 6, 0))
    run_due(job_app, job)
    run_due(job_app, job)
    assert effects() == [(job.name, iso(jst(2026, 4, 16, 6, 0)))]
    assert late_runs(job.name)[-1] is False


@pytest.mark.req("F8")
def test_a_job_that_is_due_once_in_four_years_is_not_missed(job_app: Flask, clock: FixedClock) -> None:
    job = effect_job(trigger=At(hour="6", day="29", month="2"))
    run_due(job_app, job)
    clock.move_to(jst(2028, 2, 29, 6, 0))
    run_due(job_app, job)
    assert effects() == [(job.name, iso(jst(2028, 2, 29, 6, 0)))]


@pytest.mark.req("F8")
@pytest.mark.parametrize(
    ("trigger", "back_at", "due"),
    [
        (At(hour="6"), jst(2026, 4, 16, 7, 0), jst(2026, 4, 16, 6, 0)),
        (At(hour="6"), jst(2026, 4, 18, 12, 0), jst(2026, 4, 18, 6, 0)),
        (At(hour="6", day="last"), jst(2026, 5, 2, 9, 0), jst(2026, 4, 30, 6, 0)),
    ],
    ids=["an hour", "three days", "over the month's end"],
)
def test_after_a_downtime_the_latest_missed_run_is_made_up_for_once_and_marked(
    job_app: Flask, clock: FixedClock, trigger: At, back_at: object, due: object
) -> None:
    job = effect_job(trigger=trigger)
    run_due(job_app, job)
    clock.move_to(back_at)  # type: ignore[arg-type]
    for _ in range(3):
        run_due(job_app, job)
    assert effects() == [(job.name, iso(due))]  # type: ignore[arg-type]
    assert late_runs(job.name)[-1] is True


@pytest.mark.req("F11")
def test_a_clock_set_back_repeats_nothing(job_app: Flask, clock: FixedClock) -> None:
    job = effect_job(trigger=Every(60))
    run_due(job_app, job)
    clock.advance(timedelta(hours=-1))
    run_due(job_app, job)
    assert effects() == [(job.name, iso(NOON))]


@pytest.mark.req("P-009")
def test_a_run_by_hand_for_another_day_does_not_hide_the_scheduled_ones(job_app: Flask, clock: FixedClock) -> None:
    job = effect_job(trigger=Every(60))
    run_job(job_app, job, NOON + timedelta(days=30), by_hand=True)
    run_due(job_app, job)
    assert (job.name, iso(NOON)) in effects()


def test_two_jobs_of_one_name_are_refused(database_url: str, clock: FixedClock, tmp_path: Path) -> None:
    app = jobs_app(database_url, clock, tmp_path, effect_job("mail.deliver"))
    with pytest.raises(PluginError, match=r"mail\.deliver"):
        all_jobs(app)


def schedule_for(database_url: str, tmp_path: Path, seconds: float) -> None:
    app = jobs_app(database_url, SystemClock(), tmp_path, effect_job("test.tick", Every(1)))
    scheduler = BackgroundScheduler()
    schedule_jobs(app, scheduler)
    scheduler.start()
    time.sleep(seconds)
    scheduler.shutdown(wait=True)


@pytest.mark.slow
@pytest.mark.req("F7", "P-008", "F14")
def test_four_schedulers_leave_one_effect_for_each_tick(job_app: Flask, database_url: str, tmp_path: Path) -> None:
    finish([start(schedule_for, database_url, tmp_path, 4.5) for _ in range(4)])
    ticks = Counter(effects())
    assert len(ticks) >= 4
    assert set(ticks.values()) == {1}
    db.session.rollback()
    assert {run.state for run in db.session.scalars(select(JobRun))} == {"done"}
