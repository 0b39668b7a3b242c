"""The group liability scheme from quote to certificate."""

from collections.abc import Iterable

from flask import Blueprint, url_for
from flask_babel import gettext as _

from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Job
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.staff import display
from hoshou.platform.staff.charts import Chart, ChartForm, Series
from hoshou.platform.staff.contribution import HomeItem, StaffView
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun import models as models
from hoshou.plugins.guardkun.api import guardkun_api
from hoshou.plugins.guardkun.jobs import JOBS
from hoshou.plugins.guardkun.public import scheme_feed
from hoshou.plugins.guardkun.rules.stages import STAGE_LABELS
from hoshou.plugins.guardkun.services import quoting, record, year_record
from hoshou.plugins.guardkun.services.by_stage import STAGES, count_by_stage
from hoshou.plugins.guardkun.services.documents import downloads
from hoshou.plugins.guardkun.services.mails import MAILS
from hoshou.plugins.guardkun.services.next_deadline import next_deadline
from hoshou.plugins.guardkun.services.reminders import REMINDER_MAIL
from hoshou.plugins.guardkun.services.waiting import WORK_LABELS, Work, waiting_for
from hoshou.plugins.guardkun.views import (
    applications,
    booking,
    changes,
    dates,
    documents,
    enrolments,
    help_pages,
    members,
    prefectures,
    quotes,
    registrations,
    work,
    years,
)

NAME = "guardkun"
VERSION = "1.0.0"
REQUIRES = ("organisations", "guides", "premium", "proration")


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return (
        *work.SCREENS,
        *quotes.STAFF_VIEWS,
        enrolments.SCREEN,
        applications.SCREEN,
        changes.SCREEN,
        booking.SCREEN,
        members.SCREEN,
        registrations.SCREEN,
        *documents.STAFF_VIEWS,
        *dates.STAFF_VIEWS,
        *help_pages.STAFF_VIEWS,
        *years.STAFF_VIEWS,
        *prefectures.STAFF_VIEWS,
    )


@hookimpl
def public_blueprints() -> Iterable[Blueprint]:
    return (scheme_feed,)


@hookimpl
def api_blueprints() -> Iterable[Blueprint]:
    return (guardkun_api,)


@hookimpl
def jobs() -> Iterable[Job]:
    return JOBS


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return (*MAILS, REMINDER_MAIL)


@hookimpl
def action_labels() -> Iterable[tuple[str, str]]:
    return (
        *record.ACTION_LABELS.items(),
        *quoting.ACTION_LABELS.items(),
        *downloads.ACTION_LABELS.items(),
        *year_record.ACTION_LABELS.items(),
    )


@hookimpl
def home_items(subject: Subject) -> Iterable[HomeItem]:
    event = next_deadline(db.session(), platform().clock, subject)
    if event is not None:
        yield HomeItem(
            title=_(event.title, **event.values),
            detail=_("本登録と書類の到着がともに間に合わない申込みは、次の回に回るか、お受けできません。"),
            url=url_for("SchemeCalendarView.list", kind=event.kind.value),
            due=event.at,
        )
    for waiting in waiting_for(db.session(), subject):
        yield HomeItem(
            title=_(WORK_LABELS[waiting.work]),
            detail=_("ガードくん賠償責任保険"),
            url=url_for("GuardkunWorkView.list", _anchor=waiting.work.value),
            count=waiting.count,
            urgent=waiting.work is Work.DEFECTIVE,
        )
    if quoting.may_quote(db.session(), subject):
        yield HomeItem(
            title=_("ガードくんの見積"),
            detail=_("賦課金を計算し、見積を保存します。"),
            url=url_for("GuardkunQuotingView.new"),
        )


@hookimpl
def charts(subject: Subject) -> Iterable[Chart]:
    found = count_by_stage(db.session(), platform().clock, subject)
    if found is None:
        return ()
    deadline = found.deadline
    return (
        Chart(
            title=_("次の募集締切までの加入手続き"),
            note=_(
                "%(deadline)s、%(at)sまで。取下げを除きます。",
                deadline=_(deadline.title, **deadline.values),
                at=display.instant(deadline.at),
            ),
            subject=_("段階"),
            unit=_("件"),
            categories=tuple(_(STAGE_LABELS[stage]) for stage in STAGES),
            series=(
                Series(_("書類到着済"), found.complete, tone=2),
                Series(_("書類未到着"), found.open, tone=1),
            ),
            form=ChartForm.BARS,
        ),
    )
