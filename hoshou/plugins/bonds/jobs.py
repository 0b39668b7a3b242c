"""The bonds' scheduled jobs."""

from typing import Any

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.jobs.job import Every, Job, JobContext
from hoshou.plugins.bonds.services.handover import wipe_passwords


def _wipe(context: JobContext) -> dict[str, Any]:
    with context.unit_of_work() as session:
        return {"passwords": wipe_passwords(session, context.clock)}


JOBS = (Job("bonds.handover", N_("発注者提出用フォーマット用の閲覧用パスワードの消去"), Every(300), _wipe),)
