"""Folders for retention: many at once by rows, and what a scan finds of them."""

import secrets
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import MetaData, select
from sqlalchemy.orm import Session

from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.files.model import keep
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.organisations.models import Insurer
from tests.plugins.bonds.factories import STAFF

INSURED_UNTIL = date(2026, 3, 31)
GONE_ON = date(2029, 4, 1)


def add_folders(
    count: int, *, files: int = 1, insurance_end: date = INSURED_UNTIL, agency_id: int | None = None
) -> list[int]:
    """Folders with small contents in the store, without the uploads' slow parts."""
    store = platform().files
    blobs = [store.put(secrets.token_bytes(16)) for _ in range(count * files)]
    with unit_of_work() as session:
        return [
            _folder(session, blobs[number * files : (number + 1) * files], insurance_end, agency_id)
            for number in range(count)
        ]


def _folder(session: Session, blobs: list[Any], insurance_end: date, agency_id: int | None) -> int:
    now = platform().clock.now()
    folder = BondFolder(
        insurer_id=session.scalars(select(Insurer.id).where(Insurer.code == "ms")).one(),
        agency_id=agency_id,
        policy_number=f"R{secrets.randbelow(10**12):012d}",
        contract_type="performance_bond",
        submission="electronic",
        contract_date=date(2026, 1, 1),
        insurance_start=date(2026, 1, 1),
        insurance_end=insurance_end,
        contractor_name="見本建設株式会社",
        contractor_email="office@contractor.example.jp",
        project_name="見本橋補修工事",
        token_digest=secrets.token_hex(32),
        password_hash="x",
        created_at=now,
        changed_at=now,
    )
    session.add(folder)
    session.flush()
    for number, blob in enumerate(blobs, start=1):
        stored = keep(session, platform().clock, STAFF, blob, "証券.pdf", "application/pdf")
        session.add(
            BondFile(
                folder_id=folder.id,
                number=number,
                kind="certificate",
                stored_file_id=stored.id,
                pages=1,
                insurance_end=insurance_end,
                uploaded_at=now,
                uploaded_by="uploader",
            )
        )
    return folder.id


def run(app: Flask, name: str, at: datetime, *, dry_run: bool = False, by_hand: bool = True) -> dict[str, Any]:
    """One run of a job; its result."""
    outcome = run_job(app, all_jobs(app)[name], at, dry_run=dry_run, by_hand=by_hand)
    assert outcome.state == "done", outcome
    return outcome.result


def blobs_on_disk(app: Flask) -> set[str]:
    """The storage keys of what lies in the file store."""
    return {path.name for path in (Path(app.config["DATA_DIR"]) / "files").rglob("*") if path.is_file()}


def dump() -> str:
    """Every value of every table as text."""
    tables = MetaData()
    tables.reflect(db.engine)
    with db.engine.connect() as connection:
        return "\n".join(
            f"{table.name}: {tuple(row)!r}"
            for table in tables.sorted_tables
            for row in connection.execute(select(table))
        )
