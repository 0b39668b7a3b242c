"""The orderers' scheduled job."""

from typing import Any

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.jobs.job import At, Job, JobContext
from hoshou.plugins.orderer.services.forget import forget_attempts


def _forget(context: JobContext) -> dict[str, Any]:
    with context.unit_of_work() as session:
        return {"attempts": forget_attempts(session, context.clock)}


JOBS = (Job("orderer.clean", N_("期限切れワンタイムパスワードの整理"), At(hour="3", minute="15"), _forget),)
