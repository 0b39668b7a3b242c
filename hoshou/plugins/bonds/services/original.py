"""A folder's document for the staff who uploaded it or whose insurer's it is; each look is audited (P-007, P-011)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFile
from hoshou.plugins.bonds.services.scope import folder_for, is_readable, require_uploader


def document_for(session: Session, subject: Subject, folder_id: int, number: int) -> BondFile:
    """The readable file. Raises NotFound for a foreign folder or any other file, Forbidden for who doesn't upload."""
    require_uploader(subject)
    folder = folder_for(session, subject, folder_id)
    file = session.scalar(
        select(BondFile).where(BondFile.folder_id == folder.id, BondFile.number == number, is_readable())
    )
    if file is None:
        raise NotFound("file_not_found", N_("ファイルが見つかりません。"))
    return file


def note_download(
    session: Session, clock: Clock, actor: Actor, subject: Subject, folder_id: int, number: int
) -> BondFile:
    """The file whose original is being handed out. Raises as ``document_for``."""
    file = document_for(session, subject, folder_id, number)
    audit.record(
        session,
        clock,
        actor,
        "bonds.original_downloaded",
        "bonds_folder",
        folder_id,
        file=number,
        sha256=file.stored_file.sha256,
    )
    return file


def note_page(
    session: Session, clock: Clock, actor: Actor, subject: Subject, folder_id: int, number: int, page: int
) -> BondFile:
    """The file of which a page is being shown. Raises as ``document_for``."""
    file = document_for(session, subject, folder_id, number)
    audit.record(session, clock, actor, "bonds.page_shown", "bonds_folder", folder_id, file=number, page=page)
    return file
