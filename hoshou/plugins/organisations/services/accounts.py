"""Staff accounts: made for one role and one home, ended with everything that hangs on them (P-005, D-44)."""

from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit, tickets
from hoshou.platform.actor import Actor
from hoshou.platform.mail.address import checked_address
from hoshou.platform.staff.models import ApiToken, StaffLink
from hoshou.platform.subject import Role
from hoshou.platform.tickets import TicketKind
from hoshou.plugins.organisations.models import Agency, Insurer, Membership

SHORTEST_PASSWORD = 12


@dataclass(frozen=True)
class NewAccount:
    """A staff user to be. An insurer user names the insurer, an agency user the agency, others neither."""

    username: str
    role: Role
    email: str
    last_name: str
    first_name: str = ""
    insurer_id: int | None = None
    agency_id: int | None = None


def create_account(session: Session, clock: Clock, actor: Actor, account: NewAccount, password: str) -> User:
    """A staff user who may log in at once.

    Raises Refused ``home_missing`` or ``home_foreign`` when role and organisation don't fit,
    ``password_short``, ``account_exists`` for a name or mail address that is taken, ``role_missing`` before
    the first `hoshou access sync`, and ``mail_address_invalid``.
    """
    _check_home(account)
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(
            "password_short",
            N_("パスワードは%(shortest)d文字以上にしてください。"),
            field="password",
            shortest=SHORTEST_PASSWORD,
        )
    email = checked_address(account.email, "email")
    taken = or_(User.username == account.username, User.email == email)
    if session.scalar(select(User.id).where(taken)) is not None:
        raise Refused(
            "account_exists", N_("このユーザー名またはメールアドレスはすでに使われています。"), field="username"
        )
    role = session.scalar(select(RoleRow).where(RoleRow.name == account.role.value))
    if role is None:
        raise Refused(
            "role_missing", N_("ロールが登録されていません。先に hoshou access sync を実行してください。")
        )
    made_on = clock.now().replace(tzinfo=None)
    user = User(
        username=account.username,
        last_name=account.last_name,
        first_name=account.first_name,
        email=email,
        password=generate_password_hash(password),
        active=True,
        roles=[role],
        created_on=made_on,
        changed_on=made_on,
    )
    session.add(user)
    session.flush()
    session.add(Membership(user_id=user.id, insurer_id=account.insurer_id, agency_id=account.agency_id))
    audit.record(
        session,
        clock,
        actor,
        "staff.account_created",
        "user",
        user.id,
        username=account.username,
        role=account.role.value,
        insurer=account.insurer_id,
        agency=account.agency_id,
    )
    session.flush()
    return user


def _check_home(account: NewAccount) -> None:
    homes = {Role.INSURER: account.insurer_id, Role.AGENCY: account.agency_id}
    if account.role in homes and homes[account.role] is None:
        raise Refused("home_missing", N_("このロールには、所属する保険会社または代理店の指定が必要です。"))
    if any(home is not None for role, home in homes.items() if role is not account.role):
        raise Refused("home_foreign", N_("このロールには、指定された所属を付けられません。"))


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
