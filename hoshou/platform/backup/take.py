"""Take a backup while the product is in service."""

from collections.abc import Callable
from pathlib import Path

import hoshou
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import migrations
from hoshou.platform.backup import database_copy
from hoshou.platform.backup.manifest import DATABASE, FILES, FORMAT, Manifest, digest, write_manifest
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.files.disk import DiskShelf
from hoshou.platform.files.store import FileStore

Progress = Callable[[int, int], None]


def take_backup(folder: Path, progress: Progress) -> Manifest:
    """Copy the database, then the files, which stay encrypted, into an empty folder.

    In this order each file that the copied database names is there, unless it was deleted meanwhile.
    Raises Refused ``backup_folder_not_empty``, and Unavailable where the database's tools or the files' shelf fail.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(
            "backup_folder_not_empty",
            N_("「%(folder)s」は空ではありません。新しいフォルダを指定してください。"),
            folder=str(folder),
        )
    here, began = platform(), platform().clock.now()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    revision = migrations.current_revision()
    database_copy.dump(db.engine, folder / DATABASE)
    (folder / DATABASE).chmod(0o600)
    copied, store = 0, FileStore(DiskShelf(folder / FILES), here.keys)
    storage_keys = here.files.storage_keys()
    for done, storage_key in enumerate(storage_keys, start=1):
        copied += store.take_over(here.files, storage_key)
        progress(done, len(storage_keys))
    manifest = Manifest(
        format=FORMAT,
        product=hoshou.__version__,
        database=db.engine.dialect.name,
        revision=revision,
        taken_at=began.isoformat(),
        database_sha256=digest(folder / DATABASE),
        files=copied,
        key_id=here.keys.key_id,
    )
    write_manifest(folder, manifest)
    return manifest
