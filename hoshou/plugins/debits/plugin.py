"""Mandates, debit runs, the collection agent's files, and the ledger."""

from collections.abc import Iterable

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Job
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.staff.contribution import StaffView
from hoshou.plugins.debits import models as models
from hoshou.plugins.debits.handoff_views import HANDOFF_SCREENS
from hoshou.plugins.debits.jobs import JOBS
from hoshou.plugins.debits.ledger_jobs import LEDGER_JOBS
from hoshou.plugins.debits.ledger_views import LEDGER_SCREENS
from hoshou.plugins.debits.services.mails import MAILS

NAME = "debits"
VERSION = "1.0.0"
REQUIRES = ("guardkun",)


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return (*LEDGER_SCREENS, *HANDOFF_SCREENS)


@hookimpl
def jobs() -> Iterable[Job]:
    return (*JOBS, *LEDGER_JOBS)


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return MAILS


@hookimpl
def action_labels() -> Iterable[tuple[str, str]]:
    return (
        ("debits_remittance.made", N_("%(month)s月分の保険料の送金データを作成しました")),
        ("debits_handoff.made", N_("非幹事保険会社への連携データを作成しました")),
        ("debits_handoff.downloaded", N_("非幹事保険会社への連携データをダウンロードしました")),
        ("debits_claims.imported", N_("支払保険金データを取り込みました")),
    )
