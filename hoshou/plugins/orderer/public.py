"""発注者さま用ログイン, ワンタイムパスワード認証, 発注者さま用プレビュー (manual 5.(1))."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hoshou.base.errors import DomainError, Refused
from hoshou.base.japanese import fold
from hoshou.base.mail_addresses import mail_domain
from hoshou.platform import tickets
from hoshou.platform.actor import ActorKind
from hoshou.platform.client import client_actor, client_address
from hoshou.platform.context import platform
from hoshou.platform.db import reading, transact
from hoshou.platform.mail.address import mask_address
from hoshou.platform.site import cookies
from hoshou.platform.site.attachment import attachment
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.site.sessions import idle_time, lost_session_page, lost_session_words
from hoshou.platform.tickets import LostSession
from hoshou.plugins.bonds.rules.secret import bare_password
from hoshou.plugins.bonds.services import pages, unlock
from hoshou.plugins.bonds.services.reading import read_folder
from hoshou.plugins.bonds.services.url import token_in
from hoshou.plugins.orderer.models import OrdererAttempt
from hoshou.plugins.orderer.services import preview as previews
from hoshou.plugins.orderer.services.login import StartedAttempt, note_refusal, start_after_match
from hoshou.plugins.orderer.services.resend import pause_left
from hoshou.plugins.orderer.services.resend import resend as send_again
from hoshou.plugins.orderer.services.verify import Verdict, Verification, attempt_of_browser, state_of, verify

ATTEMPT_COOKIE = "attempt-"
PDF = "application/pdf"

orderer = Blueprint("orderer", __name__, url_prefix="/orderer")


@dataclass(frozen=True)
class LoginForm:
    """The three fields as they were typed; the address folded, since full-width letters are pasted too."""

    email: str
    url: str
    password: str

    @classmethod
    def of_request(cls) -> "LoginForm":
        typed = request.form.get
        return cls(fold(typed("email", "")), typed("url", "").strip(), typed("password", ""))

    @property
    def token(self) -> str:
        """What the tries are counted under too; a URL that isn't one of ours stands for itself."""
        return token_in(self.url) or fold(self.url)

    def errors(self) -> dict[str, str]:
        """A sentence for each field that can't be right whatever is stored."""
        errors = {}
        if not self.email:
            errors["email"] = _("メールアドレスを入力してください。")
        else:
            try:
                mail_domain(self.email)
            except Refused as error:
                errors["email"] = words(error)
        if not self.url:
            errors["url"] = _("閲覧用URLを入力してください。")
        if not bare_password(self.password):
            errors["password"] = _("閲覧用パスワードを入力してください。")
        return errors


@orderer.get("")
def login() -> Any:
    """発注者さま用ログイン."""
    return render_template("orderer/login.html", errors={}, values={})


@orderer.post("")
def send_code() -> Any:
    """認証メール送信: URL and password first, then the domain, then the mail (D-12)."""
    form = LoginForm.of_request()
    errors = form.errors()
    if errors:
        return _login_page(form, errors), 400
    here = platform()
    actor = client_actor(ActorKind.ORDERER, mask_address(form.email))
    transact(lambda session: unlock.reserve(session, here.clock, here.keys, form.token, actor.origin))
    try:
        with reading() as session:
            match = unlock.match(session, here.keys, form.token, form.password)
        started = transact(
            lambda session: start_after_match(
                session, here.clock, here.keys, actor, match, form.token, form.email, **_terms()
            )
        )
    except Refused as error:
        code = error.code
        transact(lambda session: note_refusal(session, here.clock, here.keys, actor, form.token, code))
        return _login_page(form, {error.field: words(error)}, refused=code), status_of(error)
    return _to_otp(started)


@orderer.get("/<attempt>/otp")
def otp(attempt: str) -> Any:
    """ワンタイムパスワード認証 (GM0104)."""
    with reading() as session:
        return _otp_page(_attempt(session, attempt), {})


