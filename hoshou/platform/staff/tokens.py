"""The screen of personal API tokens, for every role of the staff."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, no_cache, permission_name
from flask_babel import gettext as _
from flask_login import current_user

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.api import tokens
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.site.errors import words
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import staff_actor
from hoshou.platform.subject import Role


class ApiTokenView(BaseView):
    """Everybody's own tokens: make one, see when it was used, revoke it."""

    route_base = "/tokens"
    default_view = "tokens"

    @expose("/", methods=["GET", "POST"])
    @has_access
    @no_cache
    @permission_name("tokens")
    def tokens(self) -> Any:
        secret, error = "", ""
        if request.method == "POST":
            here = platform()
            actor, user_id, name = staff_actor(), current_user.id, request.form.get("name", "")
            try:
                with unit_of_work() as session:
                    secret = tokens.issue_token(session, here.clock, here.keys, actor, user_id, name)
            except Refused as refusal:
                error = words(refusal)
        page = self.render_template(
            "staff/tokens.html",
            title=_("個人用トークン"),
            rows=tokens.tokens_of(db.session(), current_user.id),
            secret=secret,
            errors={"name": error} if error else {},
            name=request.form.get("name", "") if error else "",
        )
        return page, 400 if error else 200

    @expose("/<key:token_id>/revoke", methods=["POST"])
    @has_access
    @permission_name("tokens")
    def revoke(self, token_id: int) -> Any:
        here = platform()
        actor, user_id = staff_actor(), current_user.id
        with unit_of_work() as session:
            tokens.revoke_token(session, here.clock, actor, user_id, token_id)
        flash(_("トークンを取り消しました。以後、このトークンではAPIを利用できません。"), "success")
        return redirect(url_for("ApiTokenView.tokens"))


TOKENS_SCREEN = StaffView(
    view=ApiTokenView,
    grants={role: frozenset({"tokens"}) for role in Role},
    name="api_tokens",
    label=N_("個人用トークン"),
    order=900,
    method_labels={"tokens": N_("発行・取消")},
)
