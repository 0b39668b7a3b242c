"""My account: second step, password, sessions. Open to every logged-in user, for themselves alone."""

from typing import Any

import segno
from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _
from flask_login import current_user, login_required
from sqlalchemy import select

from hoshou.base.errors import DomainError, NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit, throttle, tickets
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import passwords, totp
from hoshou.platform.staff import session as staff_session
from hoshou.platform.tickets import Ticket, TicketKind


class AccountView(BaseView):
    """What each user looks after by themselves."""

    route_base = "/account"
    default_view = "index"

    @expose("/")
    @login_required
    def index(self) -> Any:
        return self._page({}, 200)

    @expose("/password", methods=["POST"])
    @login_required
    def password(self) -> Any:
        here, form, user_id = platform(), request.form, current_user.id
        limit = passwords.current_password_limit(user_id)
        try:
            with unit_of_work() as work:
                throttle.reserve(work, here.clock, limit)
            passwords.check_current_password(current_user, form.get("current", ""))
            if form.get("password", "") != form.get("again", ""):
                return self._page({"again": _("確認用のパスワードが一致しません。")}, 400)
            with unit_of_work() as work:
                throttle.release(work, limit)
                user = self.appbuilder.sm.get_user_by_id(user_id)
                passwords.set_password(
                    work, here.clock, staff_session.staff_actor(), user, form.get("password", "")
                )
        except DomainError as error:
            return self._page({error.field or "current": words(error)}, status_of(error))
        # Every session has ended, this one too; whoever changed the password goes on in a new one.
        staff_session.begin(self.appbuilder.sm.get_user_by_id(user_id))
        flash(_("パスワードを変更しました。他のセッションはすべて終了しました。"), "success")
        return redirect(url_for("AccountView.index"))

    @expose("/second-step", methods=["POST"])
    @login_required
    def second_step(self) -> Any:
        """Start setting up, confirm with a code, or remove with a code."""
        step, code = request.form.get("step", ""), request.form.get("code", "")
        try:
            if step == "confirm":
                totp.confirm(current_user, code)
                flash(_("2段階認証を設定しました。次回のログインから認証コードを入力します。"), "success")
            elif step == "remove":
                totp.remove(current_user, code)
                flash(_("2段階認証を解除しました。"), "success")
            elif not totp.is_confirmed(current_user.id):
                totp.start(current_user)
        except DomainError as error:
            return self._page({"code": words(error)}, status_of(error))
        return redirect(url_for("AccountView.index", _anchor="second-step"))

    @expose("/sessions/<public_id>/end", methods=["POST"])
    @login_required
    def end_session(self, public_id: str) -> Any:
        here = platform()
        with unit_of_work() as work:
            ticket = work.get(Ticket, public_id)
            if ticket is None or ticket.kind != TicketKind.STAFF or ticket.subject != str(current_user.id):
                raise NotFound("session_not_found", N_("該当するセッションがありません。"))
            tickets.end(work, here.clock, public_id, "by_owner")
            actor = staff_session.staff_actor()
            audit.record(work, here.clock, actor, "staff.session_ended", "user", actor.user_id)
        flash(_("セッションを終了しました。"), "success")
        return redirect(url_for("AccountView.index"))

    def _page(self, errors: dict[str, str], status: int) -> tuple[Any, int]:
        here = platform()
        address = totp.pending_address(current_user)
        mine = select(Ticket).where(
            Ticket.kind == TicketKind.STAFF.value,
            Ticket.subject == str(current_user.id),
            Ticket.ended_at.is_(None),
            Ticket.expires_at > here.clock.now(),
        )
        alive = [
            ticket
            for ticket in db.session.scalars(mine.order_by(Ticket.issued_at.desc()).limit(50))
            if tickets.is_alive(ticket, here.clock)
        ]
        page = self.render_template(
            "staff/account.html",
            title=_("マイアカウント"),
            errors=errors,
            subject=staff_session.current_subject(),
            second_step=totp.is_confirmed(current_user.id),
            qr=_qr_image(address) if address else "",
            secret=totp.secret_of(current_user) if address else "",
            sessions=alive,
            this_session=staff_session.ticket_id(),
        )
        return page, status


def _qr_image(address: str) -> str:
    """The QR code as an image that needs no further request."""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=4))
