"""Viewing URL + viewing password: the tries are counted first, then the password is looked at (A2 to A5).

The face runs three steps: ``reserve`` in a transaction of its own, ``match`` without one, and the rest
(``accept`` and a ticket) in a last transaction.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.networks import subnet
from hoshou.platform import throttle
from hoshou.platform.keys import KeyRing
from hoshou.platform.throttle import Limit
from hoshou.plugins.bonds.rules.secret import bare_password
from hoshou.plugins.bonds.services.passwords import password_matches
from hoshou.plugins.bonds.services.url import folder_of_token, token_digest

WINDOW = timedelta(minutes=15)
TRIES_PER_URL_AND_SUBNET = 5
TRIES_PER_URL = 10
TRIES_PER_SUBNET = 10
TRIES_OF_EVERYBODY = 2000


@dataclass(frozen=True)
class Match:
    """The folder whose URL and password were both right. ``is_gone``: it was deleted since (D-46)."""

    folder_id: int
    password_serial: int
    is_gone: bool


def limits_for(keys: KeyRing, token: str, origin: str) -> tuple[Limit, ...]:
    """Narrow limits first: one network's tries never use up everybody's (A5)."""
    url = token_digest(keys, token)[:32]
    network = subnet(origin)
    return (
        Limit(f"view/{url}/{network}", TRIES_PER_URL_AND_SUBNET, WINDOW),
        Limit(f"view-from/{network}", TRIES_PER_SUBNET, WINDOW),
        Limit(f"view/{url}", TRIES_PER_URL, WINDOW),
        Limit("view", TRIES_OF_EVERYBODY, WINDOW),
    )


def reserve(session: Session, clock: Clock, keys: KeyRing, token: str, origin: str) -> None:
    """Take a try for this URL from this network. Raises TooManyTries."""
    throttle.reserve(session, clock, *limits_for(keys, token, origin))


def match(session: Session, keys: KeyRing, token: str, password: str) -> Match:
    """The folder, when URL and password are right.

    Raises the one generic refusal otherwise; the work done is the same whether the URL exists or not.
    """
    folder = folder_of_token(session, keys, token)
    hashed = folder.password_hash if folder else ""
    if not password_matches(hashed, bare_password(password)) or folder is None:
        raise wrong()
    return Match(folder.id, folder.password_serial, folder.deleted_at is not None)


def wrong() -> Refused:
    """The one answer to a wrong URL, a wrong password, and a folder that the caller must not know of (A2)."""
    return Refused(
        "wrong_url_or_password", N_("閲覧用URLまたは閲覧用パスワードが正しくありません。"), field="password"
    )


def accept(session: Session, keys: KeyRing, token: str, origin: str) -> None:
    """The password was right: the try doesn't count."""
    throttle.release(session, *limits_for(keys, token, origin))
