"""Cookies of the public pages: one for each session, so that two folders in two tabs never mix (A9, A-064)."""

from collections.abc import Iterator

from flask import current_app, request
from werkzeug import Response

PREFIX = "__Host-"

VIEWER = "view-"
ORDERER = "orderer-"
"""How the names of the tickets' cookies begin; each goes on with its folder's or ticket's digest."""


def give(response: Response, name: str, value: str) -> None:
    """Set a cookie that only this host reads, no script, and no form of another site sends along.

    It goes when the browser closes; what it opens ends by the ticket, on the server.
    """
    response.set_cookie(_full(name), value, path="/", secure=_is_secure(), httponly=True, samesite="Lax")


def taken(name: str) -> str:
    """The value that the request carries, or an empty text."""
    return request.cookies.get(_full(name), "")


def taken_all(start: str) -> Iterator[str]:
    """The values of all cookies whose names start so."""
    for name, value in request.cookies.items():
        if name.startswith(_full(start)):
            yield value


def drop(response: Response, name: str) -> None:
    """Have the browser forget it."""
    response.delete_cookie(_full(name), path="/", secure=_is_secure(), httponly=True, samesite="Lax")


def _full(name: str) -> str:
    return PREFIX + name if _is_secure() else name


def _is_secure() -> bool:
    public_url: str = current_app.config["PUBLIC_URL"]
    return public_url.startswith("https://")
