"""誤登録: a folder is deleted as a whole; its row stays as a tombstone (A-020, A-039, D-46)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.rules.deletion import checked_reason
from hoshou.plugins.bonds.services.entomb import digests, entomb
from hoshou.plugins.bonds.services.scope import require_uploader, visible_folders


def locked_folder_for(session: Session, subject: Subject, folder_id: int) -> BondFolder:
    """The uploader's folder, deleted or not, locked until the transaction ends.

    Raises Forbidden for who doesn't upload, NotFound for a foreign folder.
    """
    require_uploader(subject)
    folder = session.scalar(
        select(BondFolder)
        .where(BondFolder.id == folder_id, visible_folders(subject))
        .with_for_update(of=BondFolder)
    )
    if folder is None:
        raise NotFound("folder_not_found", N_("該当する証券が見つかりません。"))
    return folder


def live_folder_for(session: Session, subject: Subject, folder_id: int) -> BondFolder:
    """As ``locked_folder_for``. Raises Refused ``folder_deleted`` for a tombstone."""
    folder = locked_folder_for(session, subject, folder_id)
    if folder.deleted_at is not None:
        raise Refused("folder_deleted", N_("この証券番号のフォルダは、すでに削除されています。"))
    return folder


def delete_folder(
    session: Session, clock: Clock, actor: Actor, subject: Subject, folder_id: int, reason: str
) -> None:
    """Delete a mis-registered folder with all its files.

    Its URL is sent no more; who enters it with the last password is told that it is gone. The caller
    erases the content after the commit (``erase_deleted``). Raises Refused ``missing`` without a reason, and as
    ``live_folder_for``.
    """
    reason = checked_reason(reason)
    folder = live_folder_for(session, subject, folder_id)
    files = entomb(session, clock, actor, folder, reason)
    audit.record(
        session,
        clock,
        actor,
        "bonds.folder_deleted",
        "bonds_folder",
        folder.id,
        number=folder.policy_number,
        sha256=digests(files),
        reason=reason,
    )
