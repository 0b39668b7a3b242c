"""The bonds' scheduled jobs."""

from dataclasses import asdict
from typing import Any

from flask import current_app

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.jobs.job import Every, Job, JobContext
from hoshou.plugins.bonds.services.handover import wipe_passwords
from hoshou.plugins.bonds.services.scan import count_waiting, scan_waiting
from hoshou.plugins.bonds.services.signature_report import make_reports

SCAN = Actor(ActorKind.JOB, "bonds.scan")


def _wipe(context: JobContext) -> dict[str, Any]:
    with context.unit_of_work() as session:
        return {"passwords": wipe_passwords(session, context.clock)}


def _scan(context: JobContext) -> dict[str, Any]:
    if context.dry_run:
        return {"waiting": count_waiting(context.unit_of_work)}
    here, url = platform(), current_app.config["PUBLIC_URL"]
    return asdict(
        scan_waiting(context.unit_of_work, context.clock, here.keys, here.files, here.scanner, SCAN, url)
    )


def _report(context: JobContext) -> dict[str, Any]:
    return {"files": 0 if context.dry_run else make_reports(context.unit_of_work, platform().files)}


JOBS = (
    Job("bonds.handover", N_("発注者提出用フォーマット用の閲覧用パスワードの消去"), Every(300), _wipe),
    Job("bonds.scan", N_("検査待ちの証券等のウイルス検査"), Every(60), _scan),
    Job("bonds.signatures", N_("証券等の電子署名の確認"), Every(60), _report),
)
