"""受領確認書: the receipt as a document, with the digests of files and of the audit entries that it rests on.

It is called アクセス記録 while nobody has downloaded: a receipt is claimed only where there is one. Like every
document of the product it is Japanese, whoever has it made.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.documents import render
from hoshou.platform.mail.outbox import MailState
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFile
from hoshou.plugins.bonds.rules.kinds import CONTRACT_TYPE_LABELS, FILE_KIND_LABELS, ContractType, FileKind
from hoshou.plugins.bonds.services.record import FOLDER, MAIL_STATE_LABELS
from hoshou.plugins.bonds.services.scope import folder_for, require_uploader
from hoshou.plugins.receipts.rules.steps import (
    STEP_LABELS,
    VISITOR_LABELS,
    Progress,
    Step,
    Visitor,
    VisitorKind,
)
from hoshou.plugins.receipts.services.receipt import (
    EventPage,
    FileReceipt,
    MailReceipt,
    Receipt,
    event_page,
    read_receipt,
)

MOST_EVENTS = 200
RECEIPT, ACCESS_RECORD = "受領確認書", "アクセス記録"
SECOND = "%Y/%m/%d %H:%M:%S"
_TEMPLATE = Path(__file__).parents[1] / "documents" / "receipt.typ"


@dataclass(frozen=True)
class ReceiptContent:
    """What the document says; ``number`` names it to people and in the audit log."""

    title: str
    number: str
    policy_number: str
    data: Mapping[str, Any]

    @property
    def file_name(self) -> str:
        return f"{self.title}_{self.policy_number}.pdf"


def receipt_content(
    session: Session,
    clock: Clock,
    subject: Subject,
    folder_id: int,
    labels: Mapping[str, str],
    mails: Sequence[MailTemplate],
) -> ReceiptContent:
    """What is known at this moment, the 200 newest events included.

    ``labels`` are the plugins' sentences for their actions, ``mails`` their mails. Raises Forbidden for who
    doesn't upload, NotFound for a foreign folder.
    """
    require_uploader(subject)
    receipt = read_receipt(session, subject, folder_id)
    events = event_page(session, subject, folder_id, labels, most=MOST_EVENTS)
    folder, now = receipt.folder, clock.now()
    title = RECEIPT if _downloads(receipt).count else ACCESS_RECORD
    number = f"{folder.id:06d}-{now:%Y%m%d%H%M%S}"
    return ReceiptContent(
        title=title,
        number=number,
        policy_number=folder.policy_number,
        data={
            "document_date": now.date(),
            "title": title,
            "number": number,
            "made_at": now.strftime(SECOND),
            "made_for": subject.organisation_name,
            "insurer": folder.insurer.name,
            "agency": folder.agency.name if folder.agency else "",
            "policy_number": folder.policy_number,
            "contract_type": CONTRACT_TYPE_LABELS[ContractType(folder.contract_type)],
            "period": [folder.insurance_start, folder.insurance_end],
            "contractor": folder.contractor_name,
            "orderer": folder.orderer_name,
            "project": folder.project_name,
            "received": _received(receipt),
            "steps": [_step(receipt, progress) for progress in receipt.steps],
            "files": [_file(receipt, file) for file in receipt.files],
            "mails": _mails(receipt.mails, {mail.key: mail.title for mail in mails}),
            "events": _events(receipt, events),
            "is_cut": events.older is not None,
        },
    )


def make_receipt(content: ReceiptContent) -> bytes:
    """The PDF. Raises TemplateFailed for a character that the fonts lack."""
    return render(_TEMPLATE, content.data)


def note_issued(
    session: Session, clock: Clock, actor: Actor, subject: Subject, folder_id: int, number: str, document: bytes
) -> None:
    """Note that the document was handed out, with its digest. Raises as ``receipt_content``."""
    require_uploader(subject)
    folder = folder_for(session, subject, folder_id)
    sha256 = hashlib.sha256(document).hexdigest()
    audit.record(session, clock, actor, "receipts.issued", FOLDER, folder.id, number=number, sha256=sha256)


def _downloads(receipt: Receipt) -> Progress:
    return next(progress for progress in receipt.steps if progress.step is Step.DOWNLOADED)


def _received(receipt: Receipt) -> dict[str, Any] | None:
    """When and by whom, and which valid files still weren't; None before the first download."""
    downloads = _downloads(receipt)
    if downloads.first is None:
        return None
    missing = sorted(found.file.number for found in receipt.files if found.is_missing)
    return {"at": _second(downloads.first), "by": _visitors(receipt, downloads.visitors), "missing": missing}


def _step(receipt: Receipt, progress: Progress) -> dict[str, Any]:
    return {
        "label": STEP_LABELS[progress.step],
        "first": _second(progress.first),
        "last": _second(progress.last),
        "count": progress.count,
        "visitors": [_visitor(receipt, visitor) for visitor in progress.visitors],
    }


def _file(receipt: Receipt, found: FileReceipt) -> dict[str, Any]:
    file = found.file
    return {
        "number": file.number,
        "kind": FILE_KIND_LABELS[FileKind(file.kind)],
        "name": file.stored_file.original_name,
        "size": f"{file.stored_file.size:,}",
        "sha256": file.stored_file.sha256,
        "uploaded": _second(file.uploaded_at),
        "state": _state(file),
        "first": _second(found.first),
        "count": found.count,
        "visitors": _visitors(receipt, found.visitors),
    }


def _state(file: BondFile) -> str:
    if file.deleted_at:
        return "deleted"
    return "waiting" if file.is_waiting else "replaced" if file.replaced_at else "valid"


def _mails(mails: Sequence[MailReceipt], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "title": titles.get(found.mail.template_key, found.mail.template_key),
            "recipient": found.mail.masked_recipient,
            "queued": _second(found.mail.queued_at),
            "finished": _second(found.mail.finished_at),
            "state": MAIL_STATE_LABELS[MailState(found.mail.state)],
            "entry": found.entry_id,
            "digest": found.digest,
        }
        for found in reversed(mails)
    ]


def _events(receipt: Receipt, page: EventPage) -> list[dict[str, Any]]:
    return [
        {
            "at": _second(event.at),
            "sentence": event.sentence(str),
            "visitor": _visitor(receipt, event.visitor),
            "entry": event.entry_id,
            "digest": event.digest,
        }
        for event in reversed(page.events)
    ]


def _visitors(receipt: Receipt, visitors: tuple[Visitor, ...]) -> str:
    return "、".join(_visitor(receipt, visitor) for visitor in visitors)


def _visitor(receipt: Receipt, visitor: Visitor) -> str:
    if visitor.kind is not VisitorKind.ORDERER:
        words = VISITOR_LABELS[visitor.kind]
        return f"{words} {visitor.domain}".strip()
    organisation = receipt.organisations.get(visitor.domain, "")
    return f"{organisation}（{visitor.domain}）" if organisation else visitor.domain


def _second(at: datetime | None) -> str:
    return at.strftime(SECOND) if at else ""
