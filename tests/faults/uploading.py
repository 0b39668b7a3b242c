"""Uploads as deeds, with a journal of the client's own, and what must be true of them in the end (F1, F9, F12)."""

import hashlib
import io
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import event, select

from hoshou.base.errors import Unavailable
from hoshou.platform import audit, pdf
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.files import disk
from hoshou.platform.files.disk import DiskShelf
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.store import FileStore
from hoshou.platform.files.sweep import sweep
from hoshou.platform.mail.outbox import OutboxMail
from hoshou.plugins.bonds.models import BondFile, BondFolder, UploadReceipt
from hoshou.plugins.bonds.upload_request import run_upload
from tests.faults.crew import Hand, die
from tests.faults.journal import INTENT, OK, Journal
from tests.plugins.bonds.factories import STAFF, insurer_subject, upload_form
from tests.samples.pdfs import plain

MAILS = ("bonds.viewing_url", "bonds.viewing_url_added", "bonds.viewing_password")


@dataclass(frozen=True)
class Sending:
    """One upload as its client means it; sending it again means the same one."""

    key: str
    policy_number: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def sending(key: str, policy_number: str) -> Sending:
    """An upload whose content nobody else has."""
    return Sending(key, policy_number, plain() + f"\n% {key}\n".encode())


def warm_up(_hand: Hand) -> None:
    """Have the PDF server at hand, as a worker in service has."""
    pdf.inspect(plain())


def know_the_pdf(_hand: Hand, inspection: pdf.Inspection) -> None:
    """Spare a worker that lives for one upload a PDF server of its own."""
    pdf.inspect = lambda _data: inspection


def send(_hand: Hand, journal: Path, what: Sending) -> dict[str, Any]:
    """One upload as the screen runs it, written down before and after."""
    client = Journal(journal)
    client.write(what.key, INTENT, policy_number=what.policy_number, sha256=what.sha256)
    files = {"files": (io.BytesIO(what.content), "証券.pdf")}
    with current_app.test_request_context(method="POST", data=files):
        session = db.session()
        form = upload_form(session, policy_number=what.policy_number)
        subject = insurer_subject(session)
        answer = asdict(run_upload(STAFF, subject, form, what.key))
    client.write(what.key, OK, sha256=what.sha256, answer=answer)
    return answer


def send_together(hand: Hand, journal: Path, sendings: list[Sending]) -> dict[str, Any]:
    """Each hand sends its own, or all the only one, at the same moment."""
    hand.wait()
    return send(hand, journal, sendings[hand.number % len(sendings)])


def _die_at_call(owner: Any, name: str, number: int, *, after: bool = False) -> None:
    real: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def counted(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and not after:
            die()
        result = real(*args, **options)
        if calls == number and after:
            die()
        return result

    setattr(owner, name, counted)


def _die_at_event(name: str, number: int = 1) -> None:
    seen = 0

    @event.listens_for(db.session, name)
    def on_event(*_args: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            die()


STEPS: dict[str, Callable[[], None]] = {
    "before anything is stored": lambda: _die_at_call(DiskShelf, "lay", 1),
    "written, not synced": lambda: _die_at_call(os, "fsync", 1),
    "synced, not renamed": lambda: _die_at_call(disk.Path, "rename", 1),
    "renamed, folder not synced": lambda: _die_at_call(os, "fsync", 2),
    "content stored": lambda: _die_at_call(FileStore, "put", 1, after=True),
    "folder's row": lambda: _die_at_event("after_flush", 1),
    "file's row": lambda: _die_at_event("after_flush", 2),
    "half of the rows": lambda: _die_at_event("after_flush", 3),
    "before the commit": lambda: _die_at_event("before_commit"),
    "audit entries written": lambda: _die_at_call(audit, "_append", 1, after=True),
    "committed, not answered": lambda: _die_at_event("after_commit"),
}


def arm(_hand: Hand, step: str) -> None:
    """The worker will be killed when its next upload reaches this step."""
    STEPS[step]()


def findings(journal: Journal) -> list[str]:
    """What is wrong with the final state, by the clients' journal; reads the running application's store."""
    db.session.rollback()
    wrong: list[str] = []
    receipts = {receipt.key: receipt for receipt in db.session.scalars(select(UploadReceipt))}
    folders = list(db.session.scalars(select(BondFolder)))
    sums: Counter[str] = Counter()
    for file in db.session.scalars(select(BondFile)):
        try:
            content = platform().files.read(file.stored_file.blob)
        except Unavailable:
            wrong.append(f"file {file.folder_id}/{file.number} can't be read")
            continue
        if hashlib.sha256(content).hexdigest() != file.stored_file.sha256:
            wrong.append(f"file {file.folder_id}/{file.number} is torn")
        sums[file.stored_file.sha256] += 1
    wrong += _broken_promises(journal, set(receipts), sums)
    for folder in folders:
        uploads = sum(receipt.folder_id == folder.id for receipt in receipts.values())
        wrong += _wrong_in_folder(folder, uploads)
    attached = set(db.session.scalars(select(BondFile.stored_file_id)))
    wrong += [f"row {row} of no file" for row in db.session.scalars(select(StoredFile.id)) if row not in attached]
    wrong += [str(problem) for problem in audit.verify(db.session(), audit.audit_key())]
    return wrong + _wrong_on_disk()


def _broken_promises(journal: Journal, receipts: set[str], sums: Counter[str]) -> list[str]:
    wrong = []
    for operation, answers in journal.acknowledged().items():
        if operation not in receipts:
            wrong.append(f"{operation} was acknowledged and is lost")
        if any(answer["answer"] != answers[0]["answer"] for answer in answers):
            wrong.append(f"{operation} got different answers")
        if sums[answers[0]["sha256"]] != 1:
            wrong.append(f"{operation} is there {sums[answers[0]['sha256']]} times")
    intents = {line["operation"]: line["sha256"] for line in journal.lines(INTENT)}
    for operation, sha256 in intents.items():
        if (sums[sha256] == 1) != (operation in receipts):
            wrong.append(f"{operation} has half a state")
    return wrong


def _wrong_in_folder(folder: BondFolder, uploads: int) -> list[str]:
    wrong = []
    numbers = sorted(file.number for file in folder.files)
    if numbers != list(range(1, uploads + 1)) or folder.password_serial != uploads:
        wrong.append(f"folder {folder.policy_number}: {uploads} uploads, files {numbers}")
    about = (OutboxMail.about_kind == "bonds_folder", OutboxMail.about_id == str(folder.id))
    mails = Counter(db.session.scalars(select(OutboxMail.template_key).where(*about)))
    expected = Counter(dict(zip(MAILS, (1, uploads - 1, uploads), strict=True)))
    if +mails != +expected:
        wrong.append(f"folder {folder.policy_number}: {uploads} uploads, mails {dict(mails)}")
    return wrong


def _wrong_on_disk() -> list[str]:
    swept = sweep(db.session(), platform().files, grace=timedelta(0))
    root = Path(current_app.config["DATA_DIR"]) / "files"
    left = {path.name for path in root.rglob("*") if path.is_file()}
    owned = set(db.session.scalars(select(StoredFile.storage_key)))
    return [f"{key} has no content" for key in swept.missing] + [f"{name} is nobody's" for name in left - owned]
