"""The file store: each file encrypted with a key of its own, under a random name (A17, A27, F1).

A file's content is AES-256-GCM with the storage key as associated data, so it can't stand in for another
file. The data key is wrapped by the application's key ring. Content is on disk, under its final name,
before its row is committed: whatever is acknowledged is there, and a crash leaves an orphan at worst.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hoshou.base.errors import Unavailable
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.keys import NONCE_BYTES, KeyRing

WRAPPING = "file-key"
INCOMING = "incoming"
STORAGE_KEY = re.compile(r"[0-9a-f]{32}")
DATA_KEY_BITS = 256


@dataclass(frozen=True)
class StoredBlob:
    """What must be remembered of stored content to read it again; ``size`` (bytes) is the content's own."""

    storage_key: str
    sha256: str
    size: int
    wrapped_key: bytes
    key_id: str


class FileStore:
    """Encrypted content in a folder tree: ``root/ab/cd/abcd…``."""

    def __init__(self, root: Path, keys: KeyRing) -> None:
        self._root = root
        self._keys = keys
        self._incoming = root / INCOMING

    def put(self, data: bytes) -> StoredBlob:
        """Store content durably; call it before the row's transaction begins.

        Raises Unavailable ``storage_failed`` when the disk is full or refuses; nothing is left then.
        """
        storage_key = secrets.token_hex(16)
        data_key = AESGCM.generate_key(DATA_KEY_BITS)
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + AESGCM(data_key).encrypt(nonce, data, storage_key.encode())
        try:
            self._write(storage_key, sealed)
        except OSError as error:
            raise Unavailable(
                "storage_failed", N_("ファイルを保存できませんでした。しばらくしてからもう一度お試しください。")
            ) from error
        return StoredBlob(
            storage_key=storage_key,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            wrapped_key=self._keys.seal(WRAPPING, data_key, storage_key),
            key_id=self._keys.key_id,
        )

    def _write(self, storage_key: str, sealed: bytes) -> None:
        final = self._path(storage_key)
        temporary = self._incoming / storage_key
        try:
            self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
            final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(sealed)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.rename(final)
            # Another process may have made these folders a moment ago without having synced them yet.
            for folder in (final.parent, final.parent.parent, self._root):
                _sync_folder(folder)
        except OSError:
            temporary.unlink(missing_ok=True)
            final.unlink(missing_ok=True)
            raise

    def read(self, blob: StoredBlob) -> bytes:
        """The content, exactly as it was put.

        Raises Unavailable ``file_damaged`` when it is missing, altered, or another file's.
        """
        try:
            sealed = self._path(blob.storage_key).read_bytes()
            data_key = self._keys.open(WRAPPING, blob.wrapped_key, blob.storage_key)
            nonce, content = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            data = AESGCM(data_key).decrypt(nonce, content, blob.storage_key.encode())
        except (OSError, InvalidTag, ValueError) as error:
            raise _damaged() from error
        if hashlib.sha256(data).hexdigest() != blob.sha256:
            raise _damaged()
        return data

    def rewrap(self, blob: StoredBlob) -> StoredBlob:
        """The same content under the key ring's newest key; the file itself isn't touched.

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
        path = self._path(storage_key)
        try:
            path.unlink()
        except FileNotFoundError:
            return
        _sync_folder(path.parent)

    def take_over(self, other: "FileStore", storage_key: str) -> bool:
        """Copy another store's content as it lies there, sealed; false where that has lost it meanwhile."""
        if self.exists(storage_key):
            return True
        try:
            sealed = other._path(storage_key).read_bytes()
        except FileNotFoundError:
            return False
        self._write(storage_key, sealed)
        return True

    def exists(self, storage_key: str) -> bool:
        return self._path(storage_key).is_file()

    def blobs_older_than(self, seconds: float) -> Iterator[str]:
        """The storage keys of files that have lain here for longer than that."""
        limit = self._disk_time() - seconds
        for path in sorted(self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            if STORAGE_KEY.fullmatch(path.name) and _changed_before(path, limit):
                yield path.name

    def unfinished_older_than(self, seconds: float) -> list[Path]:
        """Temporary files that no running ``put`` can own any more."""
        limit = self._disk_time() - seconds
        return [path for path in sorted(self._incoming.iterdir()) if _changed_before(path, limit)]

    def _disk_time(self) -> float:
        """The disk's own present: what files' ages are measured against, whatever the clocks say."""
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = self._incoming / secrets.token_hex(16)
        probe.touch(exist_ok=False)
        try:
            return probe.stat().st_mtime
        finally:
            probe.unlink()

    def _path(self, storage_key: str) -> Path:
        if not STORAGE_KEY.fullmatch(storage_key):
            raise ValueError("not a storage key")
        return self._root / storage_key[:2] / storage_key[2:4] / storage_key


def _damaged() -> Unavailable:
    return Unavailable("file_damaged", N_("ファイルを読み取れません。管理者に連絡してください。"))


def _changed_before(path: Path, limit: float) -> bool:
    try:
        return path.stat().st_mtime < limit
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
