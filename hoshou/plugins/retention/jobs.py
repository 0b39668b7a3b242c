"""The two scheduled jobs of retention. They run every day, also when the service is closed (D-10)."""

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import current_app

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.jobs.job import At, Job, JobContext
from hoshou.plugins.retention.services.notices import announce
from hoshou.plugins.retention.services.purge import due_folders, purge_due
from hoshou.plugins.retention.services.report import report_purges

PURGE = Actor(ActorKind.JOB, "retention.purge")
NOTICES = Actor(ActorKind.JOB, "retention.notices")
LIST_PATH = "/retention/list/"


def _today(context: JobContext) -> date:
    """The day that the run is for, and never a coming one: nothing is deleted early, whatever ``--as-of`` says."""
    return min(context.clock.today(), platform().clock.today())


def _purge(context: JobContext) -> dict[str, Any]:
    if context.dry_run:
        day = context.clock.today()
        due = due_folders(context.unit_of_work, day)
        return {"day": day, "folders": len(due), "would_delete": [asdict(folder) for folder in due]}
    here, day = platform(), _today(context)
    deleted = purge_due(context.unit_of_work, context.clock, here.files, PURGE, day, context.progress)
    with context.unit_of_work() as session:
        reported = report_purges(session, context.clock, here.keys, PURGE)
    return {"day": day, "folders": deleted, "reported": reported}


def _announce(context: JobContext) -> dict[str, Any]:
    here, day = platform(), _today(context)
    url = current_app.config["PUBLIC_URL"] + LIST_PATH
    return asdict(announce(context.unit_of_work, context.clock, here.keys, NOTICES, day, url))


JOBS = (
    Job(
        "retention.purge",
        N_("保存期間が終了した証券等の削除"),
        At(hour="2", minute="0"),
        _purge,
        after_restore=True,
    ),
    Job("retention.notices", N_("保存期間終了の予告"), At(hour="8", minute="0"), _announce),
)
