"""Insurers, branches, agencies and the staff who belong to them."""

from collections.abc import Iterable

from hoshou.platform.db import db
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.subject import Subject
from hoshou.plugins.organisations.services.mails import INVITATION_MAIL
from hoshou.plugins.organisations.services.subject import subject_of
from hoshou.plugins.organisations.views import SCREENS

NAME = "organisations"
VERSION = "1.0.0"
REQUIRES: tuple[str, ...] = ()


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return SCREENS


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return (INVITATION_MAIL,)


@hookimpl
def subject_of_user(user_id: int) -> Subject | None:
    return subject_of(db.session(), user_id)
