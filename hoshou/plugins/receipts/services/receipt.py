"""What is known of a folder's way to its receivers: mails, steps, files with their downloads, events (P-011).

All of it is read from what was recorded when it happened: the outbox and the audit log. Of an orderer's address the
domain is told, and whose it is.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import LARGEST_KEY
from hoshou.platform.mail.outbox import MailState, OutboxMail
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.services.record import FOLDER, OTHER_ACTION
from hoshou.plugins.bonds.services.scope import folder_for, may_upload
from hoshou.plugins.domains.services.registered import organisations_of
from hoshou.plugins.receipts.rules.steps import (
    ACCESS,
    DOWNLOADED,
    Progress,
    Step,
    Visitor,
    VisitorKind,
    visitor_of,
)
from hoshou.plugins.receipts.services.progress import URL_MAILS, progress_of

MOST_MAILS = 100
MOST_DOWNLOADS = 1000
EVENTS = 50
MAIL = "mail"
MAIL_ENDS = ("mail.sent", "mail.dead", "mail.expired", "mail.withdrawn")
REFUSALS = {
    "domain_not_registered": N_(
        "メールアドレスのドメインが登録されていないため、発注者さま用ログインを断りました"
    ),
}


@dataclass(frozen=True)
class MailReceipt:
    """A mail and how it ended; ``digest`` is that of the audit entry which says so, empty while it waits."""

    mail: OutboxMail
    entry_id: int | None
    digest: str


@dataclass(frozen=True)
class FileReceipt:
    """A file and who downloaded it; ``first`` and ``last`` are None while nobody did."""

    file: BondFile
    first: datetime | None
    last: datetime | None
    count: int
    visitors: tuple[Visitor, ...]

    @property
    def is_missing(self) -> bool:
        """There to be downloaded, valid, and downloaded by nobody."""
        file = self.file
        return not (self.count or file.deleted_at or file.replaced_at or file.is_waiting)


@dataclass(frozen=True)
class Event:
    """One recorded access. ``message`` is a message id, ``digest`` the audit entry's own."""

    entry_id: int
    at: datetime
    visitor: Visitor
    message: str
    values: Mapping[str, Any]
    digest: str

    def sentence(self, translate: Callable[[str], str]) -> str:
        """What happened, in the reader's language."""
        return translate(self.message) % self.values


@dataclass(frozen=True)
class EventPage:
    """Newest first; ``older`` is the entry to ask from for the next page, or None at the end."""

    events: list[Event]
    older: int | None


@dataclass(frozen=True)
class Receipt:
    """``organisations`` says whose the proven visitors' domains are; ``may_issue``: the reader may have the document."""

    folder: BondFolder
    mails: Sequence[MailReceipt]
    steps: Sequence[Progress]
    files: Sequence[FileReceipt]
    organisations: Mapping[str, str]
    may_issue: bool


def read_receipt(session: Session, subject: Subject, folder_id: int) -> Receipt:
    """Raises NotFound for a folder that this user may not know of."""
    folder = folder_for(session, subject, folder_id)
    steps = [_mailed(session, folder.id), *progress_of(session, [folder.id])[folder.id][1:]]
    domains = {
        visitor.domain for step in steps for visitor in step.visitors if visitor.kind is VisitorKind.ORDERER
    }
    return Receipt(
        folder=folder,
        mails=_mails(session, folder.id),
        steps=steps,
        files=_files(session, folder.id),
        organisations=organisations_of(session, domains),
        may_issue=may_upload(subject),
    )


def event_page(
    session: Session,
    subject: Subject,
    folder_id: int,
    labels: Mapping[str, str],
    *,
    before: int = LARGEST_KEY,
    most: int = EVENTS,
) -> EventPage:
    """The folder's accesses before the given entry, newest first. Raises NotFound as ``read_receipt``.

    ``labels`` are the plugins' sentences for their actions.
    """
    folder = folder_for(session, subject, folder_id)
    statement = select(AuditEntry).where(
        AuditEntry.object_kind == FOLDER,
        AuditEntry.object_id == str(folder.id),
        AuditEntry.action.in_(ACCESS),
        AuditEntry.id < before,
    )
    entries = session.scalars(statement.order_by(AuditEntry.id.desc()).limit(most + 1)).all()
    shown = entries[:most]
    return EventPage([_event(entry, labels) for entry in shown], shown[-1].id if len(entries) > most else None)


def _event(entry: AuditEntry, labels: Mapping[str, str]) -> Event:
    values = {**json.loads(entry.detail), "action": entry.action}
    return Event(
        entry_id=entry.id,
        at=entry.at,
        visitor=visitor_of(entry.action, entry.actor_name),
        message=REFUSALS.get(values.get("why", ""), labels.get(entry.action, OTHER_ACTION)),
        values=values,
        digest=entry.digest,
    )


def _mailed(session: Session, folder_id: int) -> Progress:
    """The URL mails that a mail server took."""
    first, last, count = session.execute(
        select(func.min(OutboxMail.finished_at), func.max(OutboxMail.finished_at), func.count()).where(
            OutboxMail.about_kind == FOLDER,
            OutboxMail.about_id == str(folder_id),
            OutboxMail.template_key.in_(URL_MAILS),
            OutboxMail.state == MailState.SENT.value,
        )
    ).one()
    return Progress(Step.MAILED, first, last, count)


def _mails(session: Session, folder_id: int) -> list[MailReceipt]:
    mails = session.scalars(
        select(OutboxMail)
        .where(OutboxMail.about_kind == FOLDER, OutboxMail.about_id == str(folder_id))
        .order_by(OutboxMail.id.desc())
        .limit(MOST_MAILS)
    ).all()
    ends = {
        int(number): (entry_id, digest)
        for number, entry_id, digest in session.execute(
            select(AuditEntry.object_id, AuditEntry.id, AuditEntry.digest).where(
                AuditEntry.object_kind == MAIL,
                AuditEntry.object_id.in_([str(mail.id) for mail in mails]),
                AuditEntry.action.in_(MAIL_ENDS),
            )
        )
    }
    return [MailReceipt(mail, *ends.get(mail.id, (None, ""))) for mail in mails]


def _files(session: Session, folder_id: int) -> list[FileReceipt]:
    files = session.scalars(
        select(BondFile).where(BondFile.folder_id == folder_id).order_by(BondFile.number.desc())
    )
    downloads = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.object_kind == FOLDER,
            AuditEntry.object_id == str(folder_id),
            AuditEntry.action == DOWNLOADED,
        )
        .order_by(AuditEntry.id)
        .limit(MOST_DOWNLOADS)
    ).all()
    by_number: dict[int, list[AuditEntry]] = {}
    for entry in downloads:
        by_number.setdefault(json.loads(entry.detail)["file"], []).append(entry)
    return [_file(file, by_number.get(file.number, ())) for file in files]


def _file(file: BondFile, downloads: Iterable[AuditEntry]) -> FileReceipt:
    entries = list(downloads)
    return FileReceipt(
        file,
        entries[0].at if entries else None,
        entries[-1].at if entries else None,
        len(entries),
        tuple(sorted({visitor_of(entry.action, entry.actor_name) for entry in entries})),
    )
