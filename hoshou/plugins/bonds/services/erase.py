"""What a folder's deleted files leave on the disk goes after the commit (A-022, A-082, A25)."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Unavailable
from hoshou.platform.files.erase import erase_buried
from hoshou.platform.files.model import StoredFile, is_unerased
from hoshou.platform.files.store import FileStore
from hoshou.plugins.bonds.models import BondFile

log = logging.getLogger(__name__)


def erase_deleted(
    unit_of_work: Callable[[], AbstractContextManager[Session]], clock: Clock, store: FileStore, folder_id: int
) -> int:
    """Remove the content of the folder's deleted files; returns how many. Runs outside any transaction."""
    with unit_of_work() as session:
        buried = session.scalars(
            select(StoredFile.id)
            .join(BondFile, BondFile.stored_file_id == StoredFile.id)
            .where(BondFile.folder_id == folder_id, is_unerased())
        ).all()
    return erase_buried(unit_of_work, clock, store, buried) if buried else 0


def erase_now_or_later(
    unit_of_work: Callable[[], AbstractContextManager[Session]], clock: Clock, store: FileStore, folder_id: int
) -> None:
    """As ``erase_deleted``, where a person waits whose deletion is done: a silent store is left to the nightly purge."""
    try:
        erase_deleted(unit_of_work, clock, store, folder_id)
    except Unavailable as error:
        log.error("deleted content of folder %d is left to the purge: %s", folder_id, error.code)
