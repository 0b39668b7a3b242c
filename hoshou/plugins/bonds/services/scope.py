"""Whose folders are whose: stated once, used by every screen, export, API and service (P-007, D-44)."""

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from hoshou.base.errors import Forbidden, NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder


def visible_folders(subject: Subject) -> ColumnElement[bool]:
    """The folders that this user may know of.

    An agency its own, an insurer those of its policies, an auditor all. The association and the
    administrator have no business with policies.
    """
    parts: list[ColumnElement[bool]] = []
    if subject.has(Role.AUDITOR):
        parts.append(true())
    if subject.has(Role.AGENCY) and subject.agency_id is not None:
        parts.append(BondFolder.agency_id == subject.agency_id)
    if subject.has(Role.INSURER) and subject.insurer_id is not None:
        parts.append(BondFolder.insurer_id == subject.insurer_id)
    return or_(false(), *parts)


def countable_folders(subject: Subject) -> ColumnElement[bool]:
    """The folders that may go into this user's counts: the association knows how many there are, never which.

    Counted over the fence, since the association may see none of them.
    """
    return true() if subject.has(Role.ASSOCIATION) else visible_folders(subject)


def visible_files(subject: Subject) -> ColumnElement[bool]:
    """The files of visible folders."""
    return BondFile.folder_id.in_(select(BondFolder.id).where(visible_folders(subject)))


def is_readable() -> ColumnElement[bool]:
    """A file that is there for whoever may read its folder: neither deleted nor waiting for the malware scanner."""
    return and_(BondFile.deleted_at.is_(None), BondFile.waiting_id.is_(None))


def folder_for(session: Session, subject: Subject, folder_id: int) -> BondFolder:
    """The folder, or NotFound: a foreign folder and none look the same."""
    folder = session.scalar(select(BondFolder).where(BondFolder.id == folder_id, visible_folders(subject)))
    if folder is None:
        raise NotFound("folder_not_found", N_("該当する証券が見つかりません。"))
    return folder


def may_upload(subject: Subject) -> bool:
    """Agencies and insurers upload (A-012)."""
    return (subject.has(Role.AGENCY) and subject.agency_id is not None) or (
        subject.has(Role.INSURER) and subject.insurer_id is not None
    )


def require_uploader(subject: Subject) -> None:
    """Raises Forbidden for anyone else."""
    if not may_upload(subject):
        raise Forbidden("not_an_uploader", N_("証券等を登録できるのは、損害保険代理店と損害保険会社だけです。"))
