"""The way in and out of the staff site: password, second step, logout."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import flash, redirect, request, session, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.forms import LoginForm_db
from flask_babel import gettext as _
from flask_login import current_user

from hoshou.base.errors import DomainError, TooManyTries
from hoshou.platform.context import platform
from hoshou.platform.staff import session as staff_session
from hoshou.platform.staff import totp

SECOND_STEP = "second_step"
SECOND_STEP_LIFE = timedelta(minutes=5)


class StaffAuthView(BaseView):
    """Password first; whoever set up a second step is asked for its code before anything is open."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> Any:
        next_url = local_address(request.args.get("next", "")) or self.appbuilder.get_url_for_index
        if current_user.is_authenticated:
            return redirect(next_url)
        form = LoginForm_db()
        status = 200
        if form.validate_on_submit():
            try:
                user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
            except DomainError as error:
                flash(_(error.message, **error.values), "danger")
                status = 429
            else:
                if user is None:
                    flash(_("ユーザー名またはパスワードが違います。"), "danger")
                    status = 401
                elif totp.is_confirmed(user.id):
                    session[SECOND_STEP] = {
                        "user": user.id,
                        "until": (platform().clock.now() + SECOND_STEP_LIFE).isoformat(),
                        "next": next_url,
                    }
                    return redirect(url_for("StaffAuthView.code"))
                else:
                    staff_session.begin(user)
                    return redirect(next_url)
        page = self.render_template("staff/login.html", title=_("スタッフログイン"), form=form)
        return page, status

    @expose("/login/code", methods=["GET", "POST"])
    @no_cache
    def code(self) -> Any:
        pending = session.get(SECOND_STEP)
        if not pending or datetime.fromisoformat(pending["until"]) <= platform().clock.now():
            session.pop(SECOND_STEP, None)
            return redirect(url_for("StaffAuthView.login"))
        error, status = "", 200
        if request.method == "POST":
            try:
                totp.check(pending["user"], request.form.get("code", ""))
            except DomainError as refusal:
                error = _(refusal.message, **refusal.values)
                status = 429 if isinstance(refusal, TooManyTries) else 401
            else:
                user = self.appbuilder.sm.get_user_by_id(pending["user"])
                staff_session.begin(user)
                return redirect(pending["next"])
        return self.render_template("staff/login_code.html", title=_("認証コードの入力"), error=error), status

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        staff_session.end()
        return redirect(self.appbuilder.get_url_for_index)


def local_address(address: str) -> str:
    """The path and query of an address on this site, or an empty text: a login leads nowhere else (A23)."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.netloc not in ("", request.host) or parts.scheme not in ("", "http", "https"):
        return ""
    if (
        address.startswith("//")
        or not parts.path.startswith("/")
        or parts.path.startswith("//")
        or "\\" in address
    ):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
