"""Folders whose newest file no orderer has downloaded, near their 保険始期.

Whether a folder was downloaded is what the audit log says; its index answers that for each folder of the window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from hoshou.platform.audit import AuditEntry
from hoshou.platform.fence import over_the_fence
from hoshou.platform.mail.outbox import MailState, OutboxMail
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.services.record import FOLDER
from hoshou.plugins.bonds.services.scope import countable_folders, is_readable, visible_folders
from hoshou.plugins.organisations.models import Insurer
from hoshou.plugins.receipts.rules.steps import DOWNLOADED, Progress
from hoshou.plugins.receipts.rules.window import Place, Side, Window
from hoshou.plugins.receipts.services.progress import URL_MAILS, progress_of

PAGE = 50
RELEASED = "bonds.released"
NOT_DELIVERED = (MailState.DEAD.value, MailState.EXPIRED.value)


@dataclass(frozen=True)
class WaitingFolder:
    """``reached``: the last step that anybody took, or None; ``mail_failed``: the newest URL mail didn't arrive."""

    folder: BondFolder
    reached: Progress | None
    mail_failed: bool


@dataclass(frozen=True)
class WaitingPage:
    """``after`` is the place to go on from, or None at the end."""

    rows: list[WaitingFolder]
    after: Place | None


def undownloaded_page(
    session: Session, subject: Subject, today: date, window: Window, after: Place | None
) -> WaitingPage:
    """The reader's folders, those first that are nearest to today."""
    start, number = BondFolder.insurance_start, BondFolder.id
    statement = select(BondFolder).where(_undownloaded(today, window), visible_folders(subject))
    if window.side is Side.AHEAD:
        statement = statement.order_by(start, number)
        if after:
            statement = statement.where(
                start >= after.insurance_start,
                or_(start > after.insurance_start, number > after.folder_id),
            )
    else:
        statement = statement.order_by(start.desc(), number.desc())
        if after:
            statement = statement.where(
                start <= after.insurance_start,
                or_(start < after.insurance_start, number < after.folder_id),
            )
    folders = session.scalars(statement.limit(PAGE + 1)).all()
    shown = folders[:PAGE]
    numbers = [folder.id for folder in shown]
    steps, failed = progress_of(session, numbers), _with_failed_mail(session, numbers)
    return WaitingPage(
        [WaitingFolder(folder, _furthest(steps[folder.id]), folder.id in failed) for folder in shown],
        Place(shown[-1].insurance_start, shown[-1].id) if len(folders) > PAGE else None,
    )


def undownloaded_soon(session: Session, subject: Subject, today: date, days: int) -> tuple[int, date | None]:
    """How many of the reader's folders begin within these days undownloaded, and when the first."""
    count, first = session.execute(
        select(func.count(), func.min(BondFolder.insurance_start)).where(
            _undownloaded(today, Window(days)), visible_folders(subject)
        )
    ).one()
    return count, first


def undownloaded_by_insurer(
    session: Session, subject: Subject, today: date, window: Window
) -> Sequence[tuple[str, int]]:
    """For the association: how many there are of each insurer's, and nothing about them."""
    statement = (
        select(Insurer.name, func.count())
        .join(BondFolder, BondFolder.insurer_id == Insurer.id)
        .where(_undownloaded(today, window), countable_folders(subject))
        .group_by(Insurer.name, Insurer.position)
        .order_by(Insurer.position)
    )
    with over_the_fence(session):
        return session.execute(statement).tuples().all()


def _undownloaded(today: date, window: Window) -> ColumnElement[bool]:
    """Live, with a viewing URL, in force or yet to be, and not downloaded since its newest valid file came."""
    first, last = window.bounds(today)
    newest = (
        select(func.max(BondFile.uploaded_at))
        .where(BondFile.folder_id == BondFolder.id, BondFile.replaced_at.is_(None), is_readable())
        .correlate(BondFolder)
        .scalar_subquery()
    )
    # A file that had to wait for the malware scanner came to its readers only then.
    released = aliased(AuditEntry)
    released_later = exists().where(
        released.object_kind == AuditEntry.object_kind,
        released.object_id == AuditEntry.object_id,
        released.action == RELEASED,
        released.at > AuditEntry.at,
    )
    downloaded = exists().where(
        AuditEntry.object_kind == FOLDER,
        AuditEntry.object_id == cast(BondFolder.id, String),
        AuditEntry.action == DOWNLOADED,
        AuditEntry.at >= newest,
        ~released_later,
    )
    return and_(
        BondFolder.insurance_start.between(first, last),
        BondFolder.insurance_end >= today,
        BondFolder.deleted_at.is_(None),
        BondFolder.token_digest.is_not(None),
        ~downloaded,
    )


def _furthest(steps: Sequence[Progress]) -> Progress | None:
    return next((step for step in reversed(steps) if step.count), None)


def _with_failed_mail(session: Session, folder_ids: Sequence[int]) -> set[int]:
    """Those of the folders whose newest URL mail could not be delivered."""
    newest = (
        select(func.max(OutboxMail.id))
        .where(
            OutboxMail.about_kind == FOLDER,
            OutboxMail.about_id.in_([str(number) for number in folder_ids]),
            OutboxMail.template_key.in_(URL_MAILS),
        )
        .group_by(OutboxMail.about_id)
    )
    failed = select(OutboxMail.about_id).where(OutboxMail.id.in_(newest), OutboxMail.state.in_(NOT_DELIVERED))
    return {int(number) for number in session.scalars(failed)}
