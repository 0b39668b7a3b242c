"""Backup and restore: what comes back, what is told, and that nobody gets in before the purge (P-020, F16, A25)."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import DomainError
from hoshou.platform import audit
from hoshou.platform.backup import database_copy, restore
from hoshou.platform.backup.commands import backup as backup_command
from hoshou.platform.backup.commands import restore as restore_command
from hoshou.platform.backup.restore import Restored, is_unfinished, restore_backup
from hoshou.platform.backup.take import take_backup
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.fence import put_up
from hoshou.platform.files.model import StoredFile
from hoshou.platform.serve import check_database
from hoshou.platform.tickets import Ticket, TicketKind, issue
from hoshou.plugins.bonds.models import BondFolder
from tests.conftest import AppMaker
from tests.databases import own_postgres, postgres_database
from tests.plugins.bonds.factories import make_folder
from tests.plugins.retention.ground import add_folders, blobs_on_disk
from tests.refusals import refused
from tests.samples.pdfs import plain

pytestmark = pytest.mark.sqlite

NIGHT = jst(2029, 4, 1, 2)
"""Three years after the insurance of most folders here has ended."""

Empty = Callable[..., Flask]


def ignore(_done: int, _of: int) -> None:
    """Progress that nobody looks at."""


@pytest.fixture
def empty(make_app: AppMaker, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Empty]:
    """Makes an application that has nothing yet, on the test's kind of database: another machine's."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if "postgres" in request.node.name:
        with own_postgres() as server, postgres_database(server.address) as url:
            yield lambda **settings: make_app(url, **{"DATA_DIR": str(folder), **settings})
    else:
        yield lambda **settings: make_app(
            f"sqlite:///{folder / 'restored.sqlite'}", **{"DATA_DIR": str(folder), **settings}
        )


@pytest.fixture
def backup(app: Flask, tmp_path: Path) -> Path:
    """A backup on SQLite of two folders whose time will be over at NIGHT."""
    add_folders(2)
    take_backup(tmp_path / "backup", ignore)
    return tmp_path / "backup"


def restored(app: Flask, backup: Path) -> Restored:
    with app.app_context():
        return restore_backup(backup, ignore)


