"""Error pages: what happened, what to do, and a reference that finds the log line (P-024)."""

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError
from werkzeug.exceptions import NotFound as NotFoundPage

from hoshou.base.errors import DomainError, Forbidden, Invalid, NotFound, TooManyTries, Unavailable
from hoshou.platform.calendar import Opening
from hoshou.platform.db import db

log = logging.getLogger("hoshou.errors")

API_PREFIX = "/api/"
STATUS: dict[type[DomainError], int] = {NotFound: 404, Forbidden: 403, TooManyTries: 429, Unavailable: 503}


def status_of(error: DomainError) -> int:
    """The HTTP status that tells the kind of a domain error."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def words(error: DomainError) -> str:
    """The error's sentence in the reader's language."""
    return str(_(error.message, **error.values) if error.values else _(error.message))


def faults(error: DomainError) -> list[dict[str, str]]:
    """Each input at fault with its sentence; ``about`` says which of several values (a file's name)."""
    errors: Sequence[DomainError] = error.errors if isinstance(error, Invalid) else (error,)
    return [
        {"field": fault.field, "code": fault.code, "message": words(fault)}
        | ({"about": fault.about} if fault.about else {})
        for fault in errors
        if fault.field
    ]


def init_errors(app: Flask) -> None:
    """Answer every error of this application with a page or, under /api/, with a JSON document."""

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> tuple[Any, int]:
        if isinstance(error, TooManyTries) and not request.path.startswith(API_PREFIX):
            return render_template("site/locked.html", **error.values), 429
        return _answer(status_of(error), error.code, words(error), fields=faults(error))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[Any, int] | Response:
        if error.code is None or error.code < 400:
            return error.get_response()  # type: ignore[return-value]
        if error.code == 404 and not request.path.startswith(API_PREFIX):
            return render_template("site/not_found.html"), 404
        return _answer(error.code, error.name.lower().replace(" ", "_"), _http_words(error.code))

    @app.errorhandler(SecurityError)
    def foreign_host(error: SecurityError) -> Response:
        # Nothing has an address under a foreign host, so there are no links and hence no page.
        return Response(_http_words(400), 400, mimetype="text/plain")

    @app.errorhandler(CSRFError)
    def form_expired(error: CSRFError) -> tuple[Any, int] | Response:
        return render_template("site/form_expired.html"), 400

    @app.errorhandler(DBAPIError)
    def no_database(error: DBAPIError) -> tuple[Any, int]:
        if not isinstance(error, OperationalError | InterfaceError):
            return fault(error)
        # Without a database there is no asking whether the service is open, which every page shows.
        g.opening = Opening(True)
        db.session.rollback()
        log.error("no database at %s %s: %s", request.method, request.endpoint, type(error.orig).__name__)
        return _answer(503, "no_database", _http_words(503))

    @app.errorhandler(DataError)
    def unstorable(error: DataError) -> tuple[Any, int] | Response:
        # A value that no column holds, such as the NUL character on PostgreSQL, came with the request.
        db.session.rollback()
        log.warning("unstorable value at %s %s", request.method, request.endpoint)
        return http_error(NotFoundPage() if "\0" in request.path else BadRequest())

    @app.errorhandler(Exception)
    def fault(error: Exception) -> tuple[Any, int]:
        reference = secrets.token_hex(4).upper()
        db.session.rollback()
        log.error("fault %s at %s %s", reference, request.method, request.endpoint, exc_info=error)
        message = _("システムで問題が発生しました。しばらくしてからもう一度お試しください。")
        return _answer(500, "fault", message, reference=reference)


def _http_words(code: int) -> str:
    known = {
        400: _("送信された内容を処理できませんでした。前の画面に戻り、もう一度お試しください。"),
        403: _("この操作を行う権限がありません。"),
        404: _("お探しのページは見つかりませんでした。アドレスをご確認ください。"),
        405: _("この操作はできません。前の画面に戻り、もう一度お試しください。"),
        413: _("送信されたデータが大きすぎます。"),
        503: _(
            "システムが混み合っているか、一時的に利用できない状態です。数分おいてから、もう一度お試しください。"
        ),
        429: _("試行回数が上限に達しました。しばらくしてからもう一度お試しください。"),
    }
    return str(known.get(code) or _("処理できませんでした。しばらくしてからもう一度お試しください。"))


def _answer(
    status: int, code: str, message: str, *, reference: str = "", fields: Sequence[Mapping[str, str]] = ()
) -> tuple[Any, int]:
    if request.path.startswith(API_PREFIX):
        error: dict[str, Any] = {"code": code, "message": message}
        if fields:
            error["fields"] = fields
        if reference:
            error["reference"] = reference
        return jsonify({"error": error}), status
    page = render_template("site/error.html", status=status, code=code, message=message, reference=reference)
    return page, status
