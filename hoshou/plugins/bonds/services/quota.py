"""How much one user, one organisation and one folder may take in, reserved in the upload's own transaction (A28).

Each reservation is one statement that counts and compares at once, so uploads made at the same moment never pass
a quota together. What isn't committed isn't counted.
"""

from datetime import date, datetime, time

from sqlalchemy import BigInteger, case, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hoshou.base.clock import JST, Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.files.model import StoredFile
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder, UploadQuota, UploadReceipt
from hoshou.plugins.bonds.rules.limits import DailyQuota, UploadLimits

MEGABYTE = 1024 * 1024


def reserve(
    session: Session, clock: Clock, subject: Subject, folder: BondFolder, size: int, limits: UploadLimits
) -> None:
    """Count an upload of ``size`` bytes into a folder that the caller holds locked, by this user.

    The folder comes first, then the user, then the organisation, so that two never wait for each other (F13). Raises
    Refused ``quota_folder_uploads``, ``quota_folder_bytes``, ``quota_user`` or ``quota_organisation``; the caller's
    transaction must then end without a commit.
    """
    _check_folder(session, clock, folder, size, limits)
    today = clock.today()
    if not _count(session, f"user:{subject.user_id}", today, size, limits.user):
        raise Refused(
            "quota_user",
            N_(
                "一日にアップロードできる量（%(uploads)d回、合計%(megabytes)dMB）を超えます。"
                "翌日にもう一度お試しください。"
            ),
            field="files",
            uploads=limits.user.uploads,
            megabytes=limits.user.bytes // MEGABYTE,
        )
    if not _count(session, _organisation(subject), today, size, limits.organisation):
        raise Refused(
            "quota_organisation",
            N_(
                "所属の代理店または保険会社で一日にアップロードできる量（%(uploads)d回、合計%(megabytes)dMB）を超えます。"
                "翌日にもう一度お試しください。"
            ),
            field="files",
            uploads=limits.organisation.uploads,
            megabytes=limits.organisation.bytes // MEGABYTE,
        )


def _check_folder(session: Session, clock: Clock, folder: BondFolder, size: int, limits: UploadLimits) -> None:
    midnight = datetime.combine(clock.today(), time(), JST)
    uploads = select(func.count()).where(
        UploadReceipt.folder_id == folder.id, UploadReceipt.created_at >= midnight
    )
    if (session.scalar(uploads) or 0) >= limits.folder_uploads_a_day:
        raise Refused(
            "quota_folder_uploads",
            N_("1つの証券番号に一日にアップロードできるのは%(most)d回までです。翌日にもう一度お試しください。"),
            field="files",
            most=limits.folder_uploads_a_day,
        )
    held = (
        select(func.coalesce(func.sum(StoredFile.size), 0))
        .join(BondFile, BondFile.stored_file_id == StoredFile.id)
        .where(BondFile.folder_id == folder.id, BondFile.deleted_at.is_(None))
    )
    if session.scalars(held).one() + size > limits.folder_bytes:
        raise Refused(
            "quota_folder_bytes",
            N_("1つの証券番号に登録できるファイルは、合計%(megabytes)dMBまでです。"),
            field="files",
            megabytes=limits.folder_bytes // MEGABYTE,
        )


def _organisation(subject: Subject) -> str:
    if subject.agency_id is not None:
        return f"agency:{subject.agency_id}"
    return f"insurer:{subject.insurer_id}"


def _count(session: Session, key: str, today: date, size: int, quota: DailyQuota) -> bool:
    if size > quota.bytes or quota.uploads < 1:
        return False
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    is_new_day = UploadQuota.day != today
    uploads = case((is_new_day, 1), else_=UploadQuota.uploads + 1)
    # Inside a CASE the column's type isn't inferred, and a day's bytes are more than a plain integer holds.
    more, most = literal(size, BigInteger()), literal(quota.bytes, BigInteger())
    taken = case((is_new_day, more), else_=UploadQuota.bytes + more)
    statement = (
        insert(UploadQuota)
        .values(key=key, day=today, uploads=1, bytes=size)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={"day": today, "uploads": uploads, "bytes": taken},
            where=(uploads <= quota.uploads) & (taken <= most),
        )
        .returning(UploadQuota.key)
    )
    return session.execute(statement).first() is not None
