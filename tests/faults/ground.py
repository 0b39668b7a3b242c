"""What faults happen to: an insurer's folder with its two secrets, and orderers' one-time passwords."""

import re
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.db import transact, unit_of_work
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import SEALING, OutboxMail
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.rules.kinds import ContractType, Submission
from hoshou.plugins.bonds.rules.secret import bare_password
from hoshou.plugins.bonds.services import url
from hoshou.plugins.bonds.services.passwords import hash_password
from hoshou.plugins.bonds.services.unlock import Match
from hoshou.plugins.domains.models import DomainState, OrdererDomain
from hoshou.plugins.orderer.services.login import start_attempt
from hoshou.plugins.organisations.models import Insurer
from tests.conftest import NOON

PASSWORD = "ABCD-EFGH-JKLM"
DOMAIN = "city.example.jp"
PUBLIC = Actor(ActorKind.PUBLIC, "o***@city.example.jp", origin="192.0.2.7")
STAFF = Actor(ActorKind.STAFF, "insurer", user_id=1)
CODE = re.compile(r"ワンタイムパスワード: (\d+)")


def insurer_id(session: Session) -> int:
    return session.scalars(select(Insurer.id).order_by(Insurer.position)).first() or 0


def insurer_subject(insurer: int) -> Subject:
    """A staff user of an insurer, who may upload."""
    return Subject(1, "insurer", "staff@insurer.example.jp", frozenset({Role.INSURER.value}), insurer_id=insurer)


def make_folder(session: Session, keys: KeyRing, policy_number: str, token: str, hashed: str) -> BondFolder:
    """A folder as an upload leaves it."""
    folder = BondFolder(
        insurer_id=insurer_id(session),
        policy_number=policy_number,
        contract_type=ContractType.PERFORMANCE_BOND.value,
        submission=Submission.ELECTRONIC.value,
        contract_date=date(2026, 4, 1),
        insurance_start=date(2026, 4, 1),
        insurance_end=date(2027, 3, 31),
        contractor_name="見本建設株式会社",
        contractor_email="contractor@builder.example.jp",
        project_name="見本橋補修工事",
        password_hash=hashed,
        password_serial=1,
        created_at=NOON,
        changed_at=NOON,
    )
    session.add(folder)
    session.flush()
    url.remember_token(keys, folder, token)
    session.flush()
    return folder


def make_folders(count: int, prefix: str = "F") -> list[tuple[int, str]]:
    """Folders with PASSWORD as their viewing password: number and viewing URL's token of each."""
    hashed = hash_password(bare_password(PASSWORD))
    with unit_of_work() as session:
        folders = []
        for number in range(count):
            token = f"{prefix}-{number}".ljust(43, "x")
            folders.append(
                (make_folder(session, platform().keys, f"{prefix}{number:05}", token, hashed).id, token)
            )
        return folders


def register_domain() -> None:
    """The orderers' domain may log in."""
    with unit_of_work() as session:
        session.add(
            OrdererDomain(
                domain=DOMAIN,
                organisation="見本市",
                department="契約課",
                state=DomainState.REGISTERED.value,
                usable_from=date(2026, 4, 1),
            )
        )


def start_login(clock: Clock, folder_id: int, address: str) -> tuple[str, str]:
    """A login attempt's name, and its code as the mail tells it."""
    keys = platform().keys

    def work(session: Session) -> str:
        match = Match(folder_id, password_serial=1, is_gone=False)
        life = timedelta(minutes=30)
        return start_attempt(session, clock, keys, PUBLIC, match, address, life=life).public_id

    public_id = transact(work)
    with unit_of_work() as session:
        mail = session.scalars(
            select(OutboxMail).where(OutboxMail.recipient == address).order_by(OutboxMail.id.desc())
        ).first()
        assert mail is not None
        assert mail.sealed_body is not None
        body = keys.open(SEALING, mail.sealed_body, mail.message_token).decode()
    found = CODE.search(body)
    assert found is not None
    return public_id, found[1]


def public_url() -> str:
    url: str = current_app.config["PUBLIC_URL"]
    return url
