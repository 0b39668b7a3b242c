"""Twenty uploads at once never pass a quota together: what was let in is exactly what fits (A28)."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import delete, func, select

from hoshou.platform import pdf
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.files.model import StoredFile
from hoshou.plugins.bonds.models import UploadQuota, UploadReceipt
from hoshou.plugins.bonds.services import quota
from tests.faults.crew import Crew, Hand, Place, crew
from tests.faults.journal import Journal
from tests.faults.uploading import findings, know_the_pdf, send_together, sending
from tests.samples.pdfs import plain

HANDS = 20
FIT = 7
SIZE = len(sending("quota-0-00-xxxxxxxxxx", "").content)
PLENTY = {
    "BYTES_PER_USER_A_DAY": 10**12,
    "UPLOADS_PER_ORGANISATION_A_DAY": 10**6,
    "MAX_BYTES_PER_FOLDER": 10**9,
}
ROUNDS: list[tuple[dict[str, int], str]] = [
    ({"BYTES_PER_USER_A_DAY": FIT * SIZE + SIZE - 1}, "quota_user"),
    ({"UPLOADS_PER_ORGANISATION_A_DAY": FIT}, "quota_organisation"),
    ({"MAX_BYTES_PER_FOLDER": FIT * SIZE}, "quota_folder_bytes"),
]


def put_in_force(_hand: Hand, settings: dict[str, int]) -> None:
    current_app.config.update({**PLENTY, **settings})


def count_by_reading_first(_hand: Hand) -> None:
    """The planted fault: look how much there is, compare, then write."""

    def count(session: Any, key: str, today: Any, size: int, limit: Any) -> bool:
        row = session.get(UploadQuota, key)
        uploads, taken = (row.uploads, row.bytes) if row else (0, 0)
        if uploads >= limit.uploads or taken + size > limit.bytes:
            return False
        session.merge(UploadQuota(key=key, day=today, uploads=uploads + 1, bytes=taken + size))
        session.flush()
        return True

    quota._count = count


def upload_at_once(workers: Crew, journal: Path, turn: int, settings: dict[str, int]) -> list[str]:
    """Everybody uploads a file of the same size at the same moment; how each was answered, sorted."""
    one_folder = "MAX_BYTES_PER_FOLDER" in settings
    workers.together(put_in_force, settings)
    with unit_of_work() as session:
        session.execute(delete(UploadQuota))
    sendings = [
        sending(f"quota-{turn}-{number:02}-xxxxxxxxxx", f"QUOTA-{turn}-{0 if one_folder else number}")
        for number in range(HANDS)
    ]
    return sorted(result.error for result in workers.together(send_together, journal, sendings))


def let_in() -> tuple[int, int]:
    """How many uploads were let in, and the bytes of their files."""
    db.session.rollback()
    uploads = db.session.scalar(select(func.count()).select_from(UploadReceipt)) or 0
    return uploads, db.session.scalars(select(func.coalesce(func.sum(StoredFile.size), 0))).one()


@pytest.mark.slow
@pytest.mark.req("A28")
def test_twenty_uploads_at_once_fill_a_quota_exactly(place: Place, checker: Flask, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with crew(place, processes=4, threads=HANDS // 4) as workers:
        workers.together(know_the_pdf, pdf.inspect(plain()))
        for turn, (settings, code) in enumerate(ROUNDS):
            answers = upload_at_once(workers, journal, turn, settings)
            assert answers == [""] * FIT + [code] * (HANDS - FIT)
            assert let_in() == ((turn + 1) * FIT, (turn + 1) * FIT * SIZE)
            for counted in db.session.scalars(select(UploadQuota)):
                assert (counted.uploads, counted.bytes) == (FIT, FIT * SIZE), counted.key
        assert findings(Journal(journal)) == []
        # On SQLite one writer at a time rules, so that even this would hold.
        if "postgresql" in place.url:
            workers.together(count_by_reading_first)
            answers = upload_at_once(
                workers, tmp_path / "planted", len(ROUNDS), {"BYTES_PER_USER_A_DAY": FIT * SIZE}
            )
            assert answers.count("") > FIT, "a quota that is read before it is written would be found"
