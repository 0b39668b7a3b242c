"""The file store on a disk (A17, A27, F1) and its sweep; what holds on every shelf is in ``files``."""

import errno
import hashlib
import os
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock, SystemClock
from hoshou.base.errors import Unavailable
from hoshou.platform.actor import SYSTEM
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.files.disk import DiskShelf
from hoshou.platform.files.model import StoredFile, bury, keep
from hoshou.platform.files.rotation import rewrap_all
from hoshou.platform.files.store import FileStore, StoredBlob
from hoshou.platform.files.sweep import sweep
from hoshou.platform.keys import KeyRing
from tests.platform.children import kill, start
from tests.platform.small_app import make_app
from tests.refusals import refused

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
OLD, NEW = b"o" * 32, b"n" * 32
A_DAY_AGO = 25 * 3600


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(DiskShelf(tmp_path / "files"), KeyRing(OLD))


def contents(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def age(path: Path, seconds: float) -> None:
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def path_of(root: Path, blob: StoredBlob) -> Path:
    return root / blob.storage_key[:2] / blob.storage_key[2:4] / blob.storage_key


@pytest.mark.req("A27")
def test_content_on_disk_is_the_owners_alone(store: FileStore, tmp_path: Path) -> None:
    store.put(PDF)
    [path] = contents(tmp_path)
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.req("A17")
def test_the_name_on_disk_is_random_and_two_folders_deep(store: FileStore, tmp_path: Path) -> None:
    blobs = [store.put(PDF) for _ in range(20)]
    assert len({blob.storage_key for blob in blobs}) == 20
    assert {path_of(tmp_path / "files", blob) for blob in blobs} == set(contents(tmp_path))


@pytest.mark.req("A17")
@pytest.mark.parametrize(
    "key", ["", "a" * 31, "A" * 32, "a" * 32 + "\n", "..victim", "{victim}", "../../{victim}"]
)
def test_only_a_storage_key_becomes_a_path(store: FileStore, tmp_path: Path, key: str) -> None:
    # The paths lead to a file of the test's own: without the defence, that one would be lost and nothing else.
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    key = key.format(victim=victim)
    blob = store.put(PDF)
    with refused("file_damaged", kind=Unavailable):
        store.read(replace(blob, storage_key=key))
    with pytest.raises(ValueError, match="storage key"):
        store.delete(key)
    assert victim.read_bytes() == b"precious"


@pytest.mark.req("F10")
def test_a_disk_full_at_any_step_is_a_clean_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ["mkdir", "open", "fsync", "rename"]
    room = 0

    def limited(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def call(*args: object, **options: object) -> object:
            nonlocal room
            room -= 1
            if room < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args, **options)

        return call

    for name in steps:
        monkeypatch.setattr(os, name, limited(name))
    for failing_step in range(1, 100):
        room, root = failing_step - 1, tmp_path / str(failing_step)
        store = FileStore(DiskShelf(root), KeyRing(OLD))
        if failing_step <= 15:
            with refused("storage_failed", kind=Unavailable):
                store.put(PDF)
            assert contents(root) == []
        else:
            blob = store.put(PDF)
            assert contents(root) == [path_of(root, blob)]
            break


def stored(clock: FixedClock, store: FileStore, data: bytes) -> StoredFile:
    blob = store.put(data)
    with unit_of_work() as session:
        return keep(session, clock, SYSTEM, blob, "保証証券.pdf", "application/pdf")


@pytest.mark.req("A27")
def test_a_rotation_broken_off_in_the_middle_is_taken_up_again(
    small_app: Flask, clock: FixedClock, tmp_path: Path
) -> None:
    root = tmp_path / "files"
    for number in range(250):
        stored(clock, FileStore(DiskShelf(root), KeyRing(OLD)), str(number).encode())
    rotated = FileStore(DiskShelf(root), KeyRing(NEW, [OLD]))

    def everything_readable(with_store: FileStore) -> bool:
        files = db.session.scalars(select(StoredFile).order_by(StoredFile.id)).all()
        return [with_store.read(file.blob) for file in files] == [str(number).encode() for number in range(250)]

    units = iter([unit_of_work, unit_of_work])
    with pytest.raises(StopIteration):
        rewrap_all(lambda: next(units)(), rotated)
    assert db.session.scalar(select(func.count()).where(StoredFile.key_id == rotated.key_id)) == 200
    assert everything_readable(rotated)
    assert rewrap_all(unit_of_work, rotated) == 50
    assert rewrap_all(unit_of_work, rotated) == 0
    assert everything_readable(FileStore(DiskShelf(root), KeyRing(NEW)))


@pytest.mark.req("F1")
def test_the_sweep_removes_orphans_and_reports_missing_content(
    small_app: Flask, clock: FixedClock, tmp_path: Path
) -> None:
    store, root = platform().files, tmp_path / "files"
    kept, lost, buried = (stored(clock, store, PDF) for _ in range(3))
    old_orphan, young_orphan = store.put(PDF), store.put(PDF)
    store.delete(lost.storage_key)
    with unit_of_work() as session:
        bury(clock, session.get_one(StoredFile, buried.id))
    old_draft, young_draft = root / "incoming" / "old", root / "incoming" / "young"
    for draft in (old_draft, young_draft):
        draft.write_bytes(b"torn")
    for path in (*contents(root),):
        if path.name not in {young_orphan.storage_key, "young"}:
            age(path, A_DAY_AGO)

    planned = sweep(db.session(), store, dry_run=True)
    assert store.exists(old_orphan.storage_key)
    assert old_draft.exists()
    done = sweep(db.session(), store)
    assert planned == done
    assert sorted(done.orphans) == sorted([old_orphan.storage_key, buried.storage_key])
    assert (done.unfinished, done.missing) == (1, [lost.storage_key])
    left = {path.name for path in contents(root)}
    assert left == {kept.storage_key, young_orphan.storage_key, "young"}
    assert sweep(db.session(), store).orphans == []


@pytest.mark.req("F5")
def test_a_buried_file_cannot_be_read_even_while_its_content_lies_there(
    small_app: Flask, clock: FixedClock
) -> None:
    store = platform().files
    file = stored(clock, store, PDF)
    with unit_of_work() as session:
        bury(clock, session.get_one(StoredFile, file.id))
    assert store.exists(file.storage_key)
    with refused("file_damaged", kind=Unavailable):
        store.read(db.session.get_one(StoredFile, file.id).blob)


def upload_until_killed(database_url: str, files: Path, log: Path) -> None:
    app = make_app(database_url, SystemClock(), files)
    with app.app_context(), log.open("a") as acknowledged:
        while True:
            blob = platform().files.put(os.urandom(200_000))
            with unit_of_work() as session:
                keep(session, SystemClock(), SYSTEM, blob, "保証証券.pdf", "application/pdf")
            acknowledged.write(f"{blob.storage_key}\n")
            acknowledged.flush()


@pytest.mark.slow
@pytest.mark.req("F1")
def test_killed_in_the_middle_nothing_acknowledged_is_lost(
    small_app: Flask, database_url: str, tmp_path: Path
) -> None:
    kills, chance = 25, random.Random(20260415)
    files, log = tmp_path / "files", tmp_path / "acknowledged"
    for _ in range(kills):
        process = start(upload_until_killed, database_url, files, log)
        time.sleep(chance.uniform(0.05, 0.35))
        kill(process)
    acknowledged = set(log.read_text().split())
    rows = db.session.scalars(select(StoredFile)).all()
    store = platform().files
    assert len(acknowledged) > kills
    assert acknowledged <= {file.storage_key for file in rows}
    for file in rows:
        assert hashlib.sha256(store.read(file.blob)).hexdigest() == file.sha256
    result = sweep(db.session(), store, grace=timedelta(0))
    assert result.missing == []
    assert {path.name for path in contents(files)} <= {file.storage_key for file in rows}
