"""Staff accounts as an administrator keeps them: made without a password, invited by mail (P-005, D-44)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from hoshou.base.clock import Clock
from hoshou.base.errors import Invalid, NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit, throttle
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.address import checked_address
from hoshou.platform.mail.outbox import queue
from hoshou.platform.staff.links import issue_link
from hoshou.platform.subject import Role
from hoshou.platform.throttle import Limit
from hoshou.plugins.organisations.models import Agency, Branch, Insurer, Membership
from hoshou.plugins.organisations.services.accounts import end_access
from hoshou.plugins.organisations.services.mails import INVITATION_MAIL

INVITATIONS, INVITATION_WINDOW = 5, timedelta(hours=1)


@dataclass(frozen=True)
class UserDetails:
    """What an administrator states about a staff user."""

    username: str
    last_name: str
    first_name: str
    email: str
    active: bool
    roles: Sequence[str]
    insurer_id: int | None = None
    branch_id: int | None = None
    agency_id: int | None = None


def create_user(session: Session, clock: Clock, actor: Actor, details: UserDetails) -> User:
    """A user nobody can log in as until the link is used.

    Raises Invalid with what stands against the details, and Refused ``role_missing`` before the first
    `hoshou access sync`.
    """
    _check(session, details, None)
    # Nobody knows this one, so nobody logs in by it.
    user = User(password=generate_password_hash(secrets.token_urlsafe(32)), login_count=0, fail_login_count=0)
    _write(session, user, details)
    audit.record(session, clock, actor, "staff.user_added", "user", user.id, **_told(details))
    return user


def change_user(session: Session, clock: Clock, actor: Actor, user_id: int, details: UserDetails) -> User:
    """Change a user. Deactivation ends sessions, tokens and open links.

    Raises NotFound ``user_not_found``, and Invalid with what stands against the details.
    """
    user = find_user(session, user_id)
    _check(session, details, user_id)
    before = _told(details_of(session, user))
    _write(session, user, details)
    if not details.active:
        end_access(session, clock, user_id)
    after = _told(details)
    if before != after:
        audit.record(session, clock, actor, "staff.user_changed", "user", user_id, before=before, after=after)
    return user


def invite(session: Session, clock: Clock, keys: KeyRing, actor: Actor, public_url: str, user_id: int) -> None:
    """Mail the user a one-time link by which to set a password.

    Raises NotFound ``user_not_found``, Refused ``user_inactive``, and TooManyTries after five in an hour.
    """
    user = find_user(session, user_id)
    if not user.active:
        raise Refused("user_inactive", N_("無効な利用者にはリンクを送れません。"))
    throttle.reserve(session, clock, Limit(f"invitation/{user_id}", INVITATIONS, INVITATION_WINDOW))
    link = issue_link(session, clock, keys, user_id)
    values = {
        "USER_NAME": f"{user.last_name} {user.first_name}",
        "USER_ID": user.username,
        "LINK": f"{public_url}/staff/link/{link.token}",
        "EXPIRATION_TIME": link.expires_at.strftime("%Y/%m/%d %H:%M"),
    }
    queue(
        session,
        clock,
        keys,
        actor,
        INVITATION_MAIL,
        user.email,
        values,
        about=("user", user_id),
        expires_at=link.expires_at,
    )
    audit.record(session, clock, actor, "staff.user_invited", "user", user_id)


def find_user(session: Session, user_id: int) -> User:
    """Raises NotFound ``user_not_found``."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("user_not_found", N_("該当する利用者がいません。"))
    return user


def details_of(session: Session, user: User) -> UserDetails:
    home = session.get(Membership, user.id)
    return UserDetails(
        username=user.username,
        last_name=user.last_name,
        first_name=user.first_name,
        email=user.email,
        active=bool(user.active),
        roles=sorted(role.name for role in user.roles),
        insurer_id=home.insurer_id if home else None,
        branch_id=home.branch_id if home else None,
        agency_id=home.agency_id if home else None,
    )


def _check(session: Session, details: UserDetails, user_id: int | None) -> None:
    errors: list[Refused] = []
    for field in ("username", "last_name", "first_name", "email"):
        text = getattr(details, field)
        if not text:
            errors.append(Refused("missing", N_("入力してください。"), field=field))
        elif len(text) > 64:
            errors.append(Refused("too_long", N_("%(n)d文字以内で入力してください。"), field=field, n=64))
    if details.email:
        try:
            checked_address(details.email, field="email")
        except Refused as error:
            errors.append(error)
    for field in ("username", "email"):
        column, text = getattr(User, field), getattr(details, field)
        # A login name that is another user's address would let one user stand in for the other.
        same = or_(func.lower(User.username) == text.lower(), func.lower(User.email) == text.lower())
        if text and session.scalar(select(column).where(same, User.id != (user_id or 0)).limit(1)):
            errors.append(Refused("taken", N_("すでに使われています。"), field=field))
    errors.extend(_check_home(session, details))
    if errors:
        raise Invalid(errors)


def _check_home(session: Session, details: UserDetails) -> list[Refused]:
    errors: list[Refused] = []
    if not details.roles or not set(details.roles) <= {role.value for role in Role}:
        errors.append(Refused("no_role", N_("ロールを選択してください。"), field="roles"))
    if Role.AGENCY.value in details.roles and details.agency_id is None:
        errors.append(Refused("no_agency", N_("代理店を選択してください。"), field="agency_id"))
    if Role.INSURER.value in details.roles and details.insurer_id is None:
        errors.append(Refused("no_insurer", N_("損害保険会社を選択してください。"), field="insurer_id"))
    if details.agency_id is not None and (details.insurer_id is not None or details.branch_id is not None):
        errors.append(
            Refused("two_homes", N_("所属は、代理店か損害保険会社のどちらか一方です。"), field="agency_id")
        )
    for field, model in (("insurer_id", Insurer), ("agency_id", Agency)):
        number = getattr(details, field)
        if number is not None and session.get(model, number) is None:
            errors.append(Refused("unknown", N_("選択し直してください。"), field=field))
    if details.branch_id is not None:
        branch = session.get(Branch, details.branch_id)
        if branch is None or branch.insurer_id != details.insurer_id:
            errors.append(
                Refused("foreign_branch", N_("選択した損害保険会社の営業店を選んでください。"), field="branch_id")
            )
    return errors


def _write(session: Session, user: User, details: UserDetails) -> None:
    user.username, user.email = details.username, details.email
    user.last_name, user.first_name = details.last_name, details.first_name
    user.active = details.active
    user.roles = list(session.scalars(select(RoleRow).where(RoleRow.name.in_(details.roles))))
    if len(user.roles) < len(set(details.roles)):
        raise Refused(
            "role_missing", N_("ロールが登録されていません。先に hoshou access sync を実行してください。")
        )
    session.add(user)
    session.flush()
    home = session.get(Membership, user.id) or Membership(user_id=user.id)
    home.insurer_id, home.branch_id = details.insurer_id, details.branch_id
    home.agency_id = details.agency_id
    session.add(home)
    session.flush()


def _told(details: UserDetails) -> dict[str, object]:
    return {**vars(details), "roles": sorted(details.roles)}
