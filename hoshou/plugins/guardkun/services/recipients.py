"""Who is told: the people of an organisation who can still log in."""

from collections.abc import Sequence

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.platform.subject import Role
from hoshou.plugins.organisations.models import Membership


def people_of_agency(session: Session, agency_id: int) -> Sequence[str]:
    """The addresses of an agency's active staff."""
    return session.scalars(
        select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(
            User.active.is_(True),
            Membership.agency_id == agency_id,
            User.roles.any(RoleRow.name == Role.AGENCY.value),
        )
        .order_by(User.id)
    ).all()
