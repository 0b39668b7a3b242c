"""After the right password: a viewing session of that one folder, or the news that it is gone (A-033, A-039)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit, tickets
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.tickets import IssuedTicket, TicketKind
from hoshou.plugins.bonds.services import unlock
from hoshou.plugins.bonds.services.end_access import folder_subject
from hoshou.plugins.bonds.services.hold import hold_folder
from hoshou.plugins.bonds.services.reading import read_folder
from hoshou.plugins.bonds.services.unlock import Match
from hoshou.plugins.bonds.services.url import folder_of_token


@dataclass(frozen=True)
class Entered:
    """The session's ticket and the number of the file that is shown first; neither where nothing is left."""

    ticket: IssuedTicket | None
    first_file: int = 0


def enter(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    match: Match,
    token: str,
    *,
    earlier_cookie: str,
    browser: str,
    idle: timedelta,
    until: datetime,
) -> Entered:
    """Begin a viewing session; the browser's earlier one for this folder ends.

    Raises the generic refusal when the password was changed since it was matched.
    """
    # Held until the commit: a password changed meanwhile either ends the new ticket or voids this try.
    folder = hold_folder(session, match.folder_id)
    if folder.password_serial != match.password_serial:
        raise unlock.wrong()
    unlock.accept(session, keys, token, actor.origin)
    if folder.deleted_at is not None or not (facts := read_folder(session, folder.id)).files:
        audit.record(session, clock, actor, "viewer.told_gone", "bonds_folder", folder.id, browser=browser)
        return Entered(None)
    _end_earlier(session, clock, keys, earlier_cookie, folder.id)
    ticket = tickets.issue(
        session, clock, keys, TicketKind.VIEWER, folder_subject(folder.id), idle=idle, until=until
    )
    audit.record(
        session,
        clock,
        actor,
        "viewer.entered",
        "bonds_folder",
        folder.id,
        ticket=tickets.mark(ticket.public_id),
        browser=browser,
    )
    return Entered(ticket, facts.first_shown.number)


def _end_earlier(session: Session, clock: Clock, keys: KeyRing, cookie: str, folder_id: int) -> None:
    earlier = tickets.find_by_cookie(session, keys, TicketKind.VIEWER, cookie)
    if earlier is not None and earlier.subject == folder_subject(folder_id):
        tickets.end(session, clock, earlier.public_id, "replaced")


def note_refusal(session: Session, clock: Clock, keys: KeyRing, actor: Actor, token: str, *, browser: str) -> None:
    """A wrong try goes into the audit log; of a folder's, where the URL is one's."""
    folder = folder_of_token(session, keys, token)
    audit.record(
        session,
        clock,
        actor,
        "viewer.refused",
        "bonds_folder" if folder else "",
        folder.id if folder else "",
        browser=browser,
    )
