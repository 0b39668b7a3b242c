"""Whether a file is registered, asked by its digest: by anybody, and without the file ever coming here.

The answer holds nothing that isn't in the file itself, and nothing is opened for it. Who asks for many is stopped.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.networks import subnet
from hoshou.platform import audit, throttle
from hoshou.platform.actor import Actor
from hoshou.platform.files.model import StoredFile
from hoshou.platform.throttle import Limit
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.rules.kinds import FILE_KIND_LABELS, FileKind
from hoshou.plugins.bonds.services.signature_report import SignatureReport, report_of
from hoshou.plugins.organisations.models import Insurer
from hoshou.plugins.verification.rules.standing import Registration, Standing, best

WINDOW = timedelta(minutes=15)
CHECKS_PER_SUBNET = 60
CHECKS_OF_EVERYBODY = 6000
MOST_REGISTRATIONS = 100


@dataclass(frozen=True)
class Answer:
    """``registration`` is None for an unknown file; ``signatures`` for a file that is gone, or not looked at yet."""

    registration: Registration | None
    signatures: SignatureReport | None = None
    is_signed: bool = False


def limits_for(origin: str) -> tuple[Limit, ...]:
    """The narrow limit first: one network's questions never use up everybody's."""
    return (
        Limit(f"verify-from/{subnet(origin)}", CHECKS_PER_SUBNET, WINDOW),
        Limit("verify", CHECKS_OF_EVERYBODY, WINDOW),
    )


def reserve(session: Session, clock: Clock, origin: str) -> None:
    """Count a question from this network, whatever its answer will be. Raises TooManyTries."""
    throttle.reserve(session, clock, *limits_for(origin))


def check(session: Session, clock: Clock, actor: Actor, digest: str) -> Answer:
    """How the file with this SHA-256 stands. A file that is registered notes that it was asked about."""
    found = session.execute(
        select(BondFile, Insurer.name, BondFolder.deleted_at)
        .join(BondFile.stored_file)
        .join(BondFile.folder)
        .join(Insurer, Insurer.id == BondFolder.insurer_id)
        .where(StoredFile.sha256 == digest, BondFile.waiting_id.is_(None))
        .order_by(BondFile.id.desc())
        .limit(MOST_REGISTRATIONS)
    ).all()
    files = {file.id: file for file, *_ in found}
    registration = best(_registration(file, insurer, folder_gone) for file, insurer, folder_gone in found)
    if registration is None:
        return Answer(None)
    file = files[registration.file_id]
    audit.record(
        session,
        clock,
        actor,
        "verification.checked",
        "bonds_folder",
        file.folder_id,
        file=file.number,
        standing=registration.standing.value,
    )
    if registration.standing is Standing.DELETED:
        return Answer(registration)
    return Answer(registration, report_of(file), file.signed)


def _registration(file: BondFile, insurer: str, folder_gone: datetime | None) -> Registration:
    standing = Standing.CURRENT
    if file.deleted_at is not None or folder_gone is not None:
        standing = Standing.DELETED
    elif file.replaced_at is not None:
        standing = Standing.REPLACED
    return Registration(file.id, standing, insurer, FILE_KIND_LABELS[FileKind(file.kind)], file.uploaded_at.date())
