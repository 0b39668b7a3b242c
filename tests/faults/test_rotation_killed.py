"""A rotation of the master key that is killed again and again leaves every file readable (A27)."""

import base64
import random
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.files import rotation
from hoshou.platform.files.disk import DiskShelf
from hoshou.platform.files.model import StoredFile, keep
from hoshou.platform.files.store import FileStore
from hoshou.platform.keys import KeyRing
from tests.conftest import MASTER_KEY
from tests.faults.crew import Hand, Place, Worker
from tests.plugins.bonds.factories import STAFF

FILES = 200
NEW = base64.urlsafe_b64encode(b"n" * 32).decode()


def rotate(_hand: Hand) -> int:
    # Smaller steps than in service, so that a kill meets the middle.
    rotation.BATCH = 5
    return rotation.rewrap_all(unit_of_work, platform().files)


def readable(store: FileStore) -> int:
    """How many files are what they were; raises for one that isn't."""
    db.session.rollback()
    files = db.session.scalars(select(StoredFile).order_by(StoredFile.id)).all()
    assert [store.read(file.blob) for file in files] == [str(number).encode() for number in range(len(files))]
    return len(files)


@pytest.mark.slow
@pytest.mark.req("A27")
def test_a_rotation_killed_in_the_middle_is_finished_by_the_next(place: Place, checker: Flask, seed: int) -> None:
    here, chance = platform(), random.Random(seed)
    blobs = [here.files.put(str(number).encode()) for number in range(FILES)]
    with unit_of_work() as session:
        for blob in blobs:
            keep(session, here.clock, STAFF, blob, "証券.pdf", "application/pdf")
    rotated = Place(place.url, place.folder, place.clock, {"MASTER_KEY": f"{NEW} {MASTER_KEY}"})
    both = FileStore(
        DiskShelf(Path(place.folder) / "files"), KeyRing(b"n" * 32, [base64.urlsafe_b64decode(MASTER_KEY)])
    )
    for _ in range(5):
        worker = Worker(rotated).ready()
        worker.ask(rotate)
        worker.process.join(chance.uniform(0, 0.1))
        worker.kill()
        assert readable(both) == FILES
    worker = Worker(rotated).ready()
    worker.ask(rotate)
    assert worker.answer()[0].error == ""
    worker.leave()
    db.session.rollback()
    old = select(func.count()).select_from(StoredFile).where(StoredFile.key_id != both.key_id)
    assert db.session.scalar(old) == 0
    assert readable(FileStore(DiskShelf(Path(place.folder) / "files"), KeyRing(b"n" * 32))) == FILES
