"""Sealed contents in a folder tree: ``root/ab/cd/abcd…`` (F1, F10)."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from hoshou.platform.files.shelf import STORAGE_KEY, checked

INCOMING = "incoming"


class DiskShelf:
    """A folder of a POSIX-true file system. Content is written beside, synced, and then named."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / INCOMING

    def lay(self, storage_key: str, sealed: bytes) -> None:
        """Nothing is left of it when the disk is full or refuses."""
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

    def fetch(self, storage_key: str) -> bytes:
        return self._path(storage_key).read_bytes()

    def remove(self, storage_key: str) -> None:
        path = self._path(storage_key)
        try:
            path.unlink()
        except FileNotFoundError:
            return
        _sync_folder(path.parent)

    def holds(self, storage_key: str) -> bool:
        return self._path(storage_key).is_file()

    def keys(self, older_than: float = 0) -> Iterator[str]:
        limit = self._disk_time() - older_than
        for path in sorted(self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            if STORAGE_KEY.fullmatch(path.name) and (not older_than or _changed_before(path, limit)):
                yield path.name

    def clear_leftovers(self, older_than: float, *, dry_run: bool) -> int:
        limit = self._disk_time() - older_than
        torn = [path for path in self._incoming.iterdir() if _changed_before(path, limit)]
        if not dry_run:
            for path in torn:
                path.unlink(missing_ok=True)
        return len(torn)

    def _disk_time(self) -> float:
        """The disk's own present, in seconds."""
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = self._incoming / secrets.token_hex(16)
        probe.touch(exist_ok=False)
        try:
            return probe.stat().st_mtime
        finally:
            probe.unlink()

    def _path(self, storage_key: str) -> Path:
        name = checked(storage_key)
        return self._root / name[:2] / name[2:4] / name


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
