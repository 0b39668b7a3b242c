"""Folders made the way the product makes them: through the upload service."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.rules.limits import upload_limits
from hoshou.plugins.bonds.rules.request import UploadForm
from hoshou.plugins.bonds.services.intake import IncomingFile, prepare_upload
from hoshou.plugins.bonds.services.upload import upload
from hoshou.plugins.bonds.services.url import PURPOSE, viewing_url
from hoshou.plugins.organisations.models import Insurer
from tests.samples.pdfs import plain

LIMITS = upload_limits(vars(config))
PUBLIC_URL = "http://127.0.0.1"
STAFF = Actor(ActorKind.STAFF, "uploader", 1)


@dataclass(frozen=True)
class MadeFolder:
    """A folder with the two secrets that open it."""

    folder_id: int
    policy_number: str
    token: str
    url: str
    password: str
    files: tuple[bytes, ...]


def insurer_subject(session: Session, code: str = "ms") -> Subject:
    """Somebody of an insurer who may upload."""
    insurer = session.scalars(select(Insurer).where(Insurer.code == code)).one()
    return Subject(1, "見本 太郎", "uploader@insurer.example.jp", frozenset({Role.INSURER.value}), insurer.id)


def upload_form(session: Session, **changes: object) -> UploadForm:
    """A form that is right in every field; ``changes`` name the fields that shall differ."""
    email = str(changes.get("contractor_email", "office@contractor.example.jp"))
    form = UploadForm(
        insurer_id=str(session.scalars(select(Insurer.id).where(Insurer.code == "ms")).one()),
        policy_number=f"T{secrets.randbelow(10**9):09d}",
        contract_type="performance_bond",
        contract_date="2026-04-01",
        insurance_start="2026-04-01",
        insurance_end="2027-03-31",
        contractor_name="見本建設株式会社",
        contractor_email=email,
        contractor_email_again=email,
        orderer_name="見本市",
        project_name="見本橋補修工事",
    )
    return replace(form, **changes)  # type: ignore[arg-type]


def make_folder(
    session: Session,
    *,
    files: Iterable[tuple[str, bytes]] = (("証券.pdf", b""),),
    subject: Subject | None = None,
    **changes: object,
) -> MadeFolder:
    """Upload in the running application and in the caller's unit of work.

    A file without bytes becomes a one-page PDF; ``changes`` go into the form. The same
    ``policy_number`` again is an added upload: same URL, another password.
    """
    here = platform()
    incoming = [IncomingFile(name, data or plain()) for name, data in files]
    prepared = prepare_upload(here.files, upload_form(session, **changes), incoming, LIMITS)
    outcome = upload(
        session,
        here.clock,
        here.keys,
        STAFF,
        subject or insurer_subject(session),
        prepared,
        idempotency_key=secrets.token_hex(16),
        limits=LIMITS,
        public_url=PUBLIC_URL,
    )
    folder = session.get_one(BondFolder, outcome.folder_id)
    assert folder.token_sealed is not None
    return MadeFolder(
        folder.id,
        folder.policy_number,
        here.keys.open(PURPOSE, folder.token_sealed, str(folder.id)).decode(),
        viewing_url(here.keys, folder, PUBLIC_URL),
        prepared.secrets.password,
        tuple(file.data for file in incoming),
    )
