"""The scheduler: APScheduler wakes it, the table of runs decides what is due (F7, F8, P-008).

Any number of schedulers may run; each due instant has one run. A run missed while no scheduler was up is
made up for once, for the latest missed instant, and marked as late.
"""

import signal
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from hoshou.base.clock import JST, SystemClock
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.jobs import runs
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.due import latest_due
from hoshou.platform.jobs.job import Every, Job
from hoshou.platform.jobs.runner import give_up_killers, run_job

POLL_SECONDS = 10
"""With the lease of a run, this bounds how long a dead process's run waits: under a minute."""


def schedule_jobs(app: Flask, scheduler: BaseScheduler) -> None:
    """Have the scheduler look after every job of the application, from now on."""
    jobs = all_jobs(app)
    scheduler.configure(
        timezone=JST,
        executors={"default": ThreadPoolExecutor(len(jobs))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs.values():
        seconds = min(job.trigger.seconds, POLL_SECONDS) if isinstance(job.trigger, Every) else POLL_SECONDS
        scheduler.add_job(
            run_due, "interval", (app, job), id=job.name, seconds=seconds, next_run_time=SystemClock().now()
        )


def run_forever(app: Flask) -> None:
    """The scheduler's own process: returns on SIGINT or SIGTERM, after the running jobs have ended."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit

    signal.signal(signal.SIGTERM, stop)
    scheduler = BlockingScheduler()
    schedule_jobs(app, scheduler)
    try:
        scheduler.start()
    except (KeyboardInterrupt, SystemExit):
        scheduler.shutdown(wait=True)


def run_due(app: Flask, job: Job) -> None:
    """Take over what dead processes left of this job, then run it if it is due and hasn't run."""
    give_up_killers(app, job)
    with app.app_context():
        clock = platform().clock
        now = clock.now()
        left = [(run.due_at, run.by_hand) for run in runs.abandoned(db.session(), clock, job.name)]
        last = runs.last_due(db.session(), job.name)
    for due_at, by_hand in left:
        run_job(app, job, due_at, by_hand=by_hand)
    due = latest_due(job.trigger, now)
    if last is None and not isinstance(job.trigger, Every):
        with app.app_context(), unit_of_work() as session:
            runs.skip_the_past(session, clock, job.name, due or now)
    elif due is not None and (last is None or due > last):
        run_job(app, job, due)
