"""A folder's record for staff: facts, files, its mails, and the timeline of what happened (A-023, A-032, P-011)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import ACTOR_LABELS, ActorKind
from hoshou.platform.audit import AuditEntry
from hoshou.platform.mail.outbox import MailState, OutboxMail
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.rules.kinds import FILE_KIND_LABELS, FileKind
from hoshou.plugins.bonds.services.scope import folder_for, may_upload, visible_folders

FOLDER = "bonds_folder"
MOST_SHOWN = 200
FAILED = (MailState.DEAD.value,)
RECENT = timedelta(days=14)

MAIL_STATE_LABELS = {
    MailState.QUEUED: N_("送信待ち"),
    MailState.SENDING: N_("送信中"),
    MailState.SENT: N_("送信済"),
    MailState.EXPIRED: N_("期限切れ（未送信）"),
    MailState.DEAD: N_("送信できませんでした"),
}

ACTION_LABELS = {
    "bonds.uploaded": N_("ファイル%(file)sを登録しました（%(kind_label)s）"),
    "bonds.replaced": N_("ファイル%(file)sを登録し、ファイル%(replaces)sを差替済にしました（%(kind_label)s）"),
    "bonds.password_changed": N_("閲覧用パスワードを変更しました（%(serial)s回目）"),
    "bonds.url_resent": N_("受注者へ閲覧用URLを再通知しました"),
    "bonds.form_made": N_("発注者提出用フォーマットを作成しました"),
    "bonds.encrypted_form_made": N_("発注者提出用フォーマットを暗号化PDFで作成しました"),
    "bonds.contractor_told": N_("閲覧用パスワードを受注者に伝えたことを記録しました"),
    "bonds.original_downloaded": N_("ファイル%(file)sの原本をダウンロードしました"),
    "bonds.page_shown": N_("ファイル%(file)sを画面に表示しました"),
    "bonds.file_deleted": N_("ファイル%(file)sを削除しました（理由：%(reason)s）"),
    "bonds.folder_deleted": N_("フォルダとすべてのファイルを削除しました（理由：%(reason)s）"),
    "bonds.waiting": N_("ファイル%(files)sはウイルス検査を待っています"),
    "bonds.released": N_("ウイルス検査が終わり、ファイル%(files)sを閲覧できるようにしました"),
    "bonds.withdrawn": N_(
        "ウイルス検査で不正なプログラムが検出されたため、ファイル%(files)sの登録を取り消しました"
    ),
    "bonds.number_corrected": N_("証券番号を訂正しました（訂正前：%(was)s）"),
}
OTHER_ACTION = N_("その他の操作（%(action)s）")


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened. ``message`` and ``actor_label`` are message ids; staff have a name and no label."""

    at: datetime
    actor_label: str
    actor_name: str
    message: str
    values: dict[str, Any]
    kind_label: str = ""

    def sentence(self, translate: Callable[[str], str]) -> str:
        """What happened, in the reader's language."""
        values = {**self.values, "kind_label": translate(self.kind_label)} if self.kind_label else self.values
        return translate(self.message) % values


@dataclass(frozen=True)
class FolderRecord:
    """``may_act``: the reader belongs to those who upload; others see no document and no action."""

    folder: BondFolder
    files: Sequence[BondFile]
    mails: Sequence[OutboxMail]
    timeline: Sequence[TimelineEntry]
    may_act: bool

    @property
    def is_waiting(self) -> bool:
        return any(file.is_waiting for file in self.files)

    @property
    def has_viewing_url(self) -> bool:
        return self.folder.deleted_at is None and self.folder.token_sealed is not None


def read_record(
    session: Session, subject: Subject, folder_id: int, action_labels: Mapping[str, str]
) -> FolderRecord:
    """Raises NotFound for a folder that this user may not know of.

    ``action_labels`` are other plugins' sentences for what happened to the folder.
    """
    folder = folder_for(session, subject, folder_id)
    files = session.scalars(
        select(BondFile).where(BondFile.folder_id == folder.id).order_by(BondFile.number.desc())
    ).all()
    mails = session.scalars(
        select(OutboxMail)
        .where(OutboxMail.about_kind == FOLDER, OutboxMail.about_id == str(folder.id))
        .order_by(OutboxMail.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    return FolderRecord(
        folder,
        files,
        mails,
        _timeline(session, folder.id, {**action_labels, **ACTION_LABELS}),
        may_upload(subject),
    )


def _timeline(session: Session, folder_id: int, labels: Mapping[str, str]) -> list[TimelineEntry]:
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.object_kind == FOLDER, AuditEntry.object_id == str(folder_id))
        .order_by(AuditEntry.id.desc())
        .limit(MOST_SHOWN)
    )
    timeline: list[TimelineEntry] = []
    for entry in entries:
        told = _told(entry, labels)
        # Leafing through a file is told once.
        if not timeline or _tale(timeline[-1]) != _tale(told):
            timeline.append(told)
    return timeline


def _tale(entry: TimelineEntry) -> tuple[str, str, str, Any]:
    return (entry.actor_label, entry.actor_name, entry.message, {**entry.values, "page": None})


def _told(entry: AuditEntry, labels: Mapping[str, str]) -> TimelineEntry:
    values = {**json.loads(entry.detail), "action": entry.action}
    action = "bonds.replaced" if entry.action == "bonds.uploaded" and values["replaces"] else entry.action
    kind = ActorKind(entry.actor_kind)
    return TimelineEntry(
        at=entry.at,
        actor_label="" if kind is ActorKind.STAFF else ACTOR_LABELS[kind],
        actor_name=entry.actor_name,
        message=labels.get(action, OTHER_ACTION),
        values=values,
        kind_label=FILE_KIND_LABELS[FileKind(values["kind"])] if "kind" in values else "",
    )


def folders_with_failed_mails(session: Session, clock: Clock, subject: Subject) -> Sequence[BondFolder]:
    """The user's folders one of whose mails could not be delivered in the last 14 days, newest first."""
    numbers = session.scalars(
        select(OutboxMail.about_id)
        .where(
            OutboxMail.state.in_(FAILED),
            OutboxMail.about_kind == FOLDER,
            OutboxMail.finished_at >= clock.now() - RECENT,
        )
        .order_by(OutboxMail.id.desc())
        .limit(MOST_SHOWN)
    )
    folder_ids = {int(number) for number in numbers}
    return session.scalars(
        select(BondFolder)
        .where(BondFolder.id.in_(folder_ids), visible_folders(subject))
        .order_by(BondFolder.id.desc())
    ).all()
