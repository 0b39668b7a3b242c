"""Folders by the thousand, entered as rows, and how much work a question about them is."""

import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from hoshou.base.clock import jst
from hoshou.platform.actor import ActorKind
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import db
from hoshou.platform.files.model import StoredFile
from hoshou.plugins.bonds.models import BondFile, BondFolder

UPLOADED = jst(2026, 4, 1, 9)
_numbers = itertools.count(1)


def add_crowd(
    session: Session,
    count: int,
    *,
    insurer_id: int,
    agency_id: int,
    insurance_start: date,
    downloaded: bool = False,
) -> list[int]:
    """So many folders of one file each; returns their numbers."""
    numbers = [next(_numbers) + 1000 for _ in range(count)]
    session.execute(insert(StoredFile), [_stored(number) for number in numbers])
    session.execute(
        insert(BondFolder), [_folder(number, insurer_id, agency_id, insurance_start) for number in numbers]
    )
    session.execute(insert(BondFile), [_file(number) for number in numbers])
    if downloaded:
        session.execute(insert(AuditEntry), [_download(number) for number in numbers])
    return numbers


def _stored(number: int) -> dict[str, Any]:
    return {
        "id": number, "storage_key": secrets.token_hex(16), "sha256": "0" * 64, "size": 1, "original_name": "証券.pdf",
        "media_type": "application/pdf", "wrapped_key": b"", "key_id": "k", "uploaded_by": "agent",
        "created_at": UPLOADED,
    }  # fmt: skip


def _folder(number: int, insurer_id: int, agency_id: int, insurance_start: date) -> dict[str, Any]:
    return {
        "id": number, "insurer_id": insurer_id, "agency_id": agency_id, "policy_number": f"C{number:08}",
        "contract_type": "performance_bond", "national_direct": False, "submission": "electronic",
        "contract_date": date(2026, 4, 1), "insurance_start": insurance_start, "insurance_end": date(2027, 12, 31),
        "contractor_name": "見本建設株式会社", "contractor_email": "office@contractor.example.jp",
        "orderer_name": "見本市", "project_name": "見本橋補修工事", "override_reason": "",
        "token_digest": secrets.token_hex(32), "password_hash": "x", "password_serial": 1, "created_at": UPLOADED,
        "changed_at": UPLOADED, "deleted_why": "",
    }  # fmt: skip


def _file(number: int) -> dict[str, Any]:
    return {
        "folder_id": number, "number": 1, "kind": "certificate", "stored_file_id": number, "pages": 1, "signed": False,
        "insurance_end": date(2027, 12, 31), "uploaded_at": UPLOADED, "uploaded_by": "agent", "deleted_why": "",
    }  # fmt: skip


def _download(number: int) -> dict[str, Any]:
    return {
        "id": 10**6 + number, "at": UPLOADED, "actor_kind": ActorKind.ORDERER.value,
        "actor_name": "k***@city.example.lg.jp", "origin": "", "action": "orderer.downloaded",
        "object_kind": "bonds_folder", "object_id": str(number), "detail": '{"file":1}',
        "previous": secrets.token_hex(32), "digest": secrets.token_hex(32),
    }  # fmt: skip


@dataclass
class Work:
    """What the database had to do: statements, rows that it handed out, and on SQLite steps of its machine."""

    statements: list[str] = field(default_factory=list)
    hundreds: int = 0


@contextmanager
def counted_work(session: Session) -> Iterator[Work]:
    """Counts on the session's own connection: a count is the same on every machine, where a time is not."""
    work = Work()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        work.statements.append(statement)

    def step() -> int:
        work.hundreds += 1
        return 0

    driver: Any = session.connection().connection.driver_connection
    driver.set_progress_handler(step, 100)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield work
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        driver.set_progress_handler(None, 0)
