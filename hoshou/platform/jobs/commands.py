"""The `jobs` command: what is scheduled, and running a job by hand."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
from flask import Flask

from hoshou.base.errors import DomainError, NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.jobs import runs
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.job import Every, Trigger
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.jobs.runs import RunState
from hoshou.platform.terminal import errors_told, tell_json


def list_jobs(app: Flask) -> list[dict[str, Any]]:
    """Each job with its trigger and its latest run, as values for JSON."""
    with app.app_context():
        return [
            {
                "name": job.name,
                "title": job.title,
                "trigger": describe_trigger(job.trigger),
                "last_run": next(
                    (
                        {
                            "due_at": run.due_at.isoformat(),
                            "state": run.state,
                            "late": run.late,
                            "error_reference": run.error_reference,
                        }
                        for run in runs.history(db.session(), job.name, limit=1)
                    ),
                    None,
                ),
            }
            for job in all_jobs(app).values()
        ]


def describe_trigger(trigger: Trigger) -> str:
    """``every 10 s``, or the five fields of cron in JST: minute, hour, day, month, day of week."""
    if isinstance(trigger, Every):
        return f"every {trigger.seconds} s"
    return f"{trigger.minute} {trigger.hour} {trigger.day} {trigger.month} {trigger.day_of_week}"


def run_by_hand(app: Flask, name: str, *, as_of: str | None = None, dry_run: bool = False) -> dict[str, Any]:
    """Run one job for the given instant, or for now; returns the outcome as values for JSON.

    Raises NotFound ``job_unknown``, Refused ``instant_invalid``, and DomainError ``job_failed``.
    """
    job = all_jobs(app).get(name)
    if job is None:
        raise NotFound("job_unknown", N_("ジョブ「%(name)s」はありません。"), field="name", name=name)
    due_at = parse_instant(as_of) if as_of else platform(app).clock.now()
    outcome = run_job(app, job, due_at, dry_run=dry_run, by_hand=True)
    if outcome.state is RunState.FAILED:
        raise DomainError(
            "job_failed",
            N_("ジョブが失敗しました（照会番号 %(reference)s）。"),
            reference=outcome.error_reference,
        )
    return {
        "job": outcome.job,
        "due_at": outcome.due_at.isoformat(),
        "state": outcome.state.value,
        "ran": outcome.ran,
        "dry_run": dry_run,
        "result": outcome.result,
    }


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant with its offset. Raises Refused ``instant_invalid``."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Refused(
            "instant_invalid", N_("日時は 2026-04-15T06:00:00+09:00 の形式で指定してください。"), field="as_of"
        )
    return instant


MakeApp = Callable[[], Flask]
"""Handed down by the command line: building an application is slow, and the help needs none."""


@click.group("jobs")
def jobs() -> None:
    """定期処理"""


@jobs.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def list_command(make_app: MakeApp, as_json: bool) -> None:
    """ジョブの一覧、実行時刻と直近の結果"""
    with errors_told(as_json):
        rows = list_jobs(make_app())
        if as_json:
            tell_json(rows)
            return
        for row in rows:
            last = row["last_run"]
            ended = f"{last['due_at']} {last['state']}" if last else "-"
            click.echo("\t".join((row["name"], row["trigger"], ended, row["title"])))


@jobs.command("run")
@click.argument("name")
@click.option("--as-of", metavar="日時", help="この日時のものとして実行する (例 2026-04-15T06:00:00+09:00)")
@click.option("--dry-run", is_flag=True, help="何も変えずに、何が起こるかだけを示す")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def run_command(make_app: MakeApp, name: str, as_of: str | None, dry_run: bool, as_json: bool) -> None:
    """ジョブを1つ実行する"""
    with errors_told(as_json):
        outcome = run_by_hand(make_app(), name, as_of=as_of, dry_run=dry_run)
        if as_json:
            tell_json(outcome)
        else:
            click.echo(f"{outcome['job']} {outcome['due_at']} {outcome['state']}")
            for key, value in outcome["result"].items():
                click.echo(f"{key}: {value}")
