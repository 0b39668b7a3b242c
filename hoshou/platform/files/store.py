"""The file store: each file encrypted with a key of its own, under a random name (A17, A27, F1, F15).

A file's content is AES-256-GCM with the storage key as associated data, so it can't stand in for another
file. The data key is wrapped by the application's key ring. Content lies on its shelf, under its final name,
before its row is committed: whatever is acknowledged is there, and a crash leaves an orphan at worst.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hoshou.base.errors import Unavailable
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.files.shelf import Shelf
from hoshou.platform.keys import NONCE_BYTES, KeyRing

WRAPPING = "file-key"
DATA_KEY_BITS = 256

NOT_STORED = N_("ファイルを保存できませんでした。しばらくしてからもう一度お試しください。")
NO_ANSWER = N_("ファイルの保管先が応答しません。しばらくしてからもう一度お試しください。")


@dataclass(frozen=True)
class StoredBlob:
    """What must be remembered of stored content to read it again; ``size`` (bytes) is the content's own."""

    storage_key: str
    sha256: str
    size: int
    wrapped_key: bytes
    key_id: str


class FileStore:
    """Seals and opens contents. Each method raises Unavailable ``storage_failed`` when the shelf doesn't do its part."""

    def __init__(self, shelf: Shelf, keys: KeyRing) -> None:
        self._shelf = shelf
        self._keys = keys

    def put(self, data: bytes) -> StoredBlob:
        """Store content durably; call it before the row's transaction begins. An orphan is left of it at worst."""
        storage_key = secrets.token_hex(16)
        data_key = AESGCM.generate_key(DATA_KEY_BITS)
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + AESGCM(data_key).encrypt(nonce, data, storage_key.encode())
        with _failure_told(NOT_STORED):
            self._shelf.lay(storage_key, sealed)
        return StoredBlob(
            storage_key=storage_key,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            wrapped_key=self._keys.seal(WRAPPING, data_key, storage_key),
            key_id=self._keys.key_id,
        )

    def read(self, blob: StoredBlob) -> bytes:
        """The content, exactly as it was put.

        Raises Unavailable ``file_damaged`` when it is missing, altered, or another file's: for good, unlike
        ``storage_failed``.
        """
        try:
            sealed = self._fetch(blob.storage_key)
            data_key = self._keys.open(WRAPPING, blob.wrapped_key, blob.storage_key)
            nonce, content = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            data = AESGCM(data_key).decrypt(nonce, content, blob.storage_key.encode())
        except (FileNotFoundError, InvalidTag, ValueError) as error:
            raise _damaged() from error
        if hashlib.sha256(data).hexdigest() != blob.sha256:
            raise _damaged()
        return data

    def rewrap(self, blob: StoredBlob) -> StoredBlob:
        """The same content under the key ring's newest key; the content itself isn't touched.

        Raises Unavailable ``file_damaged`` when no key opens it.
        """
        try:
            data_key = self._keys.open(WRAPPING, blob.wrapped_key, blob.storage_key)
        except InvalidTag as error:
            raise _damaged() from error
        wrapped = self._keys.seal(WRAPPING, data_key, blob.storage_key)
        return replace(blob, wrapped_key=wrapped, key_id=self._keys.key_id)

    @property
    def key_id(self) -> str:
        """The key that new files are wrapped with."""
        return self._keys.key_id

    def delete(self, storage_key: str) -> None:
        """Remove content; removing it again changes nothing."""
        with _failure_told(NO_ANSWER):
            self._shelf.remove(storage_key)

    def take_over(self, other: "FileStore", storage_key: str) -> bool:
        """Copy another store's content as it lies there, sealed; false where that has lost it meanwhile."""
        if self.exists(storage_key):
            return True
        try:
            sealed = other._fetch(storage_key)
        except FileNotFoundError:
            return False
        with _failure_told(NOT_STORED):
            self._shelf.lay(storage_key, sealed)
        return True

    def exists(self, storage_key: str) -> bool:
        with _failure_told(NO_ANSWER):
            return self._shelf.holds(storage_key)

    def storage_keys(self, older_than: float = 0) -> list[str]:
        """The storage keys of all contents that have lain here for longer than so many seconds; of all for 0."""
        with _failure_told(NO_ANSWER):
            return list(self._shelf.keys(older_than))

    def clear_leftovers(self, older_than: float, *, dry_run: bool = False) -> int:
        """Remove what a ``put`` that died so many seconds ago has left half written; returns how many."""
        with _failure_told(NO_ANSWER):
            return self._shelf.clear_leftovers(older_than, dry_run=dry_run)

    def _fetch(self, storage_key: str) -> bytes:
        with _failure_told(NO_ANSWER, besides=(FileNotFoundError,)):
            return self._shelf.fetch(storage_key)


@contextmanager
def _failure_told(sentence: str, *, besides: tuple[type[OSError], ...] = ()) -> Iterator[None]:
    try:
        yield
    except besides:
        raise
    except OSError as error:
        raise Unavailable("storage_failed", sentence) from error


def _damaged() -> Unavailable:
    return Unavailable("file_damaged", N_("ファイルを読み取れません。管理者に連絡してください。"))
