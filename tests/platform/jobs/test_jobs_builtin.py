"""The platform's own jobs and the commands (P-008, P-009)."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from hoshou.base.clock import FixedClock
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.jobs import commands
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.commands import list_jobs, run_by_hand
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.jobs.runs import JobRun
from hoshou.platform.jobs.scheduler import run_due
from hoshou.platform.throttle import Limit, ThrottleCounter, reserve
from hoshou.platform.tickets import Ticket, TicketKind, issue
from tests.conftest import AppMaker
from tests.platform.jobs.effects import effect_job
from tests.refusals import refused

NAMES = ["mail.deliver", "files.sweep", "sessions.clean", "jobs.prune"]


@pytest.mark.req("P-008")
def test_old_tickets_and_counters_are_forgotten(job_app: Flask, clock: FixedClock) -> None:
    def leave_traces(subject: str) -> None:
        with unit_of_work() as session:
            until = clock.now() + timedelta(hours=1)
            idle = timedelta(minutes=20)
            issue(session, clock, platform().keys, TicketKind.VIEWER, subject, idle=idle, until=until)
            reserve(session, clock, Limit(subject, 5, timedelta(minutes=15)))

    leave_traces("old")
    clock.advance(timedelta(days=8))
    leave_traces("young")
    job = all_jobs(job_app)["sessions.clean"]
    expected = {"tickets": 1, "counters": 1}
    assert run_job(job_app, job, clock.now(), dry_run=True).result == expected
    assert run_job(job_app, job, clock.now()).result == expected
    assert [ticket.subject for ticket in db.session.query(Ticket)] == ["young"]
    assert [counter.key for counter in db.session.query(ThrottleCounter)] == ["young"]


@pytest.mark.req("P-008")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dry_run", [True, False])
def test_each_job_of_the_platform_runs(job_app: Flask, name: str, dry_run: bool) -> None:
    outcome = run_by_hand(job_app, name, as_of="2026-04-15T03:30:00+09:00", dry_run=dry_run)
    assert (outcome["state"], outcome["due_at"]) == ("done", "2026-04-15T03:30:00+09:00")
    assert db.session.query(JobRun).count() == (0 if dry_run else 1)


@pytest.mark.req("P-009")
def test_the_list_tells_the_trigger_and_the_latest_run(job_app: Flask, clock: FixedClock) -> None:
    run_due(job_app, all_jobs(job_app)["mail.deliver"])
    by_name = {row["name"]: row for row in list_jobs(job_app)}
    assert list(by_name) == NAMES
    assert by_name["mail.deliver"]["trigger"] == "every 10 s"
    assert by_name["mail.deliver"]["last_run"] == {
        "due_at": "2026-04-15T12:00:00+09:00",
        "state": "done",
        "late": False,
        "error_reference": "",
    }
    assert (by_name["files.sweep"]["trigger"], by_name["files.sweep"]["last_run"]) == ("30 3 * * *", None)


@pytest.mark.req("P-009")
def test_what_cannot_be_run_is_refused(job_app: Flask) -> None:
    with refused("job_unknown", "name"):
        run_by_hand(job_app, "mail.explode")
    for instant in ("2026-04-15T06:00:00", "tomorrow", "2026-02-30T06:00:00+09:00"):
        with refused("instant_invalid", "as_of"):
            run_by_hand(job_app, "mail.deliver", as_of=instant)


@pytest.mark.req("P-009")
def test_running_twice_for_one_instant_runs_once(job_app: Flask) -> None:
    runs = [run_by_hand(job_app, "files.sweep", as_of="2026-04-15T03:30:00+09:00") for _ in range(2)]
    assert [outcome["ran"] for outcome in runs] == [True, False]


@pytest.mark.req("P-009")
def test_the_commands_speak_json_and_exit_with_1_when_refused(
    job_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = all_jobs(job_app) | {"test.failing": effect_job("test.failing", then=lambda context: 1 / 0)}
    monkeypatch.setattr(commands, "all_jobs", lambda app: jobs)

    def make() -> Flask:
        return job_app

    def call(*arguments: str) -> tuple[int, object]:
        answer = CliRunner().invoke(commands.jobs, [*arguments, "--json"], obj=make)
        return answer.exit_code, json.loads(answer.output)

    code, listed = call("list")
    assert code == 0
    assert isinstance(listed, list)
    assert [row["name"] for row in listed] == [*NAMES, "test.failing"]
    assert call("run", "sessions.clean", "--as-of", "2026-04-15T06:00:00+09:00", "--dry-run") == (
        0,
        {
            "job": "sessions.clean",
            "due_at": "2026-04-15T06:00:00+09:00",
            "state": "done",
            "ran": True,
            "dry_run": True,
            "result": {"tickets": 0, "counters": 0},
        },
    )
    unknown = {"error": {"code": "job_unknown", "message": "ジョブ「mail.explode」はありません。"}}
    assert call("run", "mail.explode") == (1, unknown)
    code, failed = call("run", "test.failing")
    assert code == 1
    assert isinstance(failed, dict)
    assert failed["error"]["code"] == "job_failed"
    plain = CliRunner().invoke(commands.jobs, ["run", "mail.explode"], obj=make)
    assert (plain.exit_code, plain.stderr) == (1, "ジョブ「mail.explode」はありません。\n")
    assert "mail.deliver\tevery 10 s" in CliRunner().invoke(commands.jobs, ["list"], obj=make).output


@pytest.mark.req("P-024")
def test_a_database_that_is_not_migrated_is_told_in_a_sentence(make_app: AppMaker, tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    answer = CliRunner().invoke(commands.jobs, ["list", "--json"], obj=lambda: app)
    assert (answer.exit_code, json.loads(answer.stdout)["error"]["code"]) == (1, "no_database")
    assert "hoshou db upgrade" in CliRunner().invoke(commands.jobs, ["list"], obj=lambda: app).stderr
