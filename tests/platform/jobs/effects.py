"""What test jobs do: write a row without any unique key, so that doing it twice is seen."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from hoshou.base.clock import Clock
from hoshou.platform.db import db
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Every, Job, JobContext, Trigger
from hoshou.platform.jobs.runs import JobRun
from hoshou.platform.mail.outbox import OutboxMail
from hoshou.platform.mail.wording import MailWording
from tests.platform.small_app import make_app

EFFECTS = Table(
    "effects", MetaData(), Column("id", Integer, primary_key=True), Column("job", String), Column("due_at", String)
)
JOB_TABLES = (JobRun, OutboxMail, MailWording)


def effects() -> list[tuple[str, str]]:
    """Job and due instant of everything that was done."""
    db.session.rollback()
    return [(row.job, row.due_at) for row in db.session.execute(select(EFFECTS).order_by(EFFECTS.c.id))]


def add_effect(context: JobContext, name: str) -> None:
    with context.unit_of_work() as session:
        session.execute(insert(EFFECTS).values(job=name, due_at=context.due_at.isoformat()))


def effect_job(
    name: str = "test.effect",
    trigger: Trigger = Every(60),  # noqa: B008
    then: Callable[[JobContext], Any] = lambda context: None,
) -> Job:
    """A job that leaves one effect and then does what it is told."""

    def run(context: JobContext) -> dict[str, Any]:
        add_effect(context, name)
        then(context)
        return {"effects": 1, "now": context.clock.now()}

    return Job(name, "試験", trigger, run)


def plugin_with(*jobs: Job) -> ModuleType:
    module = ModuleType("test_jobs_plugin")
    contribution: Callable[[], tuple[Job, ...]] = lambda: jobs  # noqa: E731
    module.NAME, module.jobs = "test_jobs", hookimpl(contribution, specname="jobs")  # type: ignore[attr-defined]
    return module


def jobs_app(database_url: str, clock: Clock, tmp_path: Path, *jobs: Job) -> Flask:
    return make_app(
        database_url,
        clock,
        tmp_path / "files",
        plugins=[plugin_with(*jobs)] if jobs else [],
        MAIL_DEFAULT_SENDER="info@example.jp",
    )


def iso(instant: datetime) -> str:
    return instant.isoformat()
