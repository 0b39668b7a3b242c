"""The same upload many times at once is one upload; different ones of one policy number share its folder (F12)."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.platform.db import db
from hoshou.plugins.bonds.models import BondFile, BondFolder, UploadReceipt
from tests.faults.crew import Place, Result, crew
from tests.faults.journal import Journal
from tests.faults.uploading import Sending, findings, send_together, sending


def count(entity: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(entity)) or 0


def assert_one_answer(results: list[Result]) -> None:
    assert {result.error for result in results} == {""}
    assert len({str(result.value) for result in results}) == 1


@pytest.mark.slow
@pytest.mark.req("F12", "F1", "A-013")
def test_twenty_times_the_same_upload_is_one_upload(place: Place, checker: Flask, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    first, added = sending("first-xxxxxxxxxxx", "SAME-1"), sending("added-xxxxxxxxxxx", "SAME-1")
    other = Sending(added.key, added.policy_number, first.content + b"\n")
    with crew(place, processes=4, threads=5) as workers:
        assert_one_answer(workers.together(send_together, journal, [first]))
        assert (count(BondFolder), count(BondFile), count(UploadReceipt)) == (1, 1, 1)
        assert_one_answer(workers.together(send_together, journal, [added]))
        assert (count(BondFolder), count(BondFile), count(UploadReceipt)) == (1, 2, 2)
        # A journal of its own: these are refused.
        refused = workers.together(send_together, tmp_path / "refused", [other])
    assert {result.error for result in refused} == {"key_reused"}
    assert findings(Journal(journal)) == []


@pytest.mark.slow
@pytest.mark.req("F12")
def test_the_same_upload_at_once_fills_the_last_place_once(place: Place, checker: Flask, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    small = replace(place, settings={"MAX_FILES_PER_FOLDER": 2})
    with crew(small, processes=4, threads=2) as workers:
        assert_one_answer(workers.together(send_together, journal, [sending("first-xxxxxxxxxxx", "FULL-1")]))
        assert_one_answer(workers.together(send_together, journal, [sending("last-xxxxxxxxxxxx", "FULL-1")]))
        full = workers.together(send_together, tmp_path / "refused", [sending("over-xxxxxxxxxxxx", "FULL-1")])
    assert {result.error for result in full} == {"folder_full"}
    assert count(BondFile) == 2
    assert findings(Journal(journal)) == []


@pytest.mark.slow
@pytest.mark.req("F12", "F13", "A-013", "A-015")
def test_eight_new_uploads_of_one_policy_number_make_one_folder(
    place: Place, checker: Flask, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    sendings = [sending(f"new-{number}-xxxxxxxxxxxxx", "NEW-1") for number in range(8)]
    with crew(place, processes=8, threads=1) as workers:
        results = workers.together(send_together, journal, sendings)
    assert {result.error for result in results} == {""}
    assert sorted(result.value["file_numbers"] for result in results) == [(number,) for number in range(1, 9)]
    assert [result.value["is_new"] for result in results].count(True) == 1
    assert count(BondFolder) == 1
    assert findings(Journal(journal)) == []
