"""The outbox for administrators: how far each mail has come, never what it says (P-015)."""

from typing import Any

from flask import request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from sqlalchemy import select

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.mail.outbox import MailState, OutboxMail
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.paging import newest_first
from hoshou.platform.subject import Role

STATE_LABELS = {
    MailState.QUEUED: N_("送信待ち"),
    MailState.SENDING: N_("送信中"),
    MailState.SENT: N_("送信済"),
    MailState.EXPIRED: N_("期限切れ"),
    MailState.DEAD: N_("送信不能"),
}
STATE_TAGS = {MailState.SENT: "good", MailState.DEAD: "bad", MailState.EXPIRED: "bad", MailState.QUEUED: "waiting"}


class OutboxView(BaseView):
    """Mails newest first; recipients masked, bodies never."""

    route_base = "/outbox"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        state = request.args.get("state", "")
        statement = select(OutboxMail)
        if state in set(MailState):
            statement = statement.where(OutboxMail.state == state)
        return self.render_template(
            "staff/outbox_list.html",
            title=_("送信メール"),
            page=newest_first(db.session(), statement, OutboxMail.id),
            state=state,
            labels={key.value: _(label) for key, label in STATE_LABELS.items()},
            titles={found.key: _(found.title) for found in platform().plugins.collect("mail_templates")},
            tags={key.value: tag for key, tag in STATE_TAGS.items()},
        )


OUTBOX_SCREEN = StaffView(
    OutboxView,
    {Role.ADMINISTRATOR: frozenset({"list"})},
    name="outbox",
    label=N_("送信メール"),
    category="administration",
    category_label=N_("システム管理"),
    order=91,
)
