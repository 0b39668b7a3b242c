"""The report to the association: what was deleted, by insurer and number, with no personal data."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import queue
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.organisations.models import Insurer
from hoshou.plugins.retention.models import RetentionPurge
from hoshou.plugins.retention.services.mails import REPORT_MAIL
from hoshou.plugins.retention.services.recipients import people_of_association

NUMBERS_PER_MAIL = 500


def report_purges(session: Session, clock: Clock, keys: KeyRing, actor: Actor) -> int:
    """Queue the report on every purge that wasn't reported yet, also one whose run was killed; returns how many.

    Reported and queued are one transaction, so each purge is reported once. While the association has nobody
    who could read it, the report waits.
    """
    recipients = people_of_association(session)
    if not recipients:
        return 0
    purges = session.scalars(
        select(RetentionPurge).where(RetentionPurge.reported_at.is_(None)).order_by(RetentionPurge.folder_id)
    ).all()
    lines = session.execute(
        select(Insurer.short_name, BondFolder.policy_number)
        .join(BondFolder, BondFolder.insurer_id == Insurer.id)
        .join(RetentionPurge, RetentionPurge.folder_id == BondFolder.id)
        .where(RetentionPurge.reported_at.is_(None))
        .order_by(Insurer.position, BondFolder.policy_number, BondFolder.id)
    ).all()
    parts = [lines[start : start + NUMBERS_PER_MAIL] for start in range(0, len(lines), NUMBERS_PER_MAIL)]
    for number, part in enumerate(parts, start=1):
        values = {
            "COUNT": str(len(lines)),
            "PART": f"{number}/{len(parts)}",
            "POLICY_NUMBERS": "、".join(f"{insurer} {policy}" for insurer, policy in part),
        }
        for recipient in recipients:
            queue(session, clock, keys, actor, REPORT_MAIL, recipient, values, about=("retention", ""))
    for purge in purges:
        purge.reported_at = clock.now()
    return len(lines)