def folders(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(
            select(func.count()).select_from(BondFolder).where(BondFolder.deleted_at.is_(None))
        )


@pytest.mark.req("A11", "A25", "F16", "P-020")
def test_all_comes_back_but_what_was_due_since(
    app_on_both: Flask, empty: Empty, clock: FixedClock, tmp_path: Path
) -> None:
    content = plain()
    add_folders(2)
    made = transact(
        lambda session: make_folder(session, files=[("証券.pdf", content)], insurance_end="2028-03-31")
    )
    transact(
        lambda session: issue(
            session,
            clock,
            platform().keys,
            TicketKind.VIEWER,
            str(made.folder_id),
            idle=timedelta(minutes=20),
            until=NIGHT + timedelta(days=1),
        )
    )
    manifest = take_backup(tmp_path / "backup", ignore)
    assert (manifest.files, manifest.taken_at) == (3, "2026-04-15T12:00:00+09:00")
    clock.move_to(NIGHT)
    other = empty()
    found = restored(other, tmp_path / "backup")
    assert found.jobs["retention.purge"]["folders"] == 2
    assert (found.files, found.without_content, found.without_row) == (3, [], [])
    assert found.lost == NIGHT - jst(2026, 4, 15, 12)
    assert not is_unfinished(other)
    with other.app_context():
        session = db.session()
        assert session.scalars(select(BondFolder.policy_number).where(BondFolder.deleted_at.is_(None))).all() == [
            made.policy_number
        ]
        file = session.scalars(select(StoredFile).where(StoredFile.deleted_at.is_(None))).one()
        assert platform().files.read(file.blob) == content
        assert blobs_on_disk(other) == {file.storage_key}
        assert session.scalars(select(Ticket.ended_why)).all() == ["restored"]
        assert audit.verify(session, audit.audit_key()) == []
        put_up(session, None)
        fenced = db.engine.dialect.name == "postgresql"
        assert session.scalar(select(func.count()).select_from(BondFolder)) == (0 if fenced else 3)
    check_database(lambda: other)


@pytest.mark.req("F16")
@pytest.mark.parametrize("step", ["files", "database", "purge"])
def test_until_a_restore_has_ended_nobody_is_let_in_and_the_same_again_ends_it(
    backup: Path, empty: Empty, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    clock.move_to(NIGHT)
    other = empty()

    def stop(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        if step == "files":
            stopped.setattr(platform(other).files, "take_over", stop)
        elif step == "database":
            stopped.setattr(database_copy, "load", stop)
        else:
            stopped.setattr(restore, "_do_again", stop)
        with pytest.raises(KeyboardInterrupt):
            restored(other, backup)
    with pytest.raises(click.ClickException, match="hoshou restore"):
        check_database(lambda: other)
    assert restored(other, backup).jobs["retention.purge"]["folders"] == 2
    check_database(lambda: other)
    assert folders(other) == 0


@pytest.mark.req("F16")
def test_a_purge_that_fails_keeps_the_doors_shut(
    backup: Path, empty: Empty, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move_to(NIGHT)
    other = empty()

    def refuse(_key: str) -> None:
        raise OSError("read-only file system")

    with monkeypatch.context() as broken:
        broken.setattr(platform(other).files, "delete", refuse)
        with refused("restore_job_failed", kind=DomainError):
            restored(other, backup)
    assert is_unfinished(other)
    clock.advance(timedelta(minutes=1))
    restored(other, backup)
    assert blobs_on_disk(other) == set()


@pytest.mark.req("F16")
def test_every_difference_between_database_and_files_is_told(backup: Path, empty: Empty) -> None:
    blobs = sorted(path for path in (backup / "files").rglob("*") if path.is_file())
    stray = blobs[0].with_name(blobs[0].name[:4] + "0" * 28)
    shutil.move(blobs[0], stray)
    found = restored(empty(), backup)
    assert (found.without_content, found.without_row) == ([blobs[0].name], [stray.name])


@pytest.mark.req("F16")
def test_what_is_no_whole_backup_is_refused(backup: Path, empty: Empty) -> None:
    other = empty()
    manifest = (backup / "manifest.json").read_text()
    (backup / "manifest.json").unlink()
    with refused("backup_incomplete"):
        restored(other, backup)
    (backup / "manifest.json").write_text(manifest)
    with (backup / "database").open("ab") as stream:
        stream.write(b"x")
    with refused("backup_incomplete"):
        restored(other, backup)
    assert not is_unfinished(other)


@pytest.mark.req("F16")
def test_nothing_is_written_over(app: Flask, backup: Path) -> None:
    with refused("database_not_empty"):
        restored(app, backup)
    assert not is_unfinished(app)
    with refused("backup_folder_not_empty"):
        take_backup(backup, ignore)


@pytest.mark.req("F16", "A27")
def test_another_master_key_is_told_before_anything_is_done(backup: Path, empty: Empty) -> None:
    strange = "c3RyYW5nZXN0cmFuZ2VzdHJhbmdlc3RyYW5nZXN0cmFuZ2VzdHI="
    with refused("backup_other_key"):
        restored(empty(MASTER_KEY=strange), backup)


@pytest.mark.req("F16")
def test_a_backup_of_the_other_kind_of_database_is_refused(backup: Path, empty: Empty) -> None:
    manifest = json.loads((backup / "manifest.json").read_text())
    (backup / "manifest.json").write_text(json.dumps({**manifest, "database": "postgresql"}))
    with refused("backup_other_database"):
        restored(empty(), backup)


@pytest.mark.req("P-020")
def test_the_commands(app: Flask, empty: Empty, tmp_path: Path) -> None:
    add_folders(1, insurance_end=date(2028, 3, 31))
    taken = CliRunner().invoke(backup_command, [str(tmp_path / "b"), "--json"], obj=lambda: app)
    assert taken.exception is None
    assert (taken.exit_code, json.loads(taken.stdout)["files"]) == (0, 1)
    again = CliRunner().invoke(backup_command, [str(tmp_path / "b"), "--json"], obj=lambda: app)
    assert (again.exit_code, json.loads(again.stdout)["error"]["code"]) == (1, "backup_folder_not_empty")
    other = empty()
    done = CliRunner().invoke(restore_command, [str(tmp_path / "b"), "--json"], obj=lambda: other)
    assert (done.exit_code, json.loads(done.stdout)["files"]) == (0, 1)
    assert folders(other) == 1
