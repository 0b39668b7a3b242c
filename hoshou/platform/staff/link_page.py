"""The page behind a one-time link: whoever holds it chooses their password."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _

from hoshou.base.errors import DomainError, NotFound
from hoshou.base.networks import subnet
from hoshou.platform import throttle
from hoshou.platform.client import client_address
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff.links import use_link, user_of_link
from hoshou.platform.throttle import Limit

TRIES, WINDOW = 30, timedelta(minutes=15)


class StaffLinkView(BaseView):
    """Reached without a login; shows nothing to whoever doesn't hold a live link."""

    route_base = "/staff/link"
    default_view = "link"

    @expose("/<token>", methods=["GET", "POST"])
    def link(self, token: str) -> Any:
        here = platform()
        if request.method == "GET":
            user_of_link(db.session(), here.clock, here.keys, token)
            return self._page({}), 200
        with unit_of_work() as work:
            throttle.reserve(work, here.clock, Limit(f"staff-link/{subnet(client_address())}", TRIES, WINDOW))
        password = request.form.get("password", "")
        if password != request.form.get("again", ""):
            return self._page({"again": _("確認用のパスワードが一致しません。")}), 400
        try:
            transact(lambda work: use_link(work, here.clock, here.keys, token, password, client_address()))
        except NotFound:
            raise
        except DomainError as error:
            return self._page({error.field or "password": words(error)}), status_of(error)
        flash(_("パスワードを設定しました。ログインしてください。"), "success")
        return redirect(url_for("StaffAuthView.login"))

    def _page(self, errors: dict[str, str]) -> Any:
        return self.render_template("staff/link.html", title=_("パスワードの設定"), errors=errors)
