"""The staff home: a workplace, what waits for me first."""

from collections.abc import Iterator
from typing import Any

from flask import url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _
from flask_login import current_user, login_required
from sqlalchemy import func, select

from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.jobs import runs
from hoshou.platform.jobs.runs import RunState
from hoshou.platform.mail.outbox import MailState, OutboxMail
from hoshou.platform.staff import totp
from hoshou.platform.staff.contribution import HomeItem
from hoshou.platform.staff.session import current_subject
from hoshou.platform.subject import Role, Subject


class HomeView(BaseView):
    """Open to every logged-in user; what it shows is theirs."""

    route_base = "/home"
    default_view = "index"

    @expose("/")
    @login_required
    def index(self) -> Any:
        subject = current_subject()
        items: list[HomeItem] = [*platform().plugins.collect("home_items", subject=subject), *_own_items(subject)]
        items.sort(key=_urgency)
        groups = (
            (_("至急の対応・失敗したもの"), [item for item in items if item.urgent]),
            (_("次の期限"), [item for item in items if not item.urgent and item.due]),
            (_("対応待ち・ご案内"), [item for item in items if not item.urgent and not item.due]),
        )
        return self.render_template(
            "staff/home.html",
            title=_("ホーム"),
            groups=[(heading, group) for heading, group in groups if group],
            subject=subject,
        )


def _urgency(item: HomeItem) -> tuple[bool, bool, str]:
    return (not item.urgent, item.due is None, item.due.isoformat() if item.due else item.title)


def _own_items(subject: Subject) -> Iterator[HomeItem]:
    """What the platform itself has for people: undelivered mails, and the offer of a second step."""
    if subject.has(Role.ADMINISTRATOR):
        dead = db.session.scalar(
            select(func.count()).select_from(OutboxMail).where(OutboxMail.state == MailState.DEAD.value)
        )
        if dead:
            yield HomeItem(
                title=_("送信できなかったメール"),
                detail=_("宛先や送信設定を確認してください。"),
                url=url_for("OutboxView.list", state=MailState.DEAD.value),
                count=dead,
                urgent=True,
            )
        failed = [name for name, run in runs.latest_of_each(db.session()).items() if run.state == RunState.FAILED]
        if failed:
            yield HomeItem(
                title=_("失敗した定期処理"),
                detail="、".join(sorted(failed)),
                url=url_for("JobsView.list"),
                count=len(failed),
                urgent=True,
            )
    if not totp.is_confirmed(current_user.id):
        yield HomeItem(
            title=_("2段階認証を設定できます"),
            detail=_("認証アプリのコードを求めることで、不正なログインを防ぎます。"),
            url=url_for("AccountView.index", _anchor="second-step"),
        )
