"""Receipts for who uploaded: whether a folder's mails arrived, who opened it, who downloaded, and who didn't."""

from collections.abc import Iterable
from datetime import datetime, time

from flask import current_app, url_for
from flask_babel import gettext as _

from hoshou.base.clock import JST
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.staff.contribution import HomeItem, RecordLink, StaffView
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.services.record import FOLDER
from hoshou.plugins.bonds.services.scope import may_upload
from hoshou.plugins.receipts.services.undownloaded import undownloaded_soon
from hoshou.plugins.receipts.views import STAFF_VIEWS

NAME = "receipts"
VERSION = "1.0.0"
REQUIRES = ("organisations", "bonds", "domains")
"""The viewer's and the orderers' pages are known by what they record; without them nothing is recorded."""


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return STAFF_VIEWS


@hookimpl
def action_labels() -> Iterable[tuple[str, str]]:
    return (("receipts.issued", N_("受領確認書を発行しました（文書番号%(number)s、SHA-256：%(sha256)s）")),)


@hookimpl
def record_links(subject: Subject, object_kind: str, object_id: int) -> Iterable[RecordLink]:
    if object_kind != FOLDER:
        return ()
    return (
        RecordLink(
            title=_("受領の状況"),
            detail=_("メールが届いたか、だれが閲覧し、受け取ったかを、日時とともに確認できます。"),
            url=url_for("ReceiptView.show", pk=object_id),
        ),
    )


@hookimpl
def home_items(subject: Subject) -> Iterable[HomeItem]:
    if not may_upload(subject):
        return
    days = current_app.config["UNDOWNLOADED_DAYS"]
    count, first = undownloaded_soon(db.session(), subject, platform().clock.today(), days)
    if first is not None:
        yield HomeItem(
            title=_("未受領の証券等"),
            detail=_(
                "%(days)s日以内に保険始期を迎えますが、発注者さまがまだダウンロードしていません。受注者さまにご確認ください。",
                days=days,
            ),
            url=url_for("ReceiptView.list"),
            due=datetime.combine(first, time(), JST),
            count=count,
        )
