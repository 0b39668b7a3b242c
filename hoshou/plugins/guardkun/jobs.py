"""The scheme's scheduled work: batches are booked and their certificates issued, dates announced."""

from dataclasses import asdict
from typing import Any

from flask import current_app

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.db import reading
from hoshou.platform.jobs.job import At, Every, Job, JobContext
from hoshou.plugins.guardkun.services.book import book_batch, started_batches
from hoshou.plugins.guardkun.services.change_progress import apply_agency_change, due_agency_changes
from hoshou.plugins.guardkun.services.issue import batches_to_issue, issue_batch
from hoshou.plugins.guardkun.services.reminders import remind

AGENCY_CHANGES = Actor(ActorKind.JOB, "guardkun.agency_changes")
BOOKING = Actor(ActorKind.JOB, "guardkun.booking")
ISSUE = Actor(ActorKind.JOB, "guardkun.certificates")
REMINDERS = Actor(ActorKind.JOB, "guardkun.reminders")
CALENDAR_PATH = "/scheme/calendar/"


def _book(context: JobContext) -> dict[str, Any]:
    with context.unit_of_work() as session:
        waiting = started_batches(session)
    if context.dry_run:
        return {"batches": list(waiting)}
    booked = {
        number: book_batch(context.unit_of_work, context.clock, BOOKING, number, context.progress)
        for number in waiting
    }
    return {"booked": booked}


def _issue(context: JobContext) -> dict[str, Any]:
    with context.unit_of_work() as session:
        waiting = batches_to_issue(session)
    if context.dry_run:
        return {"batches": list(waiting)}
    store = platform().files
    issued = {
        number: issue_batch(
            context.unit_of_work,
            reading,
            context.clock,
            store,
            ISSUE,
            number,
            context.progress,
        )
        for number in waiting
    }
    return {"issued": issued}


def _change_agencies(context: JobContext) -> dict[str, Any]:
    """The day that the run is for, and never a coming one, whatever ``--as-of`` says."""
    today = min(context.clock.today(), platform().clock.today())
    with context.unit_of_work() as session:
        due = due_agency_changes(session, today)
    for number in due:
        with context.unit_of_work() as session:
            apply_agency_change(session, context.clock, AGENCY_CHANGES, number)
    return {"changed": len(due)}


def _remind(context: JobContext) -> dict[str, Any]:
    """Before work begins; what was announced already isn't announced again."""
    settings = current_app.config
    days, url = settings["SCHEME_REMINDER_DAYS"], settings["PUBLIC_URL"] + CALENDAR_PATH
    return asdict(remind(context.unit_of_work, context.clock, platform().keys, REMINDERS, days, url))


JOBS = (
    Job(
        "guardkun.agency_changes",
        N_("ガードくん：取扱代理店の変更の反映"),
        At(hour="0", minute="5"),
        _change_agencies,
    ),
    Job("guardkun.booking", N_("ガードくん：計上処理"), Every(20), _book),
    Job("guardkun.certificates", N_("ガードくん：加入者証の発行"), Every(20), _issue),
    Job("guardkun.reminders", N_("ガードくん：期日のお知らせ"), At(hour="8", minute="10"), _remind),
)
