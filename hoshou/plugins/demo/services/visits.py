"""The demo's visits, each by the services that the public pages call: what receipts and timelines then tell is real."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock
from hoshou.base.errors import Refused
from hoshou.platform import tickets
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.audit import AuditEntry
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.address import mask_address
from hoshou.plugins.bonds.services import unlock
from hoshou.plugins.bonds.services.reading import read_folder
from hoshou.plugins.bonds.services.record import FOLDER
from hoshou.plugins.bonds.services.unlock import Match
from hoshou.plugins.bonds.services.url import token_in, viewing_url
from hoshou.plugins.demo.rules.visits import DemoVisit
from hoshou.plugins.demo.services.mailbox import every_mail, newest_about
from hoshou.plugins.demo.services.policies import folder_of
from hoshou.plugins.orderer.models import OrdererAttempt
from hoshou.plugins.orderer.services import preview
from hoshou.plugins.orderer.services.login import StartedAttempt, note_refusal, start_after_match
from hoshou.plugins.orderer.services.verify import verify
from hoshou.plugins.viewer.services import view
from hoshou.plugins.viewer.services.enter import enter

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Edg/143.0"
IDLE, CODE_LIFE, READING = timedelta(minutes=20), timedelta(minutes=30), timedelta(minutes=2)
PASSWORD = re.compile(r"証券番号: (?P<number>\S+)\n(?:.*\n)*?閲覧用パスワード: (?P<password>\S+)")
CODE = re.compile(r"ワンタイムパスワード: (\d+)")


@dataclass(frozen=True)
class Door:
    """A folder's viewing URL with the password that its uploader was mailed."""

    folder_id: int
    token: str
    match: Match


def is_noted(session: Session, visit: DemoVisit) -> bool:
    """Whether an earlier run has come past this visit."""
    folder = folder_of(session, visit.policy)
    return folder is not None and (
        session.scalar(
            select(AuditEntry.id).where(
                AuditEntry.object_kind == FOLDER,
                AuditEntry.object_id == str(folder.id),
                AuditEntry.at == visit.at,
                AuditEntry.origin == visit.origin,
            )
        )
        is not None
    )


def told_passwords(mails: Path) -> dict[str, str]:
    """The newest viewing password of each policy number that the uploaders were mailed."""
    found = (PASSWORD.search(mail.text) for mail in every_mail(mails))
    return {password["number"]: password["password"] for password in found if password}


def find_door(session: Session, keys: KeyRing, passwords: Mapping[str, str], visit: DemoVisit) -> Door:
    """Raises LookupError where the policy or its password isn't there."""
    folder, number = folder_of(session, visit.policy), visit.policy.facts.policy_number
    if folder is None:
        raise LookupError(number)
    token = token_in(viewing_url(keys, folder, ""))
    return Door(folder.id, token, unlock.match(session, keys, token, passwords[number]))


def look(session: Session, keys: KeyRing, visit: DemoVisit, door: Door) -> None:
    """Enter by the viewing URL, look at every file from the first on, leave."""
    clock, origin = FixedClock(visit.at), visit.origin
    unlock.reserve(session, clock, keys, door.token, origin)
    entered = enter(
        session,
        clock,
        keys,
        Actor(ActorKind.VIEWER, "", origin=origin),
        door.match,
        door.token,
        earlier_cookie="",
        browser=BROWSER,
        idle=IDLE,
        until=tickets.next_midnight(clock),
    )
    if entered.ticket is None:
        raise LookupError(visit.policy.facts.policy_number)
    for file in read_folder(session, door.folder_id).files:
        clock.advance(READING)
        view.open_file(session, clock, keys, origin, door.token, entered.ticket.cookie, file.number)
    view.leave(session, clock, keys, origin, entered.ticket.cookie)


def be_refused(session: Session, keys: KeyRing, visit: DemoVisit, door: Door) -> None:
    """Try the orderers' login with a domain that isn't registered. Raises LookupError if it is."""
    try:
        ask_code(session, keys, visit, door)
    except Refused as error:
        actor = Actor(ActorKind.ORDERER, mask_address(visit.address), origin=visit.origin)
        note_refusal(session, FixedClock(visit.at), keys, actor, door.token, error.code)
    else:
        raise LookupError(visit.address)


def ask_code(session: Session, keys: KeyRing, visit: DemoVisit, door: Door) -> StartedAttempt:
    """認証メール送信; the code is on its way."""
    clock, actor = FixedClock(visit.at), Actor(ActorKind.ORDERER, mask_address(visit.address), origin=visit.origin)
    unlock.reserve(session, clock, keys, door.token, visit.origin)
    return start_after_match(
        session,
        clock,
        keys,
        actor,
        door.match,
        door.token,
        visit.address,
        life=CODE_LIFE,
        exclude_contractor=False,
    )


def download(session: Session, keys: KeyRing, mails: Path, visit: DemoVisit, attempt: StartedAttempt) -> None:
    """With the mailed code into the preview; look at each file and take it along. Raises LookupError without a mail."""
    mail = newest_about(mails, visit.address, visit.policy.facts.policy_number)
    code = CODE.search(mail.text) if mail else None
    if code is None:
        raise LookupError(visit.address)
    clock, origin = FixedClock(visit.at + READING), visit.origin
    found = session.get_one(OrdererAttempt, attempt.public_id)
    actor = Actor(ActorKind.ORDERER, mask_address(visit.address), origin=origin)
    until = tickets.next_midnight(clock)
    outcome = verify(session, clock, keys, actor, found, code[1], idle=IDLE, until=until)
    if outcome.ticket is None:
        raise LookupError(visit.address)
    ticket = outcome.ticket
    for file in read_folder(session, outcome.folder_id).files:
        clock.advance(READING)
        preview.open_file(session, clock, keys, origin, ticket.public_id, ticket.cookie, file.number)
        preview.note_download(session, clock, keys, origin, ticket.public_id, ticket.cookie, file.number)
    preview.leave(session, clock, keys, origin, ticket.public_id, ticket.cookie)
