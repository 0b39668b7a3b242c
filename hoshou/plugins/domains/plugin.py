"""Orderers' mail domains: application, approvals, the registration four times a year, the public list."""

from collections.abc import Iterable

from flask import Blueprint, current_app, url_for
from flask_babel import gettext as _

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Job
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.site.entrance import Audience, Entrance
from hoshou.platform.staff.charts import Chart, ChartForm, Series
from hoshou.platform.staff.contribution import HomeItem, StaffView
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.domains.jobs import JOBS
from hoshou.plugins.domains.public import domains
from hoshou.plugins.domains.rules.stages import STAGE_LABELS, Stage
from hoshou.plugins.domains.rules.terms import Terms
from hoshou.plugins.domains.services.by_stage import count_by_stage
from hoshou.plugins.domains.services.mails import MAILS
from hoshou.plugins.domains.services.waiting import waiting_for
from hoshou.plugins.domains.views import SCREENS

NAME = "domains"
VERSION = "1.0.0"
REQUIRES = ("organisations",)

WAITING_TITLES = {
    Stage.APPLIED: N_("ドメイン申請の審査"),
    Stage.REVIEWED: N_("ドメイン申請への投票"),
}


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return SCREENS


@hookimpl
def public_blueprints() -> Iterable[Blueprint]:
    return (domains,)


@hookimpl
def entrances() -> Iterable[Entrance]:
    return (Entrance(Audience.ORDERER, "domains/entrance.html", order=200),)


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return MAILS


@hookimpl
def jobs() -> Iterable[Job]:
    return JOBS


@hookimpl
def home_items(subject: Subject) -> Iterable[HomeItem]:
    for waiting in waiting_for(db.session(), platform().clock, subject, Terms.of(current_app.config)):
        yield HomeItem(
            title=_(WAITING_TITLES[waiting.stage]),
            detail=_("期限までに承認がそろわない申請は、次の回の登録になります。"),
            url=url_for("DomainApplicationView.list", _flt_3_stage=waiting.stage.value),
            due=waiting.due,
            count=waiting.count,
        )


@hookimpl
def charts(subject: Subject) -> Iterable[Chart]:
    if not subject.has(Role.ASSOCIATION, Role.INSURER, Role.AUDITOR):
        return ()
    counts = count_by_stage(db.session(), platform().clock, subject)
    return (
        Chart(
            title=_("段階別のドメイン申請"),
            note=_("直近12か月に受け付けた申請と、それより前の手続中の申請です。"),
            subject=_("段階"),
            unit=_("件"),
            categories=tuple(_(STAGE_LABELS[stage]) for stage in counts),
            series=(Series(_("件数"), tuple(counts.values())),),
            form=ChartForm.BARS,
        ),
    )
