"""The uploads that wait for the malware scanner, once it is back: each is let out or taken back (A16)."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Unavailable
from hoshou.platform.actor import Actor
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.scanner import Scanner, ScannerDown
from hoshou.platform.files.store import FileStore
from hoshou.platform.keys import KeyRing
from hoshou.plugins.bonds.models import BondFile, BondWaiting
from hoshou.plugins.bonds.services.erase import erase_deleted
from hoshou.plugins.bonds.services.passwords import new_secrets
from hoshou.plugins.bonds.services.waiting import release, withdraw

UnitOfWork = Callable[[], AbstractContextManager[Session]]

log = logging.getLogger(__name__)


@dataclass
class ScanResult:
    """How many uploads went which way, and how many wait on."""

    released: int = 0
    withdrawn: int = 0
    waiting: int = 0


def scan_waiting(
    unit_of_work: UnitOfWork,
    clock: Clock,
    keys: KeyRing,
    store: FileStore,
    scanner: Scanner | None,
    actor: Actor,
    public_url: str,
) -> ScanResult:
    """Ask the scanner about every waiting upload, the oldest first; without a scanner only count them.

    One upload is one transaction, so a run that is killed loses and doubles nothing. An upload about which the
    scanner says nothing waits on and doesn't hold up the others.
    """
    result, last = ScanResult(), 0
    while scanner is not None and (waiting_id := _next(unit_of_work, last)) is not None:
        last = waiting_id
        try:
            found = _found(unit_of_work, store, scanner, waiting_id)
        except ScannerDown:
            break
        except Unavailable as error:
            log.error("upload %d waits on: %s", waiting_id, error.code)
            continue
        if found:
            log.warning("malware was found in a waiting upload: %s", found)
            with unit_of_work() as session:
                folder_id = withdraw(session, clock, keys, actor, waiting_id, found)
            if folder_id is not None:
                erase_deleted(unit_of_work, clock, store, folder_id)
                result.withdrawn += 1
        else:
            secrets = new_secrets()
            with unit_of_work() as session:
                result.released += release(session, clock, keys, actor, waiting_id, secrets, public_url)
    result.waiting = count_waiting(unit_of_work)
    if result.waiting:
        log.error("%d uploads wait for the malware scanner", result.waiting)
    return result


def count_waiting(unit_of_work: UnitOfWork) -> int:
    """How many uploads wait."""
    with unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(BondWaiting)) or 0


def _next(unit_of_work: UnitOfWork, last: int) -> int | None:
    with unit_of_work() as session:
        return session.scalar(
            select(BondWaiting.id).where(BondWaiting.id > last).order_by(BondWaiting.id).limit(1)
        )


def _found(unit_of_work: UnitOfWork, store: FileStore, scanner: Scanner, waiting_id: int) -> str:
    """What the scanner found in one of the upload's files; an empty text when all are clean."""
    with unit_of_work() as session:
        blobs = [
            stored.blob
            for stored in session.scalars(
                select(StoredFile)
                .join(BondFile, BondFile.stored_file_id == StoredFile.id)
                .where(BondFile.waiting_id == waiting_id, BondFile.deleted_at.is_(None))
            )
        ]
    # All are asked about, so that "clean" is never said of a part.
    return next((found for found in [scanner.scan(store.read(blob)) for blob in blobs] if found), "")
