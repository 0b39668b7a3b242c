"""A user's feed of the scheme's dates: an address with a secret, since calendar programs can't log in."""

import secrets

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.plugins.guardkun.models.feeds import CalendarFeed
from hoshou.plugins.guardkun.services.calendar import KEEPERS, READERS

PURPOSE = "scheme-calendar"
TOKEN_BYTES = 32


def issue_feed(session: Session, clock: Clock, keys: KeyRing, actor: Actor, user_id: int) -> str:
    """The secret of the user's new feed, in clear for this once; the one before stops working."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == user_id))
    session.add(CalendarFeed(user_id=user_id, digest=keys.fingerprint(PURPOSE, token), created_at=clock.now()))
    audit.record(session, clock, actor, "guardkun.feed_issued", "user", user_id)
    return token


def revoke_feed(session: Session, clock: Clock, actor: Actor, user_id: int) -> None:
    """From the commit on the address answers nothing; revoking it again changes nothing."""
    feed = session.get(CalendarFeed, user_id)
    if feed is not None:
        session.delete(feed)
        audit.record(session, clock, actor, "guardkun.feed_revoked", "user", user_id)


def feed_of(session: Session, user_id: int) -> CalendarFeed | None:
    """The user's feed, if there is one."""
    return session.get(CalendarFeed, user_id)


def require_feed(session: Session, keys: KeyRing, token: str) -> None:
    """Raise NotFound ``feed_not_found`` unless the secret is of an active user who may still see the dates."""
    found = session.scalar(
        select(CalendarFeed.user_id)
        .join(User, User.id == CalendarFeed.user_id)
        .where(
            CalendarFeed.digest == keys.fingerprint(PURPOSE, token),
            User.active.is_(True),
            User.roles.any(RoleRow.name.in_([role.value for role in (*KEEPERS, *READERS)])),
        )
    )
    if found is None:
        raise NotFound("feed_not_found", N_("このアドレスのカレンダーはありません。"))
