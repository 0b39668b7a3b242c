"""Mandates, debit runs, the collection agent's files, and the ledger."""

from collections.abc import Iterable

from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Job
from hoshou.platform.mail.template import MailTemplate
from hoshou.plugins.debits import models as models
from hoshou.plugins.debits.jobs import JOBS
from hoshou.plugins.debits.services.mails import MAILS

NAME = "debits"
VERSION = "1.0.0"
REQUIRES = ("guardkun",)


@hookimpl
def jobs() -> Iterable[Job]:
    return JOBS


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return MAILS
