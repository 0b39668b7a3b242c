"""Staff accounts as the terminal sees them: listed, and ended with everything that hangs on them (P-005)."""

from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit, tickets
from hoshou.platform.actor import Actor
from hoshou.platform.staff.models import ApiToken, StaffLink
from hoshou.platform.tickets import TicketKind
from hoshou.plugins.organisations.models import Agency, Insurer, Membership


def deactivate_account(session: Session, clock: Clock, actor: Actor, username: str) -> None:
    """Nobody gets in with this account any more: sessions, tokens and links end at once.

    Raises NotFound ``user_unknown``. Doing it again changes nothing.
    """
    user = session.scalar(select(User).where(User.username == username))
    if user is None:
        raise NotFound(
            "user_unknown", N_("ユーザー「%(name)s」は登録されていません。"), field="name", name=username
        )
    if user.active:
        user.active = False
        user.changed_on = clock.now().replace(tzinfo=None)
        audit.record(session, clock, actor, "staff.account_deactivated", "user", user.id, username=username)
    end_access(session, clock, user.id)


def end_access(session: Session, clock: Clock, user_id: int) -> None:
    """End every session, token and open link of the user."""
    tickets.end_all(session, clock, TicketKind.STAFF, str(user_id), "deactivated")
    session.execute(
        update(ApiToken)
        .where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    session.execute(
        update(StaffLink)
        .where(StaffLink.user_id == user_id, StaffLink.used_at.is_(None))
        .values(used_at=clock.now())
    )


@dataclass(frozen=True)
class AccountLine:
    """One account as a list shows it."""

    username: str
    name: str
    email: str
    roles: tuple[str, ...]
    home: str
    active: bool


def list_accounts(session: Session) -> list[AccountLine]:
    """Every account, by user name."""
    homes = {home.user_id: home for home in session.scalars(select(Membership))}
    return [
        AccountLine(
            user.username,
            f"{user.last_name} {user.first_name}".strip(),
            user.email,
            tuple(sorted(role.name for role in user.roles)),
            _home_name(homes.get(user.id)),
            bool(user.active),
        )
        for user in session.scalars(select(User).order_by(User.username))
    ]


def _home_name(home: Membership | None) -> str:
    place = home and (home.agency or home.branch or home.insurer)
    return str(place) if place else ""


def insurer_with_code(session: Session, code: str) -> Insurer:
    """Raises NotFound ``insurer_unknown``."""
    insurer = session.scalar(select(Insurer).where(Insurer.code == code))
    if insurer is None:
        raise NotFound(
            "insurer_unknown", N_("保険会社「%(name)s」は登録されていません。"), field="insurer", name=code
        )
    return insurer


def agency_called(session: Session, name: str) -> Agency:
    """Raises NotFound ``agency_unknown``."""
    agency = session.scalar(select(Agency).where(Agency.name == name))
    if agency is None:
        raise NotFound("agency_unknown", N_("代理店「%(name)s」は登録されていません。"), field="agency", name=name)
    return agency
