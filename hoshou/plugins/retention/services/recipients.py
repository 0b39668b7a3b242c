"""Who is told: the people of an organisation who can still log in."""

from collections.abc import Sequence

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hoshou.platform.subject import Role
from hoshou.plugins.organisations.models import Membership


def people_of_agency(session: Session, agency_id: int) -> Sequence[str]:
    """The addresses of an agency's active uploaders."""
    return _addresses(session, Role.AGENCY, Membership.agency_id == agency_id)


def people_of_insurer(session: Session, insurer_id: int) -> Sequence[str]:
    """The addresses of an insurer's active uploaders."""
    return _addresses(session, Role.INSURER, Membership.insurer_id == insurer_id)


def people_of_association(session: Session) -> Sequence[str]:
    """The addresses of the association's active staff."""
    return session.scalars(
        select(User.email).where(User.active.is_(True), _has(Role.ASSOCIATION)).order_by(User.id)
    ).all()


def _addresses(session: Session, role: Role, home: ColumnElement[bool]) -> Sequence[str]:
    return session.scalars(
        select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(User.active.is_(True), home, _has(role))
        .order_by(User.id)
    ).all()


def _has(role: Role) -> ColumnElement[bool]:
    holds: ColumnElement[bool] = User.roles.any(RoleRow.name == role.value)
    return holds
