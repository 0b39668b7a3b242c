"""A purge that is killed again and again hides first, erases then, and ends complete (F5, A25)."""

import os
import random
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock, jst
from hoshou.platform import audit
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.store import FileStore
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.retention.models import RetentionPurge
from hoshou.plugins.retention.services import purge as purging
from tests.accounts import add_user
from tests.conftest import THOROUGH
from tests.faults.crew import Hand, Place, Worker, die, die_at_call, die_at_commit
from tests.plugins.bonds.uploading import mails
from tests.plugins.retention.ground import add_folders

RANDOM_KILLS = 100 if THOROUGH else 5
MOST_AT_ONCE = 8
"""How often a run comes to a point, at most, before it is killed there."""
FOLDERS = 20 + MOST_AT_ONCE * RANDOM_KILLS
FILES = 2
NIGHT = jst(2029, 4, 1, 2)
NUMBER = re.compile(r"R\d{12}")


STEPS: dict[str, Callable[[], None]] = {
    "first folder's rows changed": lambda: die_at_call(purging, "entomb", 1, after=True),
    "third tombstone not committed": lambda: die_at_call(audit, "_append", 3, after=True),
    "tombstone committed, content there": lambda: die_at_call(FileStore, "delete", 1),
    "one of two contents gone": lambda: die_at_call(FileStore, "delete", 2),
    "contents gone, not noted": lambda: die_at_call(os, "fsync", 6, after=True),
    "after some commit": lambda: die_at_commit("after_commit", 9),
}


POINTS: tuple[Callable[[int], None], ...] = (
    lambda number: die_at_commit("before_commit", number),
    lambda number: die_at_commit("after_commit", number),
    lambda number: die_at_call(audit, "_append", number),
    lambda number: die_at_call(FileStore, "delete", number),
    lambda number: die_at_call(os, "fsync", number, after=True),
)
"""Where a run may be killed at a random count."""


def deleting(_hand: Hand, at: str, step: str, point: int = 0, number: int = 0) -> dict[str, Any]:
    """One night's run, killed at the step, at the so-manieth time that it comes to a point, or not at all."""
    if step:
        STEPS[step]()
    elif number:
        POINTS[point](number)
    purging.BATCH = 7
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    outcome = run_job(app, all_jobs(app)["retention.purge"], jst(2029, 4, 1, 2) + timedelta(minutes=int(at)))
    return {"state": outcome.state.value, **outcome.result}


def deleting_content_first(_hand: Hand) -> None:
    """The planted fault: the content goes before the tombstone is committed."""
    here = platform()
    for key in db.session.scalars(select(StoredFile.storage_key)).all():
        here.files.delete(key)
    die()


def findings() -> list[str]:
    """What must never be, however often a purge is killed."""
    db.session.rollback()
    wrong, on_disk = [], content_on_disk()
    for file in db.session.scalars(select(StoredFile)):
        if file.deleted_at is None and file.storage_key not in on_disk:
            wrong.append(f"file {file.id} can be reached and has no content")
        if file.erased_at is not None and file.storage_key in on_disk:
            wrong.append(f"file {file.id} is noted as erased and lies there")
        if file.deleted_at is not None and file.wrapped_key:
            wrong.append(f"file {file.id} is deleted and can be read")
    purged = set(db.session.scalars(select(RetentionPurge.folder_id)))
    for folder in db.session.scalars(select(BondFolder)):
        files = [file.deleted_at is not None for file in folder.files]
        states = {folder.deleted_at is not None, folder.id in purged, folder.contractor_name == "", *files}
        if len(states) != 1:
            wrong.append(f"folder {folder.id} is half deleted")
    entries = db.session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == "retention.purged")).all()
    if sorted(map(int, entries)) != sorted(purged):
        wrong.append("tombstones and audit log differ")
    return wrong + [str(problem) for problem in audit.verify(db.session(), audit.audit_key())]


def content_on_disk() -> set[str]:
    root = Path(current_app.config["DATA_DIR"]) / "files"
    return {path.name for path in root.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.req("F5", "A25", "A-082")
def test_a_purge_killed_anywhere_is_taken_up_and_ends_complete(place: Place, checker: Flask, seed: int) -> None:
    chance = random.Random(seed)
    add_user(checker, "kyokai", Role.ASSOCIATION)
    due = add_folders(FOLDERS, files=FILES)
    at_night = Place(place.url, place.folder, FixedClock(NIGHT))
    for number, step in enumerate([*STEPS, *[""] * RANDOM_KILLS]):
        worker = Worker(at_night).ready()
        worker.ask(deleting, str(number), step, chance.randrange(len(POINTS)), chance.randint(1, MOST_AT_ONCE))
        with pytest.raises((EOFError, ConnectionResetError)):
            worker.answer()
        worker.kill()
        assert findings() == []
    survivor = Worker(at_night).ready()
    for at in ("1058", "1059"):
        survivor.ask(deleting, at, "")
        [answer] = survivor.answer()
        assert (answer.error, answer.value["state"]) == ("", "done")
    survivor.leave()
    assert findings() == []
    assert content_on_disk() == set()
    assert sorted(db.session.scalars(select(RetentionPurge.folder_id))) == due
    erased = select(func.count()).select_from(StoredFile).where(StoredFile.erased_at.is_not(None))
    assert db.session.scalar(erased) == FOLDERS * FILES
    reported = [
        number for mail in mails() if mail.template == "retention.report" for number in NUMBER.findall(mail.body)
    ]
    assert sorted(reported) == sorted(db.session.scalars(select(BondFolder.policy_number)))


@pytest.mark.slow
@pytest.mark.req("F5")
def test_content_deleted_before_its_tombstone_would_be_found(place: Place, checker: Flask) -> None:
    add_folders(1)
    worker = Worker(place).ready()
    worker.ask(deleting_content_first)
    with pytest.raises((EOFError, ConnectionResetError)):
        worker.answer()
    worker.kill()
    assert findings() == ["file 1 can be reached and has no content"]
