"""Workers killed in the middle of uploads into a bucket that fails now and then (F15, F1)."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from hoshou.platform import pdf
from hoshou.platform.db import db
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.s3 import S3Shelf
from hoshou.platform.files.store import FileStore
from tests.accounts import fresh
from tests.conftest import THOROUGH
from tests.faults.conftest import SEED
from tests.faults.crew import Hand, Mortal, Place, Result, die_at_call, die_at_commit, mortal
from tests.faults.journal import Journal
from tests.faults.uploading import Sending, findings, know_the_pdf, send, sending
from tests.platform.files.conftest import CREDENTIALS, PREFIX, BucketGround
from tests.samples.pdfs import plain

UPLOADS = 60 if THOROUGH else 6
MOST_TRIES = 50

STEPS: dict[str, Callable[[], None]] = {
    "to its end": lambda: None,
    "nothing stored": lambda: die_at_call(S3Shelf, "lay", 1),
    "put, not looked for": lambda: die_at_call(S3Shelf, "_appears", 1),
    "content stored": lambda: die_at_call(FileStore, "put", 1, after=True),
    "before the commit": lambda: die_at_commit("before_commit", 1),
    "committed, not answered": lambda: die_at_commit("after_commit", 1),
}


@dataclass(frozen=True)
class BucketPlace(Place):
    """Workers come from a process that knows nothing of the test's environment."""

    def app(self) -> Flask:
        os.environ.update(CREDENTIALS)
        return super().app()


@pytest.fixture
def place(bucket: BucketGround, usual_url: str, tmp_path: Path) -> Place:
    return BucketPlace(usual_url, tmp_path, settings=bucket.settings)


@pytest.fixture
def checker(place: Place) -> Iterator[Flask]:
    app = place.app()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def send_until(hand: Hand, step: str, inspection: pdf.Inspection, journal: Path, what: Sending) -> object:
    know_the_pdf(hand, inspection)
    STEPS[step]()
    return send(hand, journal, what)


@pytest.mark.slow
@pytest.mark.req("F15", "F1", "F12")
def test_through_faults_and_kills_nothing_acknowledged_is_lost(
    place: Place, bucket: BucketGround, checker: Flask, tmp_path: Path
) -> None:
    journal, inspection = tmp_path / "journal", pdf.inspect(plain())
    begun = [sending(f"haunted-{number:03}-xxxxxx", f"HAUNTED-{number % 7}") for number in range(UPLOADS)]

    def done(worker: Mortal, step: str, what: Sending) -> Result | None:
        worker.ask(send_until, step, inspection, journal, what)
        return worker.answer()

    with mortal(place) as worker:
        bucket.proxy.haunt(random.Random(SEED))
        refused = []
        for number, what in enumerate(begun):
            result = done(worker, list(STEPS)[number % len(STEPS)], what)
            for _ in range(MOST_TRIES):
                if result is not None and not result.error:
                    break
                refused.append(result.error if result is not None else "killed")
                result = done(worker, "to its end", what)
        bucket.proxy.disarm()
        assert "killed" in refused
        assert set(refused) <= {"killed", "storage_failed"}, f"HOSHOU_TEST_SEED={SEED}"
        assert bucket.proxy.met
        for what in begun:
            assert done(worker, "to its end", what).error == ""
    assert len(Journal(journal).acknowledged()) == UPLOADS
    assert findings(Journal(journal)) == []
    rows = fresh().scalars(select(StoredFile.storage_key)).all()
    assert set(bucket.objects()) == {f"{PREFIX}/{key}" for key in rows}
    assert len(rows) == UPLOADS
