"""The group liability scheme from quote to certificate."""

from collections.abc import Iterable

from flask import Blueprint, url_for
from flask_babel import gettext as _

from hoshou.platform.db import db
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Job
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.staff.contribution import HomeItem, StaffView
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun import models as models
from hoshou.plugins.guardkun.api import guardkun_api
from hoshou.plugins.guardkun.jobs import JOBS
from hoshou.plugins.guardkun.services import quoting
from hoshou.plugins.guardkun.services.documents import downloads
from hoshou.plugins.guardkun.services.mails import MAILS
from hoshou.plugins.guardkun.views import documents, quotes

NAME = "guardkun"
VERSION = "1.0.0"
REQUIRES = ("organisations", "premium", "proration")


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return (*quotes.STAFF_VIEWS, *documents.STAFF_VIEWS)


@hookimpl
def api_blueprints() -> Iterable[Blueprint]:
    return (guardkun_api,)


@hookimpl
def jobs() -> Iterable[Job]:
    return JOBS


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return MAILS


@hookimpl
def action_labels() -> Iterable[tuple[str, str]]:
    return (*quoting.ACTION_LABELS.items(), *downloads.ACTION_LABELS.items())


@hookimpl
def home_items(subject: Subject) -> Iterable[HomeItem]:
    if quoting.may_quote(db.session(), subject):
        yield HomeItem(
            title=_("ガードくんの見積"),
            detail=_("賦課金を計算し、見積を保存します。"),
            url=url_for("GuardkunQuotingView.new"),
        )
