"""The outbox: mails wait in the database and are sent after the commit (P-015, D-08, F2, F3).

A mail is queued in the transaction of what it tells about. Its body is sealed while it waits and wiped
when it is over; the subject stays, so a subject never holds a secret.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, LargeBinary, String, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor
from hoshou.platform.audit import record
from hoshou.platform.db import Entity, Instant
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.address import checked_address, mask_address
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.mail.wording import render

SEALING = "outbox"
MAX_TRIES = 48
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(seconds=330)


class MailState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    EXPIRED = "expired"
    DEAD = "dead"


WAITING = (MailState.QUEUED.value, MailState.SENDING.value)
WITHDRAWN = "withdrawn"


class OutboxMail(Entity):
    """One mail to one recipient. ``reason`` says by SMTP code or kind of trouble why the last try failed."""

    __tablename__ = "platform_outbox"
    __table_args__ = (
        Index("ix_platform_outbox_state_next", "state", "next_attempt_at"),
        Index("ix_platform_outbox_recipient_state", "recipient", "state"),
        Index("ix_platform_outbox_about", "about_kind", "about_id"),
        {"extend_existing": False},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    template_key: Mapped[str] = mapped_column(String(64))
    recipient: Mapped[str] = mapped_column(String(320))
    # Values may make a subject longer than its wording.
    subject: Mapped[str] = mapped_column(String(1000))
    sealed_body: Mapped[bytes | None] = mapped_column(LargeBinary)
    message_token: Mapped[str] = mapped_column(String(32), unique=True)
    unique_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    about_kind: Mapped[str] = mapped_column(String(64))
    about_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(Integer)
    queued_at: Mapped[datetime] = mapped_column(Instant)
    next_attempt_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(64))

    @property
    def masked_recipient(self) -> str:
        return mask_address(self.recipient)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many tries: 30 s, doubling to 5.5 minutes; 48 tries span a little over 4 hours."""
    # Beyond five doublings the longest pause rules anyway.
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 5)), LONGEST_PAUSE)


def queue(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    template: MailTemplate,
    recipient: str,
    values: Mapping[str, str],
    *,
    about: tuple[str, object] = ("", ""),
    expires_at: datetime | None = None,
    unique_key: str | None = None,
) -> int:
    """Queue a mail in the caller's transaction; returns its number in the outbox.

    A second mail with the same ``unique_key`` isn't queued; the first one's number comes back. From
    ``expires_at`` on it is no longer sent. Raises Refused ``mail_address_invalid`` for the recipient, and what
    ``render`` raises for the values.
    """
    address = checked_address(recipient)
    mail = render(session, template, values)
    now = clock.now()
    token = secrets.token_hex(16)
    kind, number = about
    row: dict[str, Any] = {
        "template_key": template.key,
        "recipient": address,
        "subject": mail.subject,
        "sealed_body": keys.seal(SEALING, mail.body.encode(), token),
        "message_token": token,
        "unique_key": unique_key,
        "about_kind": kind,
        "about_id": str(number),
        "state": MailState.QUEUED.value,
        "attempts": 0,
        "queued_at": now,
        "next_attempt_at": now,
        "expires_at": expires_at,
        "reason": "",
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(OutboxMail).values(row).on_conflict_do_nothing(index_elements=["unique_key"])
    mail_id = session.execute(statement.returning(OutboxMail.id)).scalar()
    if mail_id is None:
        return session.scalars(select(OutboxMail.id).where(OutboxMail.unique_key == unique_key)).one()
    record(
        session,
        clock,
        actor,
        "mail.queued",
        "mail",
        mail_id,
        template=template.key,
        recipient=mask_address(address),
        about=[kind, str(number)],
    )
    return mail_id


def withdraw(session: Session, clock: Clock, actor: Actor, about: tuple[str, object]) -> int:
    """End what still waits to be sent about something that is gone, and wipe its body; returns how many mails.

    A mail that a sender holds at this moment may still arrive; if its try fails, there is no other.
    """
    kind, number = about
    those = (OutboxMail.about_kind == kind, OutboxMail.about_id == str(number))
    now = clock.now()
    ended = session.execute(
        update(OutboxMail)
        .where(*those, OutboxMail.state == MailState.QUEUED.value)
        .values(state=MailState.EXPIRED.value, reason=WITHDRAWN, sealed_body=None, finished_at=now)
        .returning(OutboxMail.id, OutboxMail.template_key, OutboxMail.recipient)
        .execution_options(synchronize_session=False)
    ).all()
    session.execute(
        update(OutboxMail)
        .where(*those, OutboxMail.state == MailState.SENDING.value)
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )
    for mail in ended:
        recipient = mask_address(mail.recipient)
        record(
            session,
            clock,
            actor,
            "mail.withdrawn",
            "mail",
            mail.id,
            template=mail.template_key,
            recipient=recipient,
        )
    return len(ended)


def forget_recipients(session: Session, about: tuple[str, object]) -> None:
    """Mask the recipients of all mails about something: nobody needs their addresses any more."""
    kind, number = about
    mails = select(OutboxMail.id, OutboxMail.recipient).where(
        OutboxMail.about_kind == kind, OutboxMail.about_id == str(number)
    )
    for mail in session.execute(mails).all():
        session.execute(
            update(OutboxMail)
            .where(OutboxMail.id == mail.id)
            .values(recipient=mask_address(mail.recipient))
            .execution_options(synchronize_session=False)
        )
