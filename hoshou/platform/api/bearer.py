"""Who calls the API: the user of the token in the Authorization header, and nothing else (P-023, A11, A23).

Cookies count for nothing here, so no other site can make a browser call it.
"""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, g, jsonify, request
from flask_babel import gettext as _

from hoshou.platform.actor import Actor
from hoshou.platform.api import tokens
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.fence import put_up
from hoshou.platform.staff.session import actor_of
from hoshou.platform.subject import Subject

SCHEME = "bearer"


def init_api(app: Flask, blueprints: Iterable[Blueprint]) -> None:
    """Register the API's blueprints; nobody gets through to their routes without a personal token."""
    names: set[str] = set()
    for blueprint in blueprints:
        # Without cookies there is nothing to forge.
        app.extensions["csrf"].exempt(blueprint)
        app.register_blueprint(blueprint)
        names.add(blueprint.name)
    app.config["API_BLUEPRINTS"] = frozenset(names)

    @app.before_request
    def authenticate() -> Any:
        return _authenticate() if request.blueprint in names else None


def api_subject() -> Subject:
    """The caller as the rules see them."""
    subject: Subject = g.api_subject
    return subject


def api_actor() -> Actor:
    """The caller as the audit log names them."""
    actor: Actor = g.api_actor
    return actor


def _authenticate() -> Any:
    here = platform()
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    found = None
    if scheme.lower() == SCHEME and secret.startswith(tokens.PREFIX):
        found = tokens.user_of_token(db.session(), here.keys, secret.strip())
    if found is None:
        return _unauthorized()
    token, user = found
    actor, user_id = actor_of(user), user.id
    if tokens.needs_note(here.clock, token):
        token_id = token.id
        with unit_of_work() as work:
            tokens.note_use(work, here.clock, token_id)
    subject = here.plugins.hook.subject_of_user(user_id=user_id)
    if subject is None:
        return _unauthorized()
    g.api_actor, g.api_subject = actor, subject
    put_up(db.session(), subject)
    return None


def _unauthorized() -> Any:
    message = _("有効な個人用トークンを Authorization ヘッダー（Bearer）で送ってください。")
    answer = jsonify({"error": {"code": "token_required", "message": message}})
    answer.status_code = 401
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
