"""The scheme's scheduled jobs."""

from dataclasses import asdict
from typing import Any

from flask import current_app

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.jobs.job import At, Job, JobContext
from hoshou.plugins.guardkun.services.reminders import remind

REMINDERS = Actor(ActorKind.JOB, "guardkun.reminders")
CALENDAR_PATH = "/scheme/calendar/"


def _remind(context: JobContext) -> dict[str, Any]:
    settings = current_app.config
    days, url = settings["SCHEME_REMINDER_DAYS"], settings["PUBLIC_URL"] + CALENDAR_PATH
    return asdict(remind(context.unit_of_work, context.clock, platform().keys, REMINDERS, days, url))


JOBS = (Job(REMINDERS.name, N_("ガードくん賠償責任保険の期日のお知らせ"), At(hour="8", minute="10"), _remind),)
"""Daily before work begins; what was announced already isn't announced again."""