@orderer.post("/<attempt>/otp")
def verify_code(attempt: str) -> Any:
    """表示: the right code opens the preview, once."""
    here, typed = platform(), request.form.get("otp", "")
    if not typed.strip():
        return _otp_error(attempt, _("ワンタイムパスワードを入力してください。"), 400)

    def try_code(session: Any) -> Verification:
        found = _attempt(session, attempt)
        return verify(
            session,
            here.clock,
            here.keys,
            client_actor(ActorKind.ORDERER, mask_address(found.address)),
            found,
            typed,
            idle=idle_time(),
            until=tickets.next_midnight(here.clock),
        )

    try:
        outcome = transact(try_code)
    except Refused as error:
        return _otp_error(attempt, words(error), status_of(error))
    if outcome.ticket is None:
        sentence = ""
        if outcome.verdict is Verdict.WRONG:
            sentence = _(
                "ワンタイムパスワードが正しくありません。あと%(tries)d回入力できます。", tries=outcome.tries_left
            )
        return _otp_error(attempt, sentence, 400)
    with reading() as session:
        first = read_folder(session, outcome.folder_id).first_shown.number
    response = redirect(url_for("orderer.preview", ticket=outcome.ticket.public_id, number=first))
    cookies.give(response, _ticket_cookie(outcome.ticket.public_id), outcome.ticket.cookie)
    return response


@orderer.post("/<attempt>/resend")
def resend(attempt: str) -> Any:
    """再送: a new code, on a screen of its own; the one before is void."""
    here = platform()

    def again(session: Any) -> StartedAttempt:
        found = _attempt(session, attempt)
        actor = client_actor(ActorKind.ORDERER, mask_address(found.address))
        return send_again(session, here.clock, here.keys, actor, found, **_terms())

    try:
        started = transact(again)
    except Refused as error:
        flash(words(error), "warning")
        return redirect(url_for("orderer.otp", attempt=attempt))
    flash(_("ワンタイムパスワードを再送しました。"), "success")
    return _to_otp(started)


@orderer.get("/<ticket>/files/<key:number>")
def preview(ticket: str, number: int) -> Any:
    """発注者さま用プレビュー. Without a live session it leads to the login and says why (A-055)."""
    chosen = request.args.get("file", type=int)
    if chosen is not None and chosen != number:
        return redirect(url_for("orderer.preview", ticket=ticket, number=chosen))
    here, cookie = platform(), cookies.taken(_ticket_cookie(ticket))
    try:
        shown = transact(
            lambda session: previews.open_file(
                session, here.clock, here.keys, client_address(), ticket, cookie, number
            )
        )
    except LostSession as error:
        flash(
            lost_session_words(error) + _("再度ワンタイムパスワードを発行し、ログインしなおしてください。"),
            "warning",
        )
        return redirect(url_for("orderer.login"))
    try:
        page_list = pages.shown_pages(here.files, shown.file)
    except DomainError as error:
        return _unreadable(error)
    return render_template(
        "orderer/preview.html",
        ticket=ticket,
        folder=shown.folder,
        files=shown.folder.files,
        current=shown.file,
        pages=page_list,
        session_seconds_left=shown.seconds_left,
        idle_minutes=current_app.config["IDLE_MINUTES"],
    )


@orderer.get("/<ticket>/files/<key:number>/pages/<key:page>")
def page_image(ticket: str, number: int, page: int) -> Any:
    """One page as an image. Images load by themselves, so they don't keep the session alive."""
    here = platform()
    with reading() as session:
        shown = previews.look(
            session, here.clock, here.keys, ticket, cookies.taken(_ticket_cookie(ticket)), number
        )
    stamp = pages.watermark(_("プレビュー"), shown.folder.policy_number, here.clock.now(), shown.mark)
    try:
        image = pages.page_image(here.files, shown.file, page, stamp)
    except DomainError as error:
        return _unreadable(error)
    return Response(image.content, mimetype=image.mimetype)


