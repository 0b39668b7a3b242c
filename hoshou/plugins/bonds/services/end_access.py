"""Who holds an open session of a folder loses it: its password changed, or it is gone (A9)."""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import tickets
from hoshou.platform.tickets import TicketKind


def folder_subject(folder_id: int) -> str:
    """How tickets name the folder that they are for."""
    return f"folder:{folder_id}"


def folder_of_subject(subject: str) -> int:
    """The folder that a ticket's subject names."""
    return int(subject.removeprefix("folder:"))


def end_access(session: Session, clock: Clock, folder_id: int, why: str) -> None:
    """End every viewer's and orderer's session of the folder."""
    for kind in (TicketKind.VIEWER, TicketKind.ORDERER):
        tickets.end_all(session, clock, kind, folder_subject(folder_id), why)
