"""A backup of files in a bucket, and its return onto a disk or into another bucket (F15, F16, P-020)."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from hoshou.base.errors import Unavailable
from hoshou.platform.backup.commands import backup as backup_command
from hoshou.platform.backup.restore import restore_backup
from hoshou.platform.backup.take import take_backup
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.files.model import StoredFile
from tests.accounts import fresh
from tests.conftest import AppMaker
from tests.platform.files.bucket_server import Fault
from tests.platform.files.conftest import BucketGround
from tests.plugins.retention.ground import add_folders
from tests.refusals import refused

pytestmark = [pytest.mark.req("F15", "F16", "P-020"), pytest.mark.sqlite]

Empty = Callable[..., Flask]


def ignore(_done: int, _of: int) -> None:
    """Progress that nobody looks at."""


@pytest.fixture
def app(bucket: BucketGround, usual_url: str, make_app: AppMaker) -> Iterator[Flask]:
    """Two folders of two files each, in the bucket."""
    app = make_app(usual_url, **bucket.settings)
    with app.app_context():
        add_folders(2, files=2)
        yield app


@pytest.fixture
def empty(make_app: AppMaker, tmp_path: Path) -> Empty:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return lambda **settings: make_app(
        f"sqlite:///{folder / 'restored.sqlite'}", **{"DATA_DIR": str(folder), **settings}
    )


def contents() -> list[bytes]:
    return [platform().files.read(file.blob) for file in fresh().query(StoredFile).order_by(StoredFile.id)]


@pytest.mark.parametrize("place", ["disk", "bucket"])
def test_what_lay_in_a_bucket_comes_back(
    app: Flask, bucket: BucketGround, empty: Empty, tmp_path: Path, place: str
) -> None:
    before = contents()
    assert take_backup(tmp_path / "backup", ignore).files == 4
    laid = {path.name for path in (tmp_path / "backup" / "files").rglob("*") if path.is_file()}
    assert laid == {name.rpartition("/")[2] for name in bucket.objects()}
    other = empty(**({} if place == "disk" else {**bucket.settings, "S3_PREFIX": "restored"}))
    with other.app_context():
        found = restore_backup(tmp_path / "backup", ignore)
        assert (found.files, found.without_content, found.without_row) == (4, [], [])
        assert contents() == before
    assert len(bucket.objects()) == (4 if place == "disk" else 8)


def test_a_bucket_that_fails_makes_no_backup(app: Flask, bucket: BucketGround, tmp_path: Path) -> None:
    bucket.proxy.arm(Fault.ERROR, "GET", after=2)
    told = CliRunner().invoke(backup_command, [str(tmp_path / "b"), "--json"], obj=lambda: app)
    assert (told.exit_code, json.loads(told.stdout)["error"]["code"]) == (1, "storage_failed")
    assert not (tmp_path / "b" / "manifest.json").exists()


def test_a_restore_into_a_bucket_that_fails_is_completed_by_the_same_again(
    app: Flask, bucket: BucketGround, empty: Empty, tmp_path: Path
) -> None:
    take_backup(tmp_path / "backup", ignore)
    other = empty(**{**bucket.settings, "S3_PREFIX": "restored"})
    bucket.proxy.arm(Fault.LOST, "PUT", after=2)
    with other.app_context():
        with refused("storage_failed", kind=Unavailable):
            restore_backup(tmp_path / "backup", ignore)
        bucket.proxy.disarm()
        found = restore_backup(tmp_path / "backup", ignore)
        assert (found.files, found.without_content, found.without_row) == (4, [], [])
        db.session.remove()
