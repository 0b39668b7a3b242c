"""The visitors' steps of folders, counted in the audit log."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.platform.audit import AuditEntry
from hoshou.plugins.bonds.services.notify import URL_MAIL, URL_MAIL_ADDED
from hoshou.plugins.bonds.services.record import FOLDER
from hoshou.plugins.receipts.rules.steps import STEPS_OF_ACTION, Progress, Tally, progress, visitor_of

URL_MAILS = (URL_MAIL.key, URL_MAIL_ADDED.key)


def progress_of(session: Session, folder_ids: Sequence[int]) -> dict[int, tuple[Progress, ...]]:
    """Each folder's steps, by one statement for all of them."""
    rows = session.execute(
        select(
            AuditEntry.object_id,
            AuditEntry.action,
            AuditEntry.actor_name,
            func.min(AuditEntry.at),
            func.max(AuditEntry.at),
            func.count(),
        )
        .where(
            AuditEntry.object_kind == FOLDER,
            AuditEntry.object_id.in_([str(number) for number in folder_ids]),
            AuditEntry.action.in_(STEPS_OF_ACTION),
        )
        .group_by(AuditEntry.object_id, AuditEntry.action, AuditEntry.actor_name)
    )
    tallies: dict[int, list[Tally]] = {number: [] for number in folder_ids}
    for number, action, actor, first, last, count in rows:
        tallies[int(number)].append(Tally(action, visitor_of(action, actor), first, last, count))
    return {number: progress(found) for number, found in tallies.items()}
