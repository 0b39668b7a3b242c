"""Bring a backup back, and keep the doors shut until what was due since has been done again (F16, A25)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from hoshou.base.errors import DomainError, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit, migrations, tickets
from hoshou.platform.actor import SYSTEM
from hoshou.platform.backup import database_copy
from hoshou.platform.backup.manifest import DATABASE, FILES, Manifest, read_manifest
from hoshou.platform.backup.take import Progress
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.files.disk import DiskShelf
from hoshou.platform.files.store import FileStore
from hoshou.platform.files.sweep import sweep
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.jobs.runs import RunState

MARK = "restoring"


@dataclass(frozen=True)
class Restored:
    """What a restore did. ``lost`` is how much work the backup is behind; storage keys of each difference.

    ``without_content`` are files that the database names and the backup lacks, ``without_row`` the reverse.
    """

    taken_at: str
    lost: timedelta
    files: int
    jobs: dict[str, dict[str, Any]]
    without_content: list[str]
    without_row: list[str]


def is_unfinished(app: Flask) -> bool:
    """Whether a restore has begun here and not ended: nobody may be let in."""
    return _mark(app).exists()


def restore_backup(folder: Path, progress: Progress) -> Restored:
    """Fill an empty installation from a backup; stopped anywhere, the same again completes it.

    All sessions of the time of the backup end. Raises Refused ``backup_incomplete``, ``backup_other_database``,
    ``backup_other_key``, ``database_not_empty``, and DomainError ``restore_job_failed``.
    """
    here, manifest, app = platform(), read_manifest(folder), current_app._get_current_object()  # type: ignore[attr-defined]
    _check_kin(manifest)
    with _doors_shut(app, manifest):
        store = FileStore(DiskShelf(folder / FILES), here.keys)
        storage_keys = store.storage_keys()
        for done, storage_key in enumerate(storage_keys, start=1):
            here.files.take_over(store, storage_key)
            progress(done, len(storage_keys))
        if database_copy.is_empty(db.engine):
            database_copy.load(db.engine, folder / DATABASE)
        migrations.upgrade()
        with unit_of_work() as session:
            tickets.end_everybodys(session, here.clock, "restored")
            audit.record(session, here.clock, SYSTEM, "backup.restored", taken_at=manifest.taken_at)
        jobs = _do_again(app)
        with unit_of_work() as session:
            found = sweep(session, here.files, grace=timedelta(0), dry_run=True)
    return Restored(
        taken_at=manifest.taken_at,
        lost=here.clock.now() - manifest.taken,
        files=len(storage_keys),
        jobs=jobs,
        without_content=found.missing,
        without_row=found.orphans,
    )


def _check_kin(manifest: Manifest) -> None:
    if manifest.database != db.engine.dialect.name:
        raise Refused(
            "backup_other_database",
            N_("%(theirs)s のバックアップです。このシステムのデータベースは %(ours)s です。"),
            theirs=manifest.database,
            ours=db.engine.dialect.name,
        )
    if not platform().keys.knows(manifest.key_id):
        raise Refused(
            "backup_other_key",
            N_("このバックアップには別のマスターキーが必要です。取ったときのマスターキーを設定してください。"),
        )


def _do_again(app: Flask) -> dict[str, dict[str, Any]]:
    now, results = platform(app).clock.now(), {}
    for job in all_jobs(app).values():
        if job.after_restore:
            outcome = run_job(app, job, now, by_hand=True)
            if outcome.state is not RunState.DONE:
                raise DomainError(
                    "restore_job_failed",
                    N_(
                        "ジョブ %(job)s が失敗しました（照会番号 %(reference)s）。原因を除いて、もう一度復元してください。"
                    ),
                    job=job.name,
                    reference=outcome.error_reference,
                )
            results[job.name] = outcome.result
    return results


@contextmanager
def _doors_shut(app: Flask, manifest: Manifest) -> Iterator[None]:
    mark = _mark(app)
    is_begun = mark.exists() and mark.read_text() == manifest.database_sha256
    if not is_begun and not database_copy.is_empty(db.engine):
        raise Refused(
            "database_not_empty",
            N_(
                "このシステムにはすでにデータがあります。復元は、空のデータベースと空のフォルダに対して行ってください。"
            ),
        )
    mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.write_text(manifest.database_sha256)
    yield
    mark.unlink()


def _mark(app: Flask) -> Path:
    return Path(app.config["DATA_DIR"]) / MARK
