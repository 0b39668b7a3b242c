"""Server-side sessions of three kinds that never mix: staff, viewers, orderers (A9).

The browser holds a random secret in a cookie of its own for each ticket, the database its keyed
digest. A ticket ends by leaving, by idling, at its latest instant, or at midnight (D-16); a copy of the
cookie ends with it. Each step up gets a new ticket.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import Integer, String, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hoshou.base.clock import JST, Clock
from hoshou.base.errors import Forbidden
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import Entity, Instant
from hoshou.platform.keys import KeyRing

SECRET_BYTES = 32


class TicketKind(StrEnum):
    STAFF = "staff"
    VIEWER = "viewer"
    ORDERER = "orderer"


class Ticket(Entity):
    """One session. ``subject`` says whose or of what; ``ended_why`` is empty while it lives."""

    __tablename__ = "platform_ticket"

    public_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    note: Mapped[str] = mapped_column(String(320), default="")
    secret_digest: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    idle_seconds: Mapped[int] = mapped_column(Integer)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_why: Mapped[str] = mapped_column(String(16), default="")

    def idle_ends_at(self) -> datetime:
        """The first instant at which the ticket is dead if nothing is done until then."""
        return min(self.last_seen_at + timedelta(seconds=self.idle_seconds), self.expires_at)


@dataclass(frozen=True)
class IssuedTicket:
    """What goes into the cookie, once."""

    public_id: str
    secret: str
    expires_at: datetime

    @property
    def cookie(self) -> str:
        """The cookie's value: what ``find_by_cookie`` finds the ticket by."""
        return f"{self.public_id}.{self.secret}"


class LostSession(Forbidden):
    """The request carries no live ticket for what it asks.

    ``why`` is ``unknown``, ``idle``, ``midnight``, or what the ticket was ended for.
    """

    def __init__(self, why: str) -> None:
        super().__init__("lost_session", N_("セッションが終了しているため、この画面を表示できません。"))
        self.why = why


def next_midnight(clock: Clock) -> datetime:
    """24:00 of the present day in Japan: no public session lives beyond it (D-16)."""
    return datetime.combine(clock.today() + timedelta(days=1), time(), JST)


def issue(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    kind: TicketKind,
    subject: str,
    *,
    idle: timedelta,
    until: datetime,
    note: str = "",
) -> IssuedTicket:
    """A fresh ticket. ``until`` is the latest instant it may live to, exclusive."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    now = clock.now()
    ticket = Ticket(
        public_id=secrets.token_hex(16),
        kind=kind.value,
        subject=subject,
        note=note,
        secret_digest=keys.fingerprint(f"ticket/{kind.value}", secret),
        issued_at=now,
        last_seen_at=now,
        expires_at=until,
        idle_seconds=int(idle.total_seconds()),
    )
    session.add(ticket)
    session.flush()
    return IssuedTicket(ticket.public_id, secret, until)


def find(session: Session, keys: KeyRing, kind: TicketKind, public_id: str, secret: str) -> Ticket | None:
    """The ticket that this cookie belongs to, dead or alive; None when the cookie proves nothing."""
    ticket = session.get(Ticket, public_id)
    if ticket is None or ticket.kind != kind.value:
        return None
    offered = keys.fingerprint(f"ticket/{kind.value}", secret)
    return ticket if hmac.compare_digest(ticket.secret_digest, offered) else None


def find_by_cookie(session: Session, keys: KeyRing, kind: TicketKind, cookie: str) -> Ticket | None:
    """As ``find``, by the cookie's whole value."""
    public_id, _, secret = cookie.partition(".")
    return find(session, keys, kind, public_id, secret)


def require(
    session: Session, clock: Clock, keys: KeyRing, kind: TicketKind, cookie: str, subject: str | None = None
) -> Ticket:
    """The live ticket that this cookie belongs to, of this subject if one is named. Raises LostSession."""
    ticket = find_by_cookie(session, keys, kind, cookie)
    if ticket is None or (subject is not None and ticket.subject != subject):
        raise LostSession("unknown")
    if not is_alive(ticket, clock):
        raise LostSession(why_dead(ticket, clock))
    return ticket


def mark(public_id: str) -> str:
    """Eight characters that name a session to people and in the audit log, and open nothing."""
    return public_id[:8].upper()


def why_dead(ticket: Ticket, clock: Clock) -> str:
    """What a dead ticket died of."""
    if ticket.ended_at is not None:
        return ticket.ended_why
    return "midnight" if ticket.idle_ends_at() == ticket.expires_at else "idle"


def seconds_left(ticket: Ticket, clock: Clock) -> int:
    """Whole seconds until the ticket dies if nothing is done until then."""
    return max(0, int((ticket.idle_ends_at() - clock.now()).total_seconds()))


def is_alive(ticket: Ticket, clock: Clock) -> bool:
    """At 19:59 of 20 minutes alive, at 20:00 dead (A-055)."""
    return ticket.ended_at is None and clock.now() < ticket.idle_ends_at()


def touch(session: Session, clock: Clock, ticket: Ticket) -> None:
    """Somebody acted: the idle time starts anew. Background requests must not call this.

    A ticket that has idled out meanwhile stays dead.
    """
    now = clock.now()
    session.execute(
        update(Ticket)
        .where(
            Ticket.public_id == ticket.public_id,
            Ticket.ended_at.is_(None),
            Ticket.last_seen_at > now - timedelta(seconds=ticket.idle_seconds),
            Ticket.expires_at > now,
        )
        .values(last_seen_at=now)
    )


def end(session: Session, clock: Clock, public_id: str, why: str = "left") -> None:
    """End one ticket; ending it again changes nothing."""
    session.execute(
        update(Ticket)
        .where(Ticket.public_id == public_id, Ticket.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_why=why)
    )


def end_all(session: Session, clock: Clock, kind: TicketKind, subject: str, why: str) -> None:
    """End every ticket of one subject: password changed, user deactivated, folder gone."""
    session.execute(
        update(Ticket)
        .where(Ticket.kind == kind.value, Ticket.subject == subject, Ticket.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_why=why)
    )


def end_everybodys(session: Session, clock: Clock, why: str) -> None:
    """End every ticket there is."""
    session.execute(update(Ticket).where(Ticket.ended_at.is_(None)).values(ended_at=clock.now(), ended_why=why))


def forget_old(session: Session, clock: Clock, older_than: timedelta) -> int:
    """Remove tickets that expired long ago; returns how many."""
    result = session.execute(delete(Ticket).where(Ticket.expires_at < clock.now() - older_than))
    return int(result.rowcount)  # type: ignore[attr-defined]
