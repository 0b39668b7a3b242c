"""Delivery of the outbox: each mail once, however many senders there are (P-015, F2, F3).

A sender claims one mail at a time with one conditional statement and a lease. A sender that dies leaves a
lease that lapses; the mail is then sent again under the same Message-ID, which is the only way to a double.
"""

import logging
import re
import secrets
import smtplib
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from email.utils import parseaddr

from flask import current_app
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.audit import record
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.address import mask_address
from hoshou.platform.mail.outbox import MAX_TRIES, SEALING, WAITING, MailState, OutboxMail, pause_after
from hoshou.platform.mail.smtp import OutgoingConnection, OutgoingMessage, mail

LEASE = timedelta(minutes=5)
"""Longer than the time limits of one SMTP dialogue together."""

MAILS_PER_RUN = 1000
CLOSING = 421
"""The server says good-bye with this reply."""

EXPIRED = "expired"
SENDER = Actor(ActorKind.JOB, "mail.deliver")
ENHANCED_STATUS = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")

log = logging.getLogger(__name__)

UnitOfWork = Callable[[], AbstractContextManager[Session]]


@dataclass
class DeliveryResult:
    """How many mails went which way; ``waiting`` is what was due in a dry run."""

    sent: int = 0
    postponed: int = 0
    dead: int = 0
    expired: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class _Failure:
    """Why a try failed; ``reason`` holds codes only, since a server may echo anything."""

    reason: str
    final: bool = False
    connection_lost: bool = False


@dataclass
class _Sender:
    clock: Clock
    keys: KeyRing
    unit_of_work: UnitOfWork
    result: DeliveryResult = field(default_factory=DeliveryResult)
    connection: OutgoingConnection | None = None


def deliver_due(unit_of_work: UnitOfWork, clock: Clock, keys: KeyRing, *, dry_run: bool = False) -> DeliveryResult:
    """Send what is due, oldest first, until nothing is left or the mail server can't be reached.

    Runs in an application context, outside any transaction. A dry run only counts.
    """
    sender = _Sender(clock, keys, unit_of_work)
    with unit_of_work() as session:
        if dry_run:
            due = select(func.count()).select_from(OutboxMail).where(_is_due(clock))
            return DeliveryResult(waiting=session.scalar(due) or 0)
        _close_overdue(session, sender)
    with ExitStack() as stack:
        for _ in range(MAILS_PER_RUN):
            with unit_of_work() as session:
                claimed = _claim(session, clock)
            if claimed is None:
                break
            failure = _attempt(sender, claimed, stack)
            _settle(sender, claimed, failure)
            if failure is not None and failure.connection_lost:
                break
    return sender.result


@dataclass(frozen=True)
class _Claim:
    """What a sender holds of a mail while it sends it."""

    id: int
    lease_token: str
    template_key: str
    recipient: str
    subject: str
    sealed_body: bytes
    message_token: str
    attempts: int
    expires_at: datetime | None


def _lapsed(clock: Clock) -> ColumnElement[bool]:
    return and_(OutboxMail.state == MailState.SENDING.value, OutboxMail.lease_until <= clock.now())


def _is_due(clock: Clock) -> ColumnElement[bool]:
    """Waited long enough or left by a dead sender, and nothing older waits for the same recipient."""
    now = clock.now()
    older = aliased(OutboxMail)
    return and_(
        or_(
            and_(OutboxMail.state == MailState.QUEUED.value, OutboxMail.next_attempt_at <= now),
            _lapsed(clock),
        ),
        ~exists().where(
            older.recipient == OutboxMail.recipient, older.id < OutboxMail.id, older.state.in_(WAITING)
        ),
    )


