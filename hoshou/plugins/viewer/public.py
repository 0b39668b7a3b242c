"""The viewing URL: a password page that says nothing about the folder, then its page images."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hoshou.base.errors import DomainError, Refused
from hoshou.platform import tickets
from hoshou.platform.actor import ActorKind
from hoshou.platform.client import client_actor, client_address
from hoshou.platform.context import platform
from hoshou.platform.db import reading, transact
from hoshou.platform.site import cookies
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.site.sessions import idle_time, lost_session_page
from hoshou.platform.tickets import IssuedTicket, LostSession
from hoshou.plugins.bonds.rules.secret import bare_password
from hoshou.plugins.bonds.services import pages, unlock
from hoshou.plugins.bonds.services.url import token_digest
from hoshou.plugins.viewer.services.enter import Entered, enter, note_refusal
from hoshou.plugins.viewer.services.view import leave as end_view
from hoshou.plugins.viewer.services.view import look, open_file

BROWSER_NAME_LENGTH = 200

viewer = Blueprint("viewer", __name__, url_prefix="/v")


@viewer.get("/<token>")
def password(token: str) -> Any:
    """閲覧用パスワードの入力: the same page for any token, a folder's or nobody's."""
    return _password_page(token, {})


@viewer.post("/<token>")
def unlock_folder(token: str) -> Any:
    """URL and password right: a viewing session begins."""
    typed = request.form.get("password", "")
    if not bare_password(typed):
        return _password_page(token, {"password": _("閲覧用パスワードを入力してください。")}), 400
    here, actor = platform(), client_actor(ActorKind.VIEWER)
    browser = request.user_agent.string[:BROWSER_NAME_LENGTH]
    transact(lambda session: unlock.reserve(session, here.clock, here.keys, token, actor.origin))
    try:
        with reading() as session:
            match = unlock.match(session, here.keys, token, typed)
        entered: Entered = transact(
            lambda session: enter(
                session,
                here.clock,
                here.keys,
                actor,
                match,
                token,
                earlier_cookie=cookies.taken(_cookie_name(token)),
                browser=browser,
                idle=idle_time(),
                until=tickets.next_midnight(here.clock),
            )
        )
    except Refused as error:
        transact(lambda session: note_refusal(session, here.clock, here.keys, actor, token, browser=browser))
        return _password_page(token, {"password": words(error)}), status_of(error)
    if entered.ticket is None:
        return render_template("viewer/gone.html"), 410
    return _begin(token, entered.ticket, entered.first_file)


@viewer.get("/<token>/files/<key:number>")
def show(token: str, number: int) -> Any:
    """A file's pages. Choosing another file in the pull-down comes here with ``file`` and goes on to its address."""
    chosen = request.args.get("file", type=int)
    if chosen is not None and chosen != number:
        return redirect(url_for("viewer.show", token=token, number=chosen))
    here, cookie = platform(), cookies.taken(_cookie_name(token))
    view = transact(
        lambda session: open_file(session, here.clock, here.keys, client_address(), token, cookie, number)
    )
    try:
        shown = pages.shown_pages(here.files, view.file)
    except DomainError as error:
        return _unreadable(error)
    return render_template(
        "viewer/viewer.html",
        token=token,
        folder=view.folder,
        files=view.folder.files,
        current=view.file,
        pages=shown,
        session_seconds_left=view.seconds_left,
        idle_minutes=current_app.config["IDLE_MINUTES"],
    )


@viewer.get("/<token>/files/<key:number>/pages/<key:page>")
def page_image(token: str, number: int, page: int) -> Any:
    """One page as an image. Images load by themselves, so they don't keep the session alive."""
    here = platform()
    with reading() as session:
        view = look(session, here.clock, here.keys, token, cookies.taken(_cookie_name(token)), number)
    stamp = pages.watermark(_("閲覧専用"), view.folder.policy_number, here.clock.now(), view.mark)
    try:
        image = pages.page_image(here.files, view.file, page, stamp)
    except DomainError as error:
        return _unreadable(error)
    return Response(image.content, mimetype=image.mimetype)


@viewer.post("/<token>/leave")
def leave(token: str) -> Any:
    """表示を終了する: the session ends here and now, whoever holds a copy of the cookie."""
    here, name = platform(), _cookie_name(token)
    transact(lambda session: end_view(session, here.clock, here.keys, client_address(), cookies.taken(name)))
    flash(_("表示を終了しました。"), "success")
    response = redirect(url_for("viewer.password", token=token))
    cookies.drop(response, name)
    return response


@viewer.errorhandler(LostSession)
def lost(error: LostSession) -> Any:
    """No live session of this folder: say so and lead back to the password, whatever the token is."""
    token = (request.view_args or {}).get("token", "")
    return lost_session_page(error, url_for("viewer.password", token=token))


def _cookie_name(token: str) -> str:
    return cookies.VIEWER + token_digest(platform().keys, token)[:16]


def _password_page(token: str, errors: dict[str, str]) -> str:
    return render_template("viewer/password.html", token=token, errors=errors)


def _begin(token: str, ticket: IssuedTicket, first_file: int) -> Any:
    response = redirect(url_for("viewer.show", token=token, number=first_file))
    cookies.give(response, _cookie_name(token), ticket.cookie)
    return response


def _unreadable(error: DomainError) -> Any:
    if not pages.is_damaged(error):
        raise error
    return render_template("bonds/unreadable.html"), 422
