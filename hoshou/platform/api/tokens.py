"""Personal tokens for the REST API: shown once, kept as a keyed digest, revocable (P-023, A11)."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.template import CONTROL
from hoshou.platform.staff.models import ApiToken

PREFIX = "hsh_"
"""Lets people and scanners of leaked secrets tell what it is."""
SECRET_BYTES = 32
PURPOSE = "api-token"
NAME_MAX = 100
USE_PRECISION = timedelta(seconds=60)
"""The last use is noted to the minute: not every request writes."""


def issue_token(session: Session, clock: Clock, keys: KeyRing, actor: Actor, user_id: int, name: str) -> str:
    """A new token of the user, in clear for this once. Raises Refused for an unusable name."""
    name = name.strip()
    if not name or len(name) > NAME_MAX or CONTROL.search(name):
        raise Refused(
            "token_name",
            N_("トークンの名前を%(longest)d文字以内で入力してください。"),
            field="name",
            longest=NAME_MAX,
        )
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken(user_id=user_id, name=name, digest=keys.fingerprint(PURPOSE, secret), created_at=clock.now())
    session.add(token)
    session.flush()
    audit.record(session, clock, actor, "api.token_issued", "api_token", token.id, name=name)
    return secret


def tokens_of(session: Session, user_id: int) -> Sequence[ApiToken]:
    """The user's tokens, newest first, revoked ones included."""
    return session.scalars(select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc())).all()


def revoke_token(session: Session, clock: Clock, actor: Actor, user_id: int, token_id: int) -> None:
    """From the commit on the token opens nothing; revoking it again changes nothing.

    Raises NotFound for anybody else's token.
    """
    token = session.scalar(select(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user_id))
    if token is None:
        raise NotFound("token_not_found", N_("トークンが見つかりません。"))
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        audit.record(session, clock, actor, "api.token_revoked", "api_token", token.id, name=token.name)


def user_of_token(session: Session, keys: KeyRing, secret: str) -> tuple[ApiToken, User] | None:
    """The token and its user; None when it is unknown or revoked, or the user is deactivated."""
    row = session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(
            ApiToken.digest == keys.fingerprint(PURPOSE, secret),
            ApiToken.revoked_at.is_(None),
            User.active.is_(True),
        )
    ).first()
    return (row[0], row[1]) if row else None


def needs_note(clock: Clock, token: ApiToken) -> bool:
    """Whether the last use that is noted is too old to stand."""
    return token.last_used_at is None or clock.now() - token.last_used_at >= USE_PRECISION


def note_use(session: Session, clock: Clock, token_id: int) -> None:
    """Note that the token was used now."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=clock.now()))
