"""The group liability scheme from quote to certificate."""

from collections.abc import Iterable

from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Job
from hoshou.platform.mail.template import MailTemplate
from hoshou.plugins.guardkun import models as models
from hoshou.plugins.guardkun.jobs import JOBS
from hoshou.plugins.guardkun.services.mails import MAILS

NAME = "guardkun"
VERSION = "1.0.0"
REQUIRES = ("organisations", "premium", "proration")


@hookimpl
def jobs() -> Iterable[Job]:
    return JOBS


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return MAILS
