"""One-time links by which staff set their password: no administrator ever knows one (ASVS 6.4.6)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.keys import KeyRing
from hoshou.platform.staff.models import StaffLink
from hoshou.platform.staff.passwords import set_password

LIFE = timedelta(hours=24)
TOKEN_BYTES = 32


@dataclass(frozen=True)
class IssuedLink:
    """What goes into the mail, once."""

    token: str
    expires_at: datetime


def issue_link(session: Session, clock: Clock, keys: KeyRing, user_id: int) -> IssuedLink:
    """A fresh link for the user; earlier ones stop working."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.execute(delete(StaffLink).where(StaffLink.user_id == user_id, StaffLink.used_at.is_(None)))
    link = StaffLink(digest=_digest(keys, token), user_id=user_id, expires_at=clock.now() + LIFE)
    session.add(link)
    session.flush()
    return IssuedLink(token, link.expires_at)


def user_of_link(session: Session, clock: Clock, keys: KeyRing, token: str) -> User:
    """The active user whom an unused link in time belongs to. Raises NotFound ``link_dead``."""
    user = session.scalar(
        select(User)
        .join(StaffLink, StaffLink.user_id == User.id)
        .where(
            StaffLink.digest == _digest(keys, token),
            StaffLink.used_at.is_(None),
            StaffLink.expires_at > clock.now(),
            User.active.is_(True),
        )
    )
    if user is None:
        raise _dead()
    return user


def use_link(session: Session, clock: Clock, keys: KeyRing, token: str, password: str, origin: str) -> None:
    """Set the password of the link's user; the link is used up.

    Raises NotFound ``link_dead``, and what ``check_new_password`` raises, which leaves the link usable.
    """
    user = user_of_link(session, clock, keys, token)
    used = session.execute(
        update(StaffLink)
        .where(
            StaffLink.digest == _digest(keys, token),
            StaffLink.used_at.is_(None),
            StaffLink.expires_at > clock.now(),
        )
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise _dead()
    set_password(session, clock, Actor(ActorKind.STAFF, user.username, user.id, origin), user, password)


def _digest(keys: KeyRing, token: str) -> str:
    return keys.fingerprint("staff-link", token)


def _dead() -> NotFound:
    return NotFound(
        "link_dead",
        N_("このリンクは使用済みか、有効期限が切れています。システム管理者に再送を依頼してください。"),
    )
