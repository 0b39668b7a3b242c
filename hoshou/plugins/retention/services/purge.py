"""The daily deletion of folders whose time is over (A-080 to A-082, A25, F5).

One folder at a time: its tombstone and everything that hides it are one commit, then its content goes off the
disk, then that is noted. Killed anywhere, the next run takes it up: what is committed is never repeated, what
lies on the disk without a reader is found and removed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.files.erase import erase_buried
from hoshou.platform.files.store import FileStore
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.services.entomb import digests, entomb
from hoshou.plugins.bonds.services.erase import erase_deleted
from hoshou.plugins.retention.models import RetentionPurge
from hoshou.plugins.retention.rules.due import is_due, latest_end_due

BATCH = 100
WHY = "保険終期から3年が経過したため"
"""Kept in the tombstone as data, like the reasons that staff write."""

UnitOfWork = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class DueFolder:
    """What would go: as much as the tombstone keeps, and nothing about people."""

    folder_id: int
    insurer: str
    policy_number: str
    insurance_end: date
    files: int


def is_due_folder(today: date) -> ColumnElement[bool]:
    """Live, and its time is over."""
    return and_(BondFolder.deleted_at.is_(None), BondFolder.insurance_end <= latest_end_due(today))


def due_folders(unit_of_work: UnitOfWork, today: date) -> list[DueFolder]:
    """Exactly the folders that a purge of this day deletes, in its order."""
    found: list[DueFolder] = []
    for numbers in _batches(unit_of_work, today):
        with unit_of_work() as session:
            files = dict(
                session.execute(
                    select(BondFile.folder_id, func.count())
                    .where(BondFile.folder_id.in_(numbers), BondFile.deleted_at.is_(None))
                    .group_by(BondFile.folder_id)
                )
                .tuples()
                .all()
            )
            folders = session.scalars(select(BondFolder).where(BondFolder.id.in_(numbers)).order_by(BondFolder.id))
            found += [
                DueFolder(
                    folder.id,
                    folder.insurer.name,
                    folder.policy_number,
                    folder.insurance_end,
                    files.get(folder.id, 0),
                )
                for folder in folders
            ]
    return found


def purge_due(
    unit_of_work: UnitOfWork,
    clock: Clock,
    store: FileStore,
    actor: Actor,
    today: date,
    progress: Progress,
) -> int:
    """Delete every folder that is due; returns how many this call deleted.

    First removes what an earlier run that was killed left on the disk. Memory is bounded by one batch.
    """
    erase_buried(unit_of_work, clock, store)
    with unit_of_work() as session:
        total = session.scalar(select(func.count()).select_from(BondFolder).where(is_due_folder(today))) or 0
    count = 0
    for numbers in _batches(unit_of_work, today):
        for folder_id in numbers:
            with unit_of_work() as session:
                purged = _purge(session, clock, actor, folder_id, today)
            if purged:
                erase_deleted(unit_of_work, clock, store, folder_id)
                count += 1
        progress(count, max(total, count))
    return count


def _batches(unit_of_work: UnitOfWork, today: date) -> Iterator[Sequence[int]]:
    """The numbers of the due folders by key, each once, however many there are."""
    last = 0
    while True:
        with unit_of_work() as session:
            statement: Select[tuple[int]] = (
                select(BondFolder.id)
                .where(is_due_folder(today), BondFolder.id > last)
                .order_by(BondFolder.id)
                .limit(BATCH)
            )
            numbers = session.scalars(statement).all()
        if not numbers:
            return
        yield numbers
        last = numbers[-1]


def _purge(session: Session, clock: Clock, actor: Actor, folder_id: int, today: date) -> bool:
    """One folder's tombstone, unless an upload or a deletion came first."""
    folder = session.scalar(select(BondFolder).where(BondFolder.id == folder_id).with_for_update(of=BondFolder))
    if folder is None or folder.deleted_at is not None or not is_due(folder.insurance_end, today):
        return False
    files = entomb(session, clock, actor, folder, WHY)
    session.add(RetentionPurge(folder_id=folder.id, insurance_end=folder.insurance_end, purged_at=clock.now()))
    audit.record(
        session,
        clock,
        actor,
        "retention.purged",
        "bonds_folder",
        folder.id,
        number=folder.policy_number,
        insurance_end=folder.insurance_end.isoformat(),
        sha256=digests(files),
    )
    session.flush()
    return True
