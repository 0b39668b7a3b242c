"""Policies as folders: upload, viewing URL and password, mails, renotification."""

from collections.abc import Iterable

from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.mail.template import MailTemplate
from hoshou.plugins.bonds import models  # noqa: F401 - the tables
from hoshou.plugins.bonds.services.notify import MAILS

NAME = "bonds"
VERSION = "1.0.0"
REQUIRES = ("organisations",)


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return MAILS
