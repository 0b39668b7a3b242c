"""ワンタイムパスワード認証: counted in SQL, used by one conditional UPDATE (A-045 to A-047, A6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.japanese import digits_only
from hoshou.platform import audit, throttle, tickets
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.throttle import Limit
from hoshou.platform.tickets import IssuedTicket, TicketKind
from hoshou.plugins.bonds.services.end_access import folder_subject
from hoshou.plugins.bonds.services.hold import hold_folder
from hoshou.plugins.orderer.models import OrdererAttempt
from hoshou.plugins.orderer.services.login import COOKIE_PURPOSE, otp_digest

TRIES_PER_CODE = 5
TRIES_PER_DAY = 50
TRIES_PER_FOLDER_A_DAY = 200
"""Who holds URL and password, the contractor for one, can ask for codes at any address of a registered domain."""


class Verdict(StrEnum):
    """How a code was answered. The caller commits in every case: a wrong try stays counted."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    VOID = "void"


@dataclass(frozen=True)
class Verification:
    """``ticket`` and ``folder_id`` for an accepted code only."""

    verdict: Verdict
    ticket: IssuedTicket | None = None
    folder_id: int = 0
    tries_left: int = 0


def daily_limits(keys: KeyRing, address: str, folder_id: int) -> tuple[Limit, ...]:
    """Wrong codes that one address, and all addresses of one folder together, may be tried with in a day (A7)."""
    who, day = keys.fingerprint("orderer-address", address)[:32], timedelta(days=1)
    return (
        Limit(f"otp-tries/{who}", TRIES_PER_DAY, day),
        Limit(f"otp-folder-tries/{folder_id}", TRIES_PER_FOLDER_A_DAY, day),
    )


def attempt_of_browser(session: Session, keys: KeyRing, public_id: str, cookie: str) -> OrdererAttempt | None:
    """The attempt, if this browser started it."""
    attempt = session.get(OrdererAttempt, public_id)
    if attempt is None or attempt.cookie_digest != keys.fingerprint(COOKIE_PURPOSE, cookie):
        return None
    return attempt


def verify(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    attempt: OrdererAttempt,
    typed: str,
    *,
    idle: timedelta,
    until: datetime,
) -> Verification:
    """Try a code. Exactly one of any number of simultaneous right tries is accepted.

    Raises Refused ``not_digits`` for what can't be a code, and TooManyTries after fifty wrong ones of one
    address or two hundred of one folder in a day (A7).
    """
    public_id, now, code = attempt.public_id, clock.now(), digits_only(typed)
    daily = daily_limits(keys, attempt.address, attempt.folder_id)
    throttle.reserve(session, clock, *daily)
    counted = session.execute(
        update(OrdererAttempt)
        .where(OrdererAttempt.public_id == public_id, OrdererAttempt.tries < TRIES_PER_CODE)
        .values(tries=OrdererAttempt.tries + 1)
        .execution_options(synchronize_session=False)
    )
    if counted.rowcount == 0:  # type: ignore[attr-defined]
        return _refuse(session, clock, actor, attempt)
    used = session.execute(
        update(OrdererAttempt)
        .where(
            OrdererAttempt.public_id == public_id,
            OrdererAttempt.otp_digest == otp_digest(keys, public_id, code),
            OrdererAttempt.used_at.is_(None),
            OrdererAttempt.voided_at.is_(None),
            OrdererAttempt.expires_at > now,
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if used.rowcount == 0:  # type: ignore[attr-defined]
        return _refuse(session, clock, actor, attempt)
    # Held until the commit: a password changed meanwhile either ends the new ticket or voids this try.
    folder = hold_folder(session, attempt.folder_id)
    if folder.deleted_at is not None or folder.password_serial != attempt.password_serial:
        return Verification(Verdict.VOID)
    throttle.release(session, *daily)
    ticket = tickets.issue(
        session,
        clock,
        keys,
        TicketKind.ORDERER,
        folder_subject(folder.id),
        idle=idle,
        until=until,
        note=public_id,
    )
    audit.record(session, clock, actor, "orderer.verified", "bonds_folder", folder.id, attempt=public_id)
    return Verification(Verdict.ACCEPTED, ticket, folder.id)


def _refuse(session: Session, clock: Clock, actor: Actor, attempt: OrdererAttempt) -> Verification:
    session.refresh(attempt)
    verdict = state_of(attempt, clock.now())
    audit.record(
        session, clock, actor, "orderer.otp_refused", "bonds_folder", attempt.folder_id, verdict=verdict.value
    )
    return Verification(verdict, tries_left=max(0, TRIES_PER_CODE - attempt.tries))


def state_of(attempt: OrdererAttempt, now: datetime) -> Verdict:
    """Why a code of this attempt can't be used any more; WRONG while it still could."""
    if attempt.used_at is not None:
        return Verdict.USED
    if attempt.voided_at is not None or attempt.tries >= TRIES_PER_CODE:
        return Verdict.VOID
    if attempt.expires_at <= now:
        return Verdict.EXPIRED
    return Verdict.WRONG
