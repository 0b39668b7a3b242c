"""発注者さま用プレビュー: what the holder of a download session sees and takes along (A-052 to A-055, D-06)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit, tickets
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.address import mask_address
from hoshou.platform.tickets import LostSession, Ticket, TicketKind
from hoshou.plugins.bonds.services.end_access import folder_of_subject
from hoshou.plugins.bonds.services.reading import FileFacts, FolderFacts, read_folder
from hoshou.plugins.orderer.models import OrdererAttempt


@dataclass(frozen=True)
class Preview:
    """A file of the folder in somebody's download session; ``mark`` names the session on the images."""

    folder: FolderFacts
    file: FileFacts
    mark: str
    seconds_left: int


def look(session: Session, clock: Clock, keys: KeyRing, public_id: str, cookie: str, number: int) -> Preview:
    """A file for who holds this live session; the session's idle time runs on.

    Raises LostSession, and NotFound for a file that isn't there.
    """
    return _preview(session, clock, _live_ticket(session, clock, keys, public_id, cookie), number)


def open_file(
    session: Session, clock: Clock, keys: KeyRing, origin: str, public_id: str, cookie: str, number: int
) -> Preview:
    """As ``look``, by a reader who acts: the idle time starts anew, and the audit log notes the view."""
    preview, actor = _act(session, clock, keys, origin, public_id, cookie, number)
    audit.record(
        session,
        clock,
        actor,
        "orderer.viewed",
        "bonds_folder",
        preview.folder.folder_id,
        file=number,
        ticket=preview.mark,
    )
    return preview


def note_download(
    session: Session, clock: Clock, keys: KeyRing, origin: str, public_id: str, cookie: str, number: int
) -> None:
    """A download is an operation, and noted with the digest of what was handed out."""
    preview, actor = _act(session, clock, keys, origin, public_id, cookie, number)
    audit.record(
        session,
        clock,
        actor,
        "orderer.downloaded",
        "bonds_folder",
        preview.folder.folder_id,
        file=number,
        sha256=preview.file.sha256,
        ticket=preview.mark,
    )


def note_viewers_try(session: Session, clock: Clock, keys: KeyRing, origin: str, cookies: list[str]) -> bool:
    """Whether one of these cookies is a live viewing session, which may never download; noted if so (A-037)."""
    for cookie in cookies:
        ticket = tickets.find_by_cookie(session, keys, TicketKind.VIEWER, cookie)
        if ticket is not None and tickets.is_alive(ticket, clock):
            actor = Actor(ActorKind.VIEWER, tickets.mark(ticket.public_id), origin=origin)
            folder_id = folder_of_subject(ticket.subject)
            audit.record(session, clock, actor, "viewer.download_refused", "bonds_folder", folder_id)
            return True
    return False


def leave(session: Session, clock: Clock, keys: KeyRing, origin: str, public_id: str, cookie: str) -> str:
    """戻る: end the session; returns the login attempt that it came from. Raises LostSession."""
    ticket = _live_ticket(session, clock, keys, public_id, cookie)
    tickets.end(session, clock, ticket.public_id)
    audit.record(
        session,
        clock,
        _actor(session, ticket, origin),
        "orderer.left",
        "bonds_folder",
        folder_of_subject(ticket.subject),
        ticket=tickets.mark(ticket.public_id),
    )
    return ticket.note


def _act(
    session: Session, clock: Clock, keys: KeyRing, origin: str, public_id: str, cookie: str, number: int
) -> tuple[Preview, Actor]:
    ticket = _live_ticket(session, clock, keys, public_id, cookie)
    tickets.touch(session, clock, ticket)
    session.refresh(ticket)
    return _preview(session, clock, ticket, number), _actor(session, ticket, origin)


def _live_ticket(session: Session, clock: Clock, keys: KeyRing, public_id: str, cookie: str) -> Ticket:
    ticket = tickets.require(session, clock, keys, TicketKind.ORDERER, cookie)
    if ticket.public_id != public_id:
        raise LostSession("unknown")
    return ticket


def _preview(session: Session, clock: Clock, ticket: Ticket, number: int) -> Preview:
    facts = read_folder(session, folder_of_subject(ticket.subject))
    return Preview(facts, facts.file(number), tickets.mark(ticket.public_id), tickets.seconds_left(ticket, clock))


def _actor(session: Session, ticket: Ticket, origin: str) -> Actor:
    attempt = session.get_one(OrdererAttempt, ticket.note)
    return Actor(ActorKind.ORDERER, mask_address(attempt.address), origin=origin)
