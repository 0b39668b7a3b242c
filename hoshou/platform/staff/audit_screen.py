"""The audit log for auditors and administrators: read, and prove whole (P-011, A26)."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from sqlalchemy import select

from hoshou.base.clock import JST
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import ACTOR_LABELS, ActorKind
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import db
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.paging import newest_first
from hoshou.platform.subject import Role

FILTERS = ("actor", "action", "object_kind", "object_id", "since", "until")


class AuditView(BaseView):
    """Entries newest first."""

    route_base = "/audit"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        asked = {name: request.args.get(name, "").strip() for name in FILTERS}
        statement = select(AuditEntry)
        if asked["actor"]:
            statement = statement.where(AuditEntry.actor_name.contains(asked["actor"], autoescape=True))
        if asked["action"]:
            statement = statement.where(AuditEntry.action.startswith(asked["action"], autoescape=True))
        for name in ("object_kind", "object_id"):
            if asked[name]:
                statement = statement.where(getattr(AuditEntry, name) == asked[name])
        if asked["since"]:
            statement = statement.where(AuditEntry.at >= _midnight(asked["since"]))
        if asked["until"]:
            statement = statement.where(AuditEntry.at < _midnight(asked["until"]) + timedelta(days=1))
        return self.render_template(
            "staff/audit_list.html",
            title=_("監査ログ"),
            asked=asked,
            page=newest_first(db.session(), statement, AuditEntry.id),
            actors={kind.value: _(label) for kind, label in ACTOR_LABELS.items()},
            given={name: value for name, value in asked.items() if value},
        )

    @expose("/show/<key:number>")
    @has_access
    def show(self, number: int) -> Any:
        entry = db.session.get(AuditEntry, number)
        if entry is None:
            abort(404)
        detail = json.dumps(json.loads(entry.detail), ensure_ascii=False, indent=2, sort_keys=True)
        return self.render_template(
            "staff/audit_show.html",
            title=_("監査ログ：詳細"),
            entry=entry,
            actor=_(ACTOR_LABELS[ActorKind(entry.actor_kind)]),
            detail=detail,
        )

    @expose("/verify", methods=["POST"])
    @has_access
    def verify(self) -> Any:
        problems = audit.verify(db.session(), audit.audit_key())
        if problems:
            first = problems[0]
            flash(
                _(
                    "監査ログの連鎖に%(count)d件の異常があります。最初の異常は記録%(number)dです。",
                    count=len(problems),
                    number=first.entry_id,
                ),
                "danger",
            )
        else:
            flash(_("監査ログの連鎖に異常はありません。"), "success")
        return redirect(url_for("AuditView.list"))


def _midnight(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), JST)
    except ValueError:
        abort(400)


AUDIT_SCREEN = StaffView(
    AuditView,
    dict.fromkeys((Role.ADMINISTRATOR, Role.AUDITOR), frozenset({"list", "show", "verify"})),
    name="audit",
    label=N_("監査ログ"),
    category="administration",
    category_label=N_("システム管理"),
    order=90,
    method_labels={"verify": N_("連鎖の検査")},
)
