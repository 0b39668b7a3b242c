"""Whose applications are whose, and who decides (P-007, A-071)."""

from datetime import date

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from hoshou.base.errors import Forbidden
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.domains.models import DomainApplication
from hoshou.plugins.domains.services.progress import application_unknown
from hoshou.plugins.organisations.models import Insurer


def visible_applications(subject: Subject) -> ColumnElement[bool]:
    """The association and auditors see all; insurers what the association has approved."""
    parts: list[ColumnElement[bool]] = []
    if subject.has(Role.ASSOCIATION, Role.AUDITOR):
        parts.append(true())
    if subject.has(Role.INSURER) and subject.insurer_id is not None:
        parts.append(DomainApplication.reviewed_at.is_not(None))
    return or_(false(), *parts)


def application_for(session: Session, subject: Subject, application_id: int) -> DomainApplication:
    """The application, or NotFound: one that isn't theirs to see and none look the same."""
    application = session.scalar(
        select(DomainApplication).where(DomainApplication.id == application_id, visible_applications(subject))
    )
    if application is None:
        raise application_unknown()
    return application


def require_association(subject: Subject) -> None:
    """Raises Forbidden for anyone else."""
    if not subject.has(Role.ASSOCIATION):
        raise Forbidden("not_the_association", N_("この操作は、損保協会の担当者だけが行えます。"))


def voting_insurer(session: Session, subject: Subject, today: date) -> Insurer | None:
    """The participating insurer for which this user votes, if any."""
    if not subject.has(Role.INSURER) or subject.insurer_id is None:
        return None
    insurer = session.get(Insurer, subject.insurer_id)
    return insurer if insurer is not None and insurer.is_active(today) else None


def active_insurers(session: Session, today: date) -> list[Insurer]:
    """The insurers that participate today, in their own order."""
    return list(
        session.scalars(
            select(Insurer)
            .where(
                Insurer.active_from <= today, or_(Insurer.active_until.is_(None), Insurer.active_until >= today)
            )
            .order_by(Insurer.position)
        )
    )
