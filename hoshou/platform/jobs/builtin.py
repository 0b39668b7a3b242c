"""The platform's own jobs."""

import logging
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import Flask

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import throttle, tickets
from hoshou.platform.context import platform
from hoshou.platform.files.sweep import sweep
from hoshou.platform.jobs import runs
from hoshou.platform.jobs.job import At, Every, Job, JobContext
from hoshou.platform.mail.deliver import deliver_due
from hoshou.platform.plugins import PluginError

TICKETS_KEPT = timedelta(days=7)
COUNTERS_KEPT = timedelta(days=2)
"""Longer than the longest window of any limit, which is a day."""

log = logging.getLogger(__name__)


def all_jobs(app: Flask) -> dict[str, Job]:
    """The platform's and the plugins' jobs by name. Raises PluginError when two share a name."""
    contributed: list[Job] = platform(app).plugins.collect("jobs")
    found: dict[str, Job] = {}
    for job in [*platform_jobs(), *contributed]:
        if job.name in found:
            raise PluginError(f"two jobs are called {job.name}")
        found[job.name] = job
    return found


def platform_jobs() -> Iterable[Job]:
    return (
        Job("mail.deliver", N_("メール送信"), Every(10), _deliver_mail),
        Job("files.sweep", N_("ファイル保管庫の整理"), At(hour="3", minute="30"), _sweep_files),
        Job("sessions.clean", N_("期限切れセッションの整理"), At(hour="3", minute="10"), _clean_sessions),
        Job("jobs.prune", N_("ジョブ履歴の整理"), At(hour="3", minute="20"), _prune_history),
    )


def _deliver_mail(context: JobContext) -> dict[str, Any]:
    return asdict(deliver_due(context.unit_of_work, context.clock, platform().keys, dry_run=context.dry_run))


def _sweep_files(context: JobContext) -> dict[str, Any]:
    with context.unit_of_work() as session:
        result = sweep(session, platform().files, dry_run=context.dry_run)
    if result.missing:
        log.error("%d files have lost their content", len(result.missing))
    return asdict(result)


def _clean_sessions(context: JobContext) -> dict[str, Any]:
    with context.unit_of_work() as session:
        return {
            "tickets": tickets.forget_old(session, context.clock, TICKETS_KEPT),
            "counters": throttle.forget_old(session, context.clock, COUNTERS_KEPT),
        }


def _prune_history(context: JobContext) -> dict[str, Any]:
    every = [*platform_jobs(), *platform().plugins.collect("jobs")]
    frequent = [job.name for job in every if isinstance(job.trigger, Every)]
    with context.unit_of_work() as session:
        return {"runs": runs.prune(session, context.clock, frequent)}
