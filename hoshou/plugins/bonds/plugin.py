"""Policies as folders: upload, viewing URL and password, mails, renotification."""

from collections.abc import Iterable

from flask import Blueprint, url_for
from flask_babel import gettext as _

from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Job
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.staff import display
from hoshou.platform.staff.charts import Chart, Series
from hoshou.platform.staff.contribution import HomeItem, StaffView
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.bonds.api import bonds_api
from hoshou.plugins.bonds.jobs import JOBS
from hoshou.plugins.bonds.services.address_test import TEST_MAIL
from hoshou.plugins.bonds.services.handover import waiting_handovers
from hoshou.plugins.bonds.services.notify import MAILS
from hoshou.plugins.bonds.services.record import folders_with_failed_mails
from hoshou.plugins.bonds.services.scope import may_upload
from hoshou.plugins.bonds.services.uploads_by_month import recent_months, uploads_by_month
from hoshou.plugins.bonds.views.screens import SCREENS

NAME = "bonds"
VERSION = "1.0.0"
REQUIRES = ("organisations",)


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return SCREENS


@hookimpl
def api_blueprints() -> Iterable[Blueprint]:
    return (bonds_api,)


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return (*MAILS, TEST_MAIL)


@hookimpl
def jobs() -> Iterable[Job]:
    return JOBS


@hookimpl
def home_items(subject: Subject) -> Iterable[HomeItem]:
    if not may_upload(subject):
        return
    for folder in folders_with_failed_mails(db.session(), platform().clock, subject):
        yield HomeItem(
            title=_("メールを送信できませんでした：証券番号 %(number)s", number=folder.policy_number),
            detail=_("宛先を確かめて、再通知または閲覧用パスワードの再発行を行ってください。"),
            url=url_for("BondFolderView.show", pk=folder.id),
            urgent=True,
        )
    now = platform().clock.now()
    for handover in waiting_handovers(db.session(), subject):
        yield HomeItem(
            title=_(
                "受注者さまへの閲覧用パスワードの連絡：証券番号 %(number)s", number=handover.folder.policy_number
            ),
            detail=_("「発注者提出用フォーマット」を作成し、受注者さまにお送りください。"),
            url=url_for("BondFolderView.show", pk=handover.folder_id),
            due=handover.expires_at if now < handover.expires_at else None,
        )
    yield HomeItem(
        title=_("証券等のアップロード"),
        detail=_("PDFを登録し、閲覧用URLと閲覧用パスワードをメールで送ります。"),
        url=url_for("BondUploadView.upload"),
    )


@hookimpl
def charts(subject: Subject) -> Iterable[Chart]:
    if not subject.has(Role.AGENCY, Role.INSURER, Role.ASSOCIATION, Role.AUDITOR):
        return ()
    months = recent_months(platform().clock.today())
    uploads = uploads_by_month(db.session(), subject, months)
    return (
        Chart(
            title=_("保険会社・月別のアップロード件数"),
            note=_("直近12か月に登録されたファイルの数です。その後に削除されたファイルを含みます。"),
            subject=_("登録月"),
            unit=_("件"),
            categories=tuple(display.month(month) for month in months),
            ticks=display.month_ticks(months),
            series=tuple(Series(row.insurer, row.counts, tone=row.position - 1) for row in uploads),
        ),
    )
