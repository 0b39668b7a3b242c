"""What the holder of a viewing session sees: one folder's files, for as long as the session lives (A-034, A-036)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit, tickets
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.keys import KeyRing
from hoshou.platform.tickets import Ticket, TicketKind
from hoshou.plugins.bonds.services.end_access import folder_of_subject, folder_subject
from hoshou.plugins.bonds.services.reading import FileFacts, FolderFacts, read_folder
from hoshou.plugins.bonds.services.url import folder_of_token


@dataclass(frozen=True)
class View:
    """A file of the folder in somebody's session; ``mark`` names the session on the images."""

    folder: FolderFacts
    file: FileFacts
    mark: str
    seconds_left: int


def look(session: Session, clock: Clock, keys: KeyRing, token: str, cookie: str, number: int) -> View:
    """A file for who holds a live session of its folder; the session's idle time runs on.

    Raises LostSession, and NotFound for a file that isn't there.
    """
    ticket = _live_ticket(session, clock, keys, token, cookie)
    return _view(session, clock, ticket, number)


def open_file(
    session: Session, clock: Clock, keys: KeyRing, origin: str, token: str, cookie: str, number: int
) -> View:
    """As ``look``, by a reader who acts: the idle time starts anew, and the audit log notes the view."""
    ticket = _live_ticket(session, clock, keys, token, cookie)
    tickets.touch(session, clock, ticket)
    session.refresh(ticket)
    view = _view(session, clock, ticket, number)
    actor = Actor(ActorKind.VIEWER, view.mark, origin=origin)
    audit.record(
        session, clock, actor, "viewer.viewed", "bonds_folder", view.folder.folder_id, file=view.file.number
    )
    return view


def leave(session: Session, clock: Clock, keys: KeyRing, origin: str, cookie: str) -> None:
    """End the session; a cookie that proves nothing ends nothing."""
    ticket = tickets.find_by_cookie(session, keys, TicketKind.VIEWER, cookie)
    if ticket is None or ticket.ended_at is not None:
        return
    actor = Actor(ActorKind.VIEWER, tickets.mark(ticket.public_id), origin=origin)
    tickets.end(session, clock, ticket.public_id)
    audit.record(session, clock, actor, "viewer.left", "ticket", tickets.mark(ticket.public_id))


def _live_ticket(session: Session, clock: Clock, keys: KeyRing, token: str, cookie: str) -> Ticket:
    folder = folder_of_token(session, keys, token)
    # No ticket is for folder 0: an unknown URL takes the same way as a folder's (A2).
    subject = folder_subject(folder.id if folder else 0)
    return tickets.require(session, clock, keys, TicketKind.VIEWER, cookie, subject)


def _view(session: Session, clock: Clock, ticket: Ticket, number: int) -> View:
    facts = read_folder(session, folder_of_subject(ticket.subject))
    return View(facts, facts.file(number), tickets.mark(ticket.public_id), tickets.seconds_left(ticket, clock))
