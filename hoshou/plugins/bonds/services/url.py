"""Viewing URLs: found by a keyed digest, kept sealed so that they can be sent again (A1, A19, D-42)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.japanese import fold_pasted_url
from hoshou.platform.keys import KeyRing
from hoshou.plugins.bonds.models import BondFolder

PURPOSE = "viewing-url"
PATH = "/v/"


def remember_token(keys: KeyRing, folder: BondFolder, token: str) -> None:
    """Give the folder its viewing URL, once for its whole life."""
    folder.token_digest = token_digest(keys, token)
    folder.token_sealed = keys.seal(PURPOSE, token.encode(), str(folder.id))


def token_digest(keys: KeyRing, token: str) -> str:
    """What a token is found by; also the name under which its tries are counted."""
    return keys.fingerprint(PURPOSE, token)


def viewing_url(keys: KeyRing, folder: BondFolder, public_url: str) -> str:
    """The viewing URL. The host comes from the settings, never from a request."""
    if folder.token_sealed is None:
        raise ValueError("the folder has no viewing URL")
    return f"{public_url}{PATH}{keys.open(PURPOSE, folder.token_sealed, str(folder.id)).decode()}"


def token_in(pasted: str) -> str:
    """The token in what somebody pasted as viewing URL; an empty text when there is none."""
    _, found, rest = fold_pasted_url(pasted).partition(PATH)
    return rest.split("/")[0].split("?")[0].split("#")[0] if found else ""


@dataclass(frozen=True)
class FoundFolder:
    """As much of a folder as is needed to let somebody in."""

    id: int
    password_hash: str
    password_serial: int
    deleted_at: datetime | None


def folder_of_token(session: Session, keys: KeyRing, token: str) -> FoundFolder | None:
    """The folder that a token opens, purged ones included.

    One statement, whether there is such a folder or not: what else belongs to it would take time that tells (A2).
    """
    row = session.execute(
        select(BondFolder.id, BondFolder.password_hash, BondFolder.password_serial, BondFolder.deleted_at).where(
            BondFolder.token_digest == token_digest(keys, token)
        )
    ).one_or_none()
    return FoundFolder(*row) if row else None
