"""Which rows a staff user's organisation makes theirs (D-44)."""

from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Session

from hoshou.platform.subject import Subject
from hoshou.plugins.organisations.models import Membership


def subject_of(session: Session, user_id: int) -> Subject | None:
    """The user with roles and organisation; None for an unknown user."""
    user = session.get(User, user_id)
    if user is None:
        return None
    home = session.get(Membership, user_id)
    place = home and (home.agency or home.branch or home.insurer)
    return Subject(
        user_id=user.id,
        name=f"{user.last_name} {user.first_name}".strip(),
        email=user.email,
        roles=frozenset(role.name for role in user.roles),
        insurer_id=home.insurer_id if home else None,
        branch_id=home.branch_id if home else None,
        agency_id=home.agency_id if home else None,
        organisation_name=str(place) if place else "",
    )
