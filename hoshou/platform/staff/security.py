"""Flask-AppBuilder's security manager, hardened.

Login tries are counted before a password is looked at; a session lives by its ticket; nothing is
written to the database when the application starts; the login API doesn't exist.
"""

from datetime import UTC, timedelta
from typing import Any

from flask import Flask, g
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, User, ViewMenu
from flask_login import LoginManager, current_user
from sqlalchemy import func, select, update

from hoshou.base.errors import TooManyTries
from hoshou.base.networks import subnet
from hoshou.platform import audit, throttle
from hoshou.platform.access import Grant
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.client import client_address
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.staff.auth import StaffAuthView
from hoshou.platform.staff.session import ticket_is_alive
from hoshou.platform.throttle import Limit

WINDOW = timedelta(minutes=15)


class StaffSecurityManager(SecurityManager):
    """Accounts and permissions are Flask-AppBuilder's; how one gets in is ours."""

    def create_db(self) -> None:
        """Tables come from migrations, roles from `hoshou access sync`: a start issues no SQL."""

    def create_login_manager(self, app: Flask) -> LoginManager:
        manager = super().create_login_manager(app)
        manager.login_view = "StaffAuthView.login"
        manager.login_message = None
        return manager

    def register_views(self) -> None:
        self.auth_view = StaffAuthView()
        self.appbuilder.add_view_no_menu(self.auth_view)

    def load_user(self, pk: int) -> Any | None:
        if not ticket_is_alive(str(pk)):
            return None
        return super().load_user(pk)

    @staticmethod
    def before_request() -> None:
        g.user = current_user

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the logged-in user may; nobody else may anything, whatever the role Public holds."""
        return bool(current_user.is_authenticated) and (permission_name, view_name) in _granted(current_user)

    def update_user_auth_stat(self, user: User, success: bool = True) -> None:
        values: dict[str, Any] = {"fail_login_count": func.coalesce(User.fail_login_count, 0) + 1}
        if success:
            now = platform().clock.now().astimezone(UTC).replace(tzinfo=None)
            values = {
                "fail_login_count": 0,
                "login_count": func.coalesce(User.login_count, 0) + 1,
                "last_login": now,
            }
        with unit_of_work() as work:
            work.execute(update(User).where(User.id == user.id).values(values))

    def noop_user_update(self, user: User) -> None:
        # Whoever doesn't exist costs the same write as who does.
        with unit_of_work() as work:
            work.execute(update(User).where(User.id == user.id).values(login_count=User.login_count))

    def auth_user_db(self, username: str, password: str) -> User | None:
        """The user if the password is right. Raises TooManyTries before it looks, when tries are used up."""
        here = platform()
        origin = client_address()
        who = here.keys.fingerprint("login", (username or "").strip().casefold())
        limits = (
            Limit(f"login/{who}/{subnet(origin)}", 5, WINDOW),
            Limit(f"login/{who}", 20, WINDOW),
            Limit(f"login-from/{subnet(origin)}", 50, WINDOW),
        )
        try:
            with unit_of_work() as work:
                throttle.reserve(work, here.clock, *limits)
        except TooManyTries:
            with unit_of_work() as work:
                audit.record(work, here.clock, Actor(ActorKind.PUBLIC, "", origin=origin), "staff.login_throttled")
            raise
        user: User | None = super().auth_user_db(username, password)
        with unit_of_work() as work:
            if user is not None:
                throttle.release(work, *limits)
            else:
                audit.record(work, here.clock, Actor(ActorKind.PUBLIC, "", origin=origin), "staff.login_failed")
        return user


def _granted(user: User) -> frozenset[Grant]:
    """What the user's roles may do, read once a request."""
    if "staff_grants" not in g:
        rows = (
            select(Permission.name, ViewMenu.name)
            .select_from(PermissionView)
            .join(PermissionView.permission)
            .join(PermissionView.view_menu)
            .join(PermissionView.role)
            .join(Role.user)
            .where(User.id == user.id)
        )
        g.staff_grants = frozenset((permission, view) for permission, view in db.session.execute(rows))
    grants: frozenset[Grant] = g.staff_grants
    return grants
