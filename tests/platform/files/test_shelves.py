"""What every shelf does, and the file store upon it (A17, A27, F1)."""

import hashlib
from dataclasses import replace

import pytest

from hoshou.base.errors import Unavailable
from hoshou.platform.files.shelf import Shelf
from hoshou.platform.files.store import FileStore
from hoshou.platform.keys import KeyRing
from tests.refusals import refused

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
OLD, NEW = b"o" * 32, b"n" * 32
ONE, OTHER = "1" * 32, "2" * 32


@pytest.fixture
def store(shelf: Shelf) -> FileStore:
    return FileStore(shelf, KeyRing(OLD))


def test_a_shelf_holds_what_was_laid_there(shelf: Shelf) -> None:
    assert (list(shelf.keys()), shelf.holds(ONE)) == ([], False)
    for key in (ONE, OTHER):
        shelf.lay(key, key.encode())
    shelf.lay(ONE, b"again")
    assert (sorted(shelf.keys()), list(shelf.keys(older_than=3600))) == ([ONE, OTHER], [])
    assert (shelf.fetch(ONE), shelf.holds(ONE)) == (b"again", True)
    shelf.remove(ONE)
    shelf.remove(ONE)
    assert (list(shelf.keys()), shelf.holds(ONE)) == ([OTHER], False)
    with pytest.raises(FileNotFoundError):
        shelf.fetch(ONE)


def test_an_empty_content_is_a_content(shelf: Shelf) -> None:
    shelf.lay(ONE, b"")
    assert (shelf.fetch(ONE), shelf.holds(ONE), list(shelf.keys())) == (b"", True, [ONE])


@pytest.mark.req("A17")
def test_a_shelf_takes_storage_keys_alone(shelf: Shelf) -> None:
    for key in ("", "a" * 31, "A" * 32, "a" * 32 + "\n", "../" + "a" * 32, "incoming"):
        assert_no_storage_key(shelf, key)
    assert list(shelf.keys()) == []


def assert_no_storage_key(shelf: Shelf, key: str) -> None:
    for use in (
        lambda: shelf.lay(key, b"x"),
        lambda: shelf.fetch(key),
        lambda: shelf.remove(key),
        lambda: shelf.holds(key),
    ):
        with pytest.raises(ValueError, match="storage key"):
            use()


@pytest.mark.req("A27", "F15")
def test_content_comes_back_and_lies_encrypted(store: FileStore, shelf: Shelf) -> None:
    blob = store.put(PDF)
    assert store.read(blob) == PDF
    assert (blob.sha256, blob.size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert store.storage_keys() == [blob.storage_key]
    assert b"%PDF" not in shelf.fetch(blob.storage_key)


@pytest.mark.req("A27")
def test_content_swapped_between_two_files_is_refused(store: FileStore, shelf: Shelf) -> None:
    one, other = store.put(PDF), store.put(b"other")
    kept = shelf.fetch(one.storage_key)
    shelf.lay(one.storage_key, shelf.fetch(other.storage_key))
    shelf.lay(other.storage_key, kept)
    for blob in (one, other):
        with refused("file_damaged", kind=Unavailable):
            store.read(blob)


@pytest.mark.req("A27")
def test_another_files_content_and_key_together_are_refused(store: FileStore, shelf: Shelf) -> None:
    one, other = store.put(PDF), store.put(PDF)
    shelf.lay(one.storage_key, shelf.fetch(other.storage_key))
    with refused("file_damaged", kind=Unavailable):
        store.read(replace(one, wrapped_key=other.wrapped_key))


@pytest.mark.req("A27")
def test_an_altered_byte_is_refused(store: FileStore, shelf: Shelf) -> None:
    blob = store.put(PDF)
    right = shelf.fetch(blob.storage_key)
    for position in (0, 12, -1):
        altered = bytearray(right)
        altered[position] ^= 1
        shelf.lay(blob.storage_key, bytes(altered))
        with refused("file_damaged", kind=Unavailable):
            store.read(blob)


def test_missing_or_cut_content_is_refused(store: FileStore, shelf: Shelf) -> None:
    blob = store.put(PDF)
    shelf.lay(blob.storage_key, b"")
    with refused("file_damaged", kind=Unavailable):
        store.read(blob)
    store.delete(blob.storage_key)
    store.delete(blob.storage_key)
    assert not store.exists(blob.storage_key)
    with refused("file_damaged", kind=Unavailable):
        store.read(blob)


@pytest.mark.req("A27")
def test_after_a_rotation_old_and_new_files_are_readable_and_the_old_key_is_not_needed(shelf: Shelf) -> None:
    blob = FileStore(shelf, KeyRing(OLD)).put(PDF)
    ring = FileStore(shelf, KeyRing(NEW, [OLD]))
    assert ring.read(blob) == PDF
    wrapped = ring.rewrap(blob)
    assert wrapped.key_id == ring.put(PDF).key_id != blob.key_id
    only_new = FileStore(shelf, KeyRing(NEW))
    assert only_new.read(wrapped) == PDF
    with refused("file_damaged", kind=Unavailable):
        only_new.read(blob)
    with refused("file_damaged", kind=Unavailable):
        only_new.rewrap(blob)
