"""発注者さま用ログイン: after URL and password, the domain decides, then a one-time password is mailed (A-042, A-043)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.mail_addresses import comparable_address, mail_domain
from hoshou.platform import audit, throttle
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import queue
from hoshou.platform.throttle import Limit
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.services import unlock
from hoshou.plugins.bonds.services.hold import hold_folder
from hoshou.plugins.bonds.services.unlock import Match
from hoshou.plugins.bonds.services.url import folder_of_token
from hoshou.plugins.domains.services.registered import is_registered
from hoshou.plugins.orderer.models import OrdererAttempt
from hoshou.plugins.orderer.services.mails import OTP_MAIL

OTP_DIGITS = 8
COOKIE_BYTES = 32
CODES_PER_HOUR = 5
CODE_PURPOSE = "orderer-otp"
COOKIE_PURPOSE = "orderer-attempt"


@dataclass(frozen=True)
class StartedAttempt:
    """What the browser gets: the attempt's name and the secret for its cookie."""

    public_id: str
    cookie: str
    expires_at: datetime


def check_domain(
    session: Session, clock: Clock, address: str, folder: BondFolder, *, exclude_contractor: bool
) -> None:
    """Raises Refused ``domain_not_registered``: told only to who holds URL and password (D-12)."""
    is_contractor = exclude_contractor and mail_domain(address) == mail_domain(folder.contractor_email)
    if is_contractor or not is_registered(session, clock, address):
        raise Refused(
            "domain_not_registered",
            N_("このメールアドレスのドメインは登録されていないため、ログインできません。"),
            field="email",
        )


def issue_limits(keys: KeyRing, address: str, folder_id: int) -> tuple[Limit, ...]:
    """At most five codes an hour for one address and for one folder (D-11, A7, A21)."""
    who = keys.fingerprint("orderer-address", comparable_address(address))[:32]
    hour = timedelta(hours=1)
    return (
        Limit(f"otp-address/{who}", CODES_PER_HOUR, hour),
        Limit(f"otp-folder/{folder_id}", CODES_PER_HOUR, hour),
    )


def start_attempt(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    match: Match,
    address: str,
    *,
    life: timedelta,
    exclude_contractor: bool = False,
) -> StartedAttempt:
    """Issue a one-time password for this login and queue its mail.

    A new password for the same address and folder voids the older one. Raises Refused
    ``domain_not_registered``, TooManyTries when too many were issued.
    """
    folder = session.get_one(BondFolder, match.folder_id)
    check_domain(session, clock, address, folder, exclude_contractor=exclude_contractor)
    throttle.reserve(session, clock, *issue_limits(keys, address, folder.id))
    now = clock.now()
    comparable = comparable_address(address)
    session.execute(
        update(OrdererAttempt)
        .where(
            OrdererAttempt.folder_id == folder.id,
            OrdererAttempt.address == comparable,
            OrdererAttempt.used_at.is_(None),
            OrdererAttempt.voided_at.is_(None),
        )
        .values(voided_at=now)
    )
    public_id = secrets.token_hex(16)
    cookie = secrets.token_urlsafe(COOKIE_BYTES)
    code = pyotp.HOTP(pyotp.random_base32(), digits=OTP_DIGITS).at(0)
    attempt = OrdererAttempt(
        public_id=public_id,
        folder_id=folder.id,
        password_serial=match.password_serial,
        address=comparable,
        cookie_digest=keys.fingerprint(COOKIE_PURPOSE, cookie),
        otp_digest=otp_digest(keys, public_id, code),
        issued_at=now,
        expires_at=now + life,
        tries=0,
    )
    session.add(attempt)
    session.flush()
    queue(
        session,
        clock,
        keys,
        actor,
        OTP_MAIL,
        address,
        {
            "COMPANY_NAME": folder.insurer.name,
            "POLICY_NO": folder.policy_number,
            "PASSWORD": code,
            "EXPIRATION_TIME": attempt.expires_at.strftime("%Y/%m/%d %H:%M"),
        },
        about=("bonds_folder", folder.id),
        expires_at=attempt.expires_at,
    )
    audit.record(session, clock, actor, "orderer.otp_issued", "bonds_folder", folder.id, attempt=public_id)
    return StartedAttempt(public_id, cookie, attempt.expires_at)


def start_after_match(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    match: Match,
    token: str,
    address: str,
    *,
    life: timedelta,
    exclude_contractor: bool,
) -> StartedAttempt:
    """Start the attempt of who gave the right URL and password; then that try doesn't count.

    A deleted folder, and a password changed since it was matched, get the generic refusal. Raises what
    ``start_attempt`` raises; the try counts then, so that nobody probes domains without end.
    """
    folder = hold_folder(session, match.folder_id)
    if folder.deleted_at is not None or folder.password_serial != match.password_serial:
        raise unlock.wrong()
    started = start_attempt(
        session,
        clock,
        keys,
        actor,
        match,
        address,
        life=life,
        exclude_contractor=exclude_contractor,
    )
    unlock.accept(session, keys, token, actor.origin)
    return started


def note_refusal(session: Session, clock: Clock, keys: KeyRing, actor: Actor, token: str, code: str) -> None:
    """A refused login goes into the audit log; of a folder's, where the URL is one's."""
    folder = folder_of_token(session, keys, token)
    audit.record(
        session,
        clock,
        actor,
        "orderer.refused",
        "bonds_folder" if folder else "",
        folder.id if folder else "",
        why=code,
    )


def otp_digest(keys: KeyRing, public_id: str, code: str) -> str:
    """The keyed digest of a code, bound to its attempt: another attempt's code has another digest."""
    return keys.fingerprint(CODE_PURPOSE, f"{public_id}:{code}")