def _claim(session: Session, clock: Clock) -> _Claim | None:
    token = secrets.token_hex(16)
    oldest = (
        select(OutboxMail.id)
        .where(_is_due(clock))
        .order_by(OutboxMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == oldest)
        .values(
            state=MailState.SENDING.value,
            lease_token=token,
            lease_until=clock.now() + LEASE,
            attempts=OutboxMail.attempts + 1,
        )
        .returning(*(getattr(OutboxMail, column.name) for column in fields(_Claim)))
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return _Claim(*claimed) if claimed else None


def _close_overdue(session: Session, sender: _Sender) -> None:
    """Mails that nobody sends now and that nobody may send any more."""
    now = sender.clock.now()
    idle = or_(OutboxMail.state == MailState.QUEUED.value, _lapsed(sender.clock))
    expired = session.scalars(select(OutboxMail.id).where(idle, OutboxMail.expires_at <= now)).all()
    for mail_id in expired:
        sender.result.expired += _close(session, sender.clock, mail_id, idle, MailState.EXPIRED, EXPIRED)
    exhausted = select(OutboxMail.id).where(_lapsed(sender.clock), OutboxMail.attempts >= MAX_TRIES)
    for mail_id in session.scalars(exhausted).all():
        sender.result.dead += _close(session, sender.clock, mail_id, idle, MailState.DEAD, "sender_died")


def _close(
    session: Session, clock: Clock, mail_id: int, condition: ColumnElement[bool], state: MailState, reason: str
) -> bool:
    """End a mail and wipe its body, if it is still as the caller believes."""
    closed = session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == mail_id, condition)
        .values(
            state=state.value,
            reason=reason,
            sealed_body=None,
            lease_token=None,
            lease_until=None,
            finished_at=clock.now(),
        )
        .returning(OutboxMail.template_key, OutboxMail.recipient)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if closed is None:
        return False
    record(
        session,
        clock,
        SENDER,
        f"mail.{state.value}",
        "mail",
        mail_id,
        template=closed.template_key,
        recipient=mask_address(closed.recipient),
        reason=reason,
    )
    return True


def _attempt(sender: _Sender, claim: _Claim, stack: ExitStack) -> _Failure | None:
    """Send one mail; None means that the server has taken it."""
    try:
        if sender.connection is None:
            sender.connection = stack.enter_context(mail.connect())
        if claim.expires_at is not None and claim.expires_at <= sender.clock.now():
            return _Failure(EXPIRED)
        sender.connection.send(_message(sender, claim))
    except smtplib.SMTPRecipientsRefused as error:
        [(code, text)] = error.recipients.values()
        return _refusal(code, text)
    except smtplib.SMTPDataError as error:
        return _refusal(error.smtp_code, error.smtp_error)
    except smtplib.SMTPResponseException as error:
        # Our own name, sender or password is refused: nobody's mail would go, so it isn't this mail's end.
        return _Failure(_status(error.smtp_code, error.smtp_error), connection_lost=True)
    except (OSError, smtplib.SMTPException) as error:
        return _Failure(type(error).__name__, connection_lost=True)
    except Exception as error:
        log.exception("mail %d can't be sent", claim.id)
        return _Failure(type(error).__name__)
    return None


def _refusal(code: int, text: bytes | str) -> _Failure:
    return _Failure(_status(code, text), final=code >= 500, connection_lost=code == CLOSING)


def _status(code: int, text: bytes | str) -> str:
    enhanced = ENHANCED_STATUS.search(text if isinstance(text, bytes) else text.encode())
    return f"{code} {enhanced.group().decode()}" if enhanced else str(code)


def _message(sender: _Sender, claim: _Claim) -> OutgoingMessage:
    body = sender.keys.open(SEALING, claim.sealed_body, claim.message_token).decode()
    domain = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])[1].rpartition("@")[2]
    return OutgoingMessage(
        subject=claim.subject,
        recipient=claim.recipient,
        body=body,
        message_id=f"<{claim.message_token}@{domain}>",
        date=sender.clock.now().timestamp(),
    )


def _settle(sender: _Sender, claim: _Claim, failure: _Failure | None) -> None:
    """Write down how the try ended, unless the lease was lost and the mail is another sender's now."""
    mine = and_(OutboxMail.lease_token == claim.lease_token, OutboxMail.state == MailState.SENDING.value)
    result, clock = sender.result, sender.clock
    with sender.unit_of_work() as session:
        if failure is None:
            result.sent += _close(session, clock, claim.id, mine, MailState.SENT, "")
        elif failure.reason == EXPIRED:
            result.expired += _close(session, clock, claim.id, mine, MailState.EXPIRED, EXPIRED)
        elif failure.final or claim.attempts >= MAX_TRIES:
            result.dead += _close(session, clock, claim.id, mine, MailState.DEAD, failure.reason)
            log.error("mail %d is given up after %d tries: %s", claim.id, claim.attempts, failure.reason)
        else:
            session.execute(
                update(OutboxMail)
                .where(OutboxMail.id == claim.id, mine)
                .values(
                    state=MailState.QUEUED.value,
                    reason=failure.reason,
                    lease_token=None,
                    lease_until=None,
                    next_attempt_at=clock.now() + pause_after(claim.attempts),
                )
                .execution_options(synchronize_session=False)
            )
            result.postponed += 1