@orderer.get("/<ticket>/files/<key:number>/download")
def download(ticket: str, number: int) -> Any:
    """ダウンロード: the stored bytes, unchanged, to the holder of a download session and nobody else."""
    here, cookie, origin = platform(), cookies.taken(_ticket_cookie(ticket)), client_address()
    try:
        with reading() as session:
            shown = previews.look(session, here.clock, here.keys, ticket, cookie, number)
    except LostSession:
        viewers = list(cookies.taken_all(cookies.VIEWER))
        if transact(lambda session: previews.note_viewers_try(session, here.clock, here.keys, origin, viewers)):
            return render_template("site/forbidden.html"), 403
        raise
    try:
        data = here.files.read(shown.file.blob)
    except DomainError as error:
        return _unreadable(error)
    transact(
        lambda session: previews.note_download(session, here.clock, here.keys, origin, ticket, cookie, number)
    )
    return attachment(data, shown.file.name, PDF)


@orderer.post("/<ticket>/back")
def back(ticket: str) -> Any:
    """戻る: the session ends; the OTP screen says that its password is used (D-06)."""
    here, name = platform(), _ticket_cookie(ticket)
    attempt = transact(
        lambda session: previews.leave(
            session, here.clock, here.keys, client_address(), ticket, cookies.taken(name)
        )
    )
    response = redirect(url_for("orderer.otp", attempt=attempt))
    cookies.drop(response, name)
    return response


@orderer.errorhandler(LostSession)
def lost(error: LostSession) -> Any:
    return lost_session_page(error, url_for("orderer.login"))


def _terms() -> dict[str, Any]:
    return {
        "life": timedelta(minutes=current_app.config["OTP_MINUTES"]),
        "exclude_contractor": current_app.config["EXCLUDE_CONTRACTOR_DOMAIN"],
    }


def _attempt(session: Any, public_id: str) -> OrdererAttempt:
    """The login that this browser started. Raises LostSession for anybody else's."""
    found = attempt_of_browser(session, platform().keys, public_id, cookies.taken(_attempt_cookie(public_id)))
    if found is None:
        raise LostSession("unknown")
    return found


def _to_otp(started: StartedAttempt) -> Any:
    response = redirect(url_for("orderer.otp", attempt=started.public_id))
    cookies.give(response, _attempt_cookie(started.public_id), started.cookie)
    return response


def _otp_error(attempt: str, sentence: str, status: int) -> Any:
    with reading() as session:
        return _otp_page(_attempt(session, attempt), {"otp": sentence} if sentence else {}), status


def _otp_page(attempt: OrdererAttempt, errors: dict[str, str]) -> str:
    now = platform().clock.now()
    state = state_of(attempt, now)
    return render_template(
        "orderer/otp.html",
        attempt=attempt.public_id,
        email=attempt.address,
        errors=errors if state is Verdict.WRONG else {},
        state="waiting" if state is Verdict.WRONG else state.value,
        expires_at=attempt.expires_at.strftime("%Y/%m/%d %H:%M"),
        seconds_left=max(0, int((attempt.expires_at - now).total_seconds())),
        otp_minutes=current_app.config["OTP_MINUTES"],
        resend_seconds=pause_left(attempt, now),
    )


def _login_page(form: LoginForm, errors: Mapping[Any, str], refused: str = "") -> str:
    values = {"email": form.email, "url": form.url}
    return render_template("orderer/login.html", errors=errors, values=values, refused=refused)


def _attempt_cookie(public_id: str) -> str:
    return ATTEMPT_COOKIE + public_id[:16]


def _ticket_cookie(public_id: str) -> str:
    return cookies.ORDERER + public_id[:16]


def _unreadable(error: DomainError) -> Any:
    if not pages.is_damaged(error):
        raise error
    return render_template("bonds/unreadable.html"), 422
