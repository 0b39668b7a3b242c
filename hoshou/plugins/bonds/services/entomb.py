"""A folder becomes a tombstone: what it still says of the contract, and what is wiped (A-082, D-46).

Kept: insurer, agency, policy number, contract type, dates, the files' digests and sizes, the digest of the URL's
token and the hash of the last password. Wiped: contractor, orderer and project, the files' names and what was found
of their signatures, the token itself, a password still in somebody's hands, what was typed as reasons for deleting
single files, and the addresses in the outbox.
"""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor
from hoshou.platform.files.model import bury
from hoshou.platform.mail.outbox import forget_recipients, withdraw
from hoshou.plugins.bonds.models import BondFile, BondFolder, BondHandover, BondWaiting
from hoshou.plugins.bonds.services.end_access import end_access

ENDED = "folder_deleted"


def entomb(session: Session, clock: Clock, actor: Actor, folder: BondFolder, why: str) -> list[BondFile]:
    """Delete a live folder that the caller has locked; returns all its files, oldest first.

    From the commit on nobody can read a file of it; then the content is erased (``erase_deleted``). The caller
    records who did it and why.
    """
    now = clock.now()
    files = list(
        session.scalars(select(BondFile).where(BondFile.folder_id == folder.id).order_by(BondFile.number))
    )
    for file in files:
        bury_file(clock, file)
        file.deleted_why = ""
        file.stored_file.original_name = ""
    folder.deleted_at, folder.deleted_why = now, why
    folder.token_sealed = None
    folder.contractor_name = folder.contractor_email = ""
    folder.orderer_name = folder.project_name = ""
    folder.override_reason = ""
    session.execute(
        update(BondHandover)
        .where(BondHandover.folder_id == folder.id)
        .values(password_sealed=None)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    session.execute(delete(BondWaiting).where(BondWaiting.folder_id == folder.id))
    about = ("bonds_folder", folder.id)
    withdraw(session, clock, actor, about)
    forget_recipients(session, about)
    end_access(session, clock, folder.id, ENDED)
    session.flush()
    return files


def bury_file(clock: Clock, file: BondFile) -> None:
    """Nobody can read the file any more; of its signatures nothing is kept, and nothing waits for it."""
    file.deleted_at = file.deleted_at or clock.now()
    file.signature_report = file.waiting_id = None
    if file.stored_file.deleted_at is None:
        bury(clock, file.stored_file)


def digests(files: Sequence[BondFile]) -> dict[str, str]:
    """The SHA-256 of each file by its number, for the audit log."""
    return {str(file.number): file.stored_file.sha256 for file in files}
