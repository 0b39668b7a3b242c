"""Retention: folders are deleted three years after their 保険終期, announced before and reported after."""

from collections.abc import Iterable
from datetime import datetime, time

from flask import url_for
from flask_babel import gettext as _

from hoshou.base.clock import JST
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Job
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.staff import display
from hoshou.platform.staff.charts import Chart, Series
from hoshou.platform.staff.contribution import HomeItem, StaffView
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.bonds.services.scope import may_upload
from hoshou.plugins.retention import models  # noqa: F401 - the tables
from hoshou.plugins.retention.jobs import JOBS
from hoshou.plugins.retention.services.mails import MAILS
from hoshou.plugins.retention.services.outlook import coming_months, counts_by_month, soon_gone
from hoshou.plugins.retention.views import STAFF_VIEWS

NAME = "retention"
VERSION = "1.0.0"
REQUIRES = ("organisations", "bonds")


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return STAFF_VIEWS


@hookimpl
def jobs() -> Iterable[Job]:
    return JOBS


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return MAILS


@hookimpl
def action_labels() -> Iterable[tuple[str, str]]:
    return (("retention.purged", N_("保険終期から3年が経過したため、フォルダとすべてのファイルを削除しました")),)


@hookimpl
def home_items(subject: Subject) -> Iterable[HomeItem]:
    if not may_upload(subject):
        return
    count, first = soon_gone(db.session(), subject, platform().clock.today())
    if first is not None:
        yield HomeItem(
            title=_("30日以内に削除される証券等"),
            detail=_("保険終期から3年が経過すると、自動的に削除されます。"),
            url=url_for("RetentionView.list"),
            due=datetime.combine(first, time(), JST),
            count=count,
        )


@hookimpl
def charts(subject: Subject) -> Iterable[Chart]:
    if not subject.has(Role.AGENCY, Role.INSURER, Role.ASSOCIATION, Role.AUDITOR):
        return ()
    today = platform().clock.today()
    months, rows = coming_months(today), counts_by_month(db.session(), subject, today)
    counts = {(row.position, row.month): row.count for row in rows}
    insurers = sorted({(row.position, row.short_name) for row in rows})
    return (
        Chart(
            title=_("今後1年間に削除される証券等"),
            note=_("最後にアップロードしたファイルの保険終期から3年が経過する月ごとの、証券番号の数です。"),
            subject=_("削除する月"),
            unit=_("件"),
            categories=tuple(display.month(month) for month in months),
            ticks=display.month_ticks(months),
            series=tuple(
                Series(name, tuple(counts.get((position, month), 0) for month in months), tone=position - 1)
                for position, name in insurers
            ),
        ),
    )
