"""Rotation of the master key: every file's data key is wrapped anew, its content stays as it is (A27)."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.store import FileStore

BATCH = 100


def rewrap_all(unit_of_work: Callable[[], AbstractContextManager[Session]], store: FileStore) -> int:
    """Wrap what an older key still holds; returns how many files.

    Works in small transactions: stopped anywhere, it is taken up again by the next call, and every file
    is readable at all times as long as the retired key is still in the ring.
    """
    count = 0
    while True:
        with unit_of_work() as session:
            files = session.scalars(
                select(StoredFile)
                .where(StoredFile.key_id != store.key_id, StoredFile.deleted_at.is_(None))
                .order_by(StoredFile.id)
                .limit(BATCH)
                .with_for_update()
            ).all()
            for file in files:
                blob = store.rewrap(file.blob)
                file.wrapped_key, file.key_id = blob.wrapped_key, blob.key_id
        if not files:
            return count
        count += len(files)
