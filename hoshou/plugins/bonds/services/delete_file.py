"""誤登録: one file is deleted, the folder stays (A-022, manual Q13)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.rules.deletion import (
    UploadedFile,
    checked_reason,
    insurance_end_without,
    no_longer_replaced,
)
from hoshou.plugins.bonds.services.delete_folder import live_folder_for
from hoshou.plugins.bonds.services.entomb import bury_file


def delete_file(
    session: Session, clock: Clock, actor: Actor, subject: Subject, folder_id: int, number: int, reason: str
) -> None:
    """Delete a mis-registered file; its row and the audit log keep that it was there.

    The caller erases the content after the commit (``erase_deleted``). The 保険終期 of the last upload that is
    left counts from now on, and what the file had replaced is no longer 差替済. Raises Refused
    ``missing`` without a reason, ``last_file`` for the only file left, NotFound for a foreign folder or no
    live file, Forbidden for who doesn't upload.
    """
    reason = checked_reason(reason)
    folder = live_folder_for(session, subject, folder_id)
    file = take_out(session, clock, folder, number, reason)
    audit.record(
        session,
        clock,
        actor,
        "bonds.file_deleted",
        "bonds_folder",
        folder.id,
        file=number,
        sha256=file.stored_file.sha256,
        reason=reason,
    )


def take_out(session: Session, clock: Clock, folder: BondFolder, number: int, why: str) -> BondFile:
    """Delete one of several files of a folder that the caller holds locked; returns it. Raises as ``delete_file``."""
    files = {
        file.number: file for file in session.scalars(select(BondFile).where(BondFile.folder_id == folder.id))
    }
    file = files.get(number)
    if file is None or file.deleted_at is not None:
        raise NotFound("file_not_found", N_("ファイルが見つかりません。"))
    numbers = {row.id: row.number for row in files.values()}
    facts = [
        UploadedFile(row.number, row.insurance_end, row.deleted_at is None, numbers.get(row.replaces_id or 0))
        for row in files.values()
    ]
    folder.insurance_end = insurance_end_without(facts, number)
    folder.changed_at = clock.now()
    freed = no_longer_replaced(facts, number)
    if freed is not None:
        files[freed].replaced_at = None
    bury_file(clock, file)
    file.deleted_why = why
    session.flush()
    return file
