"""Error pages: what happened, what to do, and a reference that finds the log line (P-024)."""

import logging
import secrets
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, SecurityError

from hoshou.base.errors import DomainError, Forbidden, NotFound, TooManyTries, Unavailable
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


def init_errors(app: Flask) -> None:
    """Answer every error of this application with a page or, under /api/, with a JSON document."""

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> tuple[Any, int]:
        return _answer(status_of(error), error.code, words(error), "")

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[Any, int] | Response:
        if isinstance(error, SecurityError):
            # A foreign host name: a page's addresses can't be built.
            return Response("Bad Request", 400, content_type="text/plain")
        if error.code is None or error.code < 400:
            return error.get_response()  # type: ignore[return-value]
        return _answer(error.code, error.name.lower().replace(" ", "_"), _http_words(error.code), "")

    @app.errorhandler(Exception)
    def fault(error: Exception) -> tuple[Any, int]:
        reference = secrets.token_hex(4).upper()
        db.session.rollback()
        log.error("fault %s at %s %s", reference, request.method, request.endpoint, exc_info=error)
        message = _("システムで問題が発生しました。しばらくしてからもう一度お試しください。")
        return _answer(500, "fault", message, reference)


def _http_words(code: int) -> str:
    known = {
        400: _("送信された内容を処理できませんでした。前の画面に戻り、もう一度お試しください。"),
        403: _("この操作を行う権限がありません。"),
        404: _("お探しのページは見つかりませんでした。アドレスをご確認ください。"),
        405: _("この操作はできません。前の画面に戻り、もう一度お試しください。"),
        413: _("送信されたデータが大きすぎます。"),
        429: _("試行回数が上限に達しました。しばらくしてからもう一度お試しください。"),
    }
    return str(known.get(code) or _("処理できませんでした。しばらくしてからもう一度お試しください。"))


def _answer(status: int, code: str, message: str, reference: str) -> tuple[Any, int]:
    if request.path.startswith(API_PREFIX):
        body = {"error": {"code": code, "message": message}}
        if reference:
            body["error"]["reference"] = reference
        return jsonify(body), status
    page = render_template("site/error.html", status=status, code=code, message=message, reference=reference)
    return page, status
