"""What a backup says of itself. It is written last: a folder without it is no whole backup."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

MANIFEST = "manifest.json"
DATABASE = "database"
FILES = "files"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """``taken_at`` is an instant in ISO 8601; ``files`` counts the contents that lie beside the database,
    ``key_id`` names the master key that they need."""

    format: int
    product: str
    database: str
    revision: str | None
    taken_at: str
    database_sha256: str
    files: int
    key_id: str

    @property
    def taken(self) -> datetime:
        return datetime.fromisoformat(self.taken_at)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    with (folder / MANIFEST).open("w") as stream:
        json.dump(asdict(manifest), stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())


def read_manifest(folder: Path) -> Manifest:
    """Raises Refused ``backup_incomplete`` where there is none, or the database beside it isn't the one it names."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text()))
        whole = manifest.format == FORMAT and digest(folder / DATABASE) == manifest.database_sha256
    except (OSError, ValueError, TypeError):
        whole = False
    if not whole:
        raise Refused(
            "backup_incomplete",
            N_("「%(folder)s」は完全なバックアップではありません。別のバックアップを指定してください。"),
            folder=str(folder),
        )
    return manifest


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
