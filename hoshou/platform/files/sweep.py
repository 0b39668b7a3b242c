"""Order in the file store: content without a row is removed, rows without content are reported (F1, F5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.store import FileStore

GRACE = timedelta(hours=24)
"""Longer than any upload takes from the content's arrival to its row's commit."""

BATCH = 500


@dataclass(frozen=True)
class SweepResult:
    """``orphans`` and ``missing`` are storage keys; ``unfinished`` counts what was half written."""

    orphans: list[str]
    unfinished: int
    missing: list[str]


def sweep(session: Session, store: FileStore, *, grace: timedelta = GRACE, dry_run: bool = False) -> SweepResult:
    """Remove what no row owns, and say which rows have lost their content. A dry run removes nothing."""
    seconds = grace.total_seconds()
    orphans = list(_orphans(session, store.storage_keys(older_than=seconds)))
    if not dry_run:
        for storage_key in orphans:
            store.delete(storage_key)
    unfinished = store.clear_leftovers(seconds, dry_run=dry_run)
    return SweepResult(orphans, unfinished, _missing(session, store))


def _orphans(session: Session, storage_keys: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(storage_keys), BATCH):
        batch = storage_keys[start : start + BATCH]
        owned = set(
            session.scalars(
                select(StoredFile.storage_key).where(
                    StoredFile.storage_key.in_(batch), StoredFile.deleted_at.is_(None)
                )
            )
        )
        yield from (storage_key for storage_key in batch if storage_key not in owned)


def _missing(session: Session, store: FileStore) -> list[str]:
    # One list of all, since a bucket wants a request for each single question; it says nothing of later contents.
    there = set(store.storage_keys())
    living = select(StoredFile.storage_key).where(StoredFile.deleted_at.is_(None)).order_by(StoredFile.id)
    rows = session.scalars(living.execution_options(yield_per=1000))
    return [key for key in rows if key not in there and not store.exists(key)]
