"""What an uploader may choose from: insurers, agencies, and the files of the folder that is added to (A-012, D-44)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hoshou.platform.subject import Role, Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.services.scope import is_readable
from hoshou.plugins.organisations.models import Agency, AgencyCode, Insurer


def insurers_for(session: Session, subject: Subject, today: date) -> Sequence[Insurer]:
    """An insurer's staff: their own. An agency's: those where the agency has a code. Only participating ones."""
    active = select(Insurer).where(
        Insurer.active_from <= today, or_(Insurer.active_until.is_(None), Insurer.active_until >= today)
    )
    if subject.has(Role.INSURER) and subject.insurer_id is not None:
        mine = active.where(Insurer.id == subject.insurer_id)
    else:
        codes = select(AgencyCode.insurer_id).where(AgencyCode.agency_id == subject.agency_id)
        mine = active.where(Insurer.id.in_(codes))
    return session.scalars(mine.order_by(Insurer.position)).all()


def agencies_for(session: Session, subject: Subject) -> Sequence[Agency]:
    """The agencies that an insurer's staff may name: those with a code there. Agencies name none but themselves."""
    if not (subject.has(Role.INSURER) and subject.insurer_id is not None):
        return ()
    codes = select(AgencyCode.agency_id).where(AgencyCode.insurer_id == subject.insurer_id)
    return session.scalars(select(Agency).where(Agency.id.in_(codes)).order_by(Agency.name)).all()


def replaceable_files(session: Session, folder: BondFolder) -> Sequence[BondFile]:
    """The readable files of the folder that weren't replaced yet, newest first."""
    return session.scalars(
        select(BondFile)
        .where(BondFile.folder_id == folder.id, is_readable(), BondFile.replaced_at.is_(None))
        .order_by(BondFile.number.desc())
    ).all()
