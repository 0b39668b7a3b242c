"""The content of buried files goes off the disk, after the commit that buried them (A25, F5)."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.files.model import StoredFile, is_unerased
from hoshou.platform.files.store import FileStore

BATCH = 100


def erase_buried(
    unit_of_work: Callable[[], AbstractContextManager[Session]],
    clock: Clock,
    store: FileStore,
    only: Collection[int] | None = None,
) -> int:
    """Remove the content of buried files and note it: of all of them, or of ``only`` these rows.

    Returns how many files. Works in small transactions, content first: stopped anywhere, it is taken up
    again by the next call.
    """
    count, last = 0, 0
    while True:
        with unit_of_work() as session:
            waiting = select(StoredFile.id, StoredFile.storage_key).where(is_unerased(), StoredFile.id > last)
            if only is not None:
                waiting = waiting.where(StoredFile.id.in_(only))
            batch = session.execute(waiting.order_by(StoredFile.id).limit(BATCH)).all()
        if not batch:
            return count
        for row in batch:
            store.delete(row.storage_key)
        with unit_of_work() as session:
            session.execute(
                update(StoredFile)
                .where(StoredFile.id.in_([row.id for row in batch]), is_unerased())
                .values(erased_at=clock.now())
                .execution_options(synchronize_session=False)
            )
        count, last = count + len(batch), batch[-1].id
