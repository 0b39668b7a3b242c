"""Roles and permissions as one deploy step: `hoshou access sync`.

What each role may do is stated by the plugins (StaffView.grants) and nowhere else. The sync writes
exactly that into Flask-AppBuilder's tables, in one transaction, and removes what nobody states any
more. The web process never writes permissions.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.subject import Role as RoleName

MENU_ACCESS = "menu_access"
PUBLIC_ROLE = "Public"

Grant = tuple[str, str]
"""A permission and the view or menu it is for."""


@dataclass(frozen=True)
class SyncResult:
    roles: int
    permissions: int
    removed: int


def grants_of(contributions: Iterable[StaffView], role: RoleName) -> frozenset[Grant]:
    """What one role may do, as Flask-AppBuilder's pairs of permission and view."""
    grants: set[Grant] = set()
    for contribution in contributions:
        methods = contribution.grants.get(role, frozenset())
        if not methods:
            continue
        view_name = contribution.view.class_permission_name or contribution.view.__name__
        grants |= {(PERMISSION_PREFIX + method, view_name) for method in methods}
        if contribution.in_menu:
            grants.add((MENU_ACCESS, contribution.name))
            if contribution.category:
                grants.add((MENU_ACCESS, contribution.category))
    return frozenset(grants)


def sync(session: Session, contributions: Iterable[StaffView]) -> SyncResult:
    """Write roles and permissions exactly as contributed. Running it twice changes nothing.

    The role Public exists and stays empty: public pages are not Flask-AppBuilder's.
    """
    contributions = list(contributions)
    wanted = {role: grants_of(contributions, role) for role in RoleName}
    every_grant = frozenset().union(*wanted.values())
    rows = _permission_rows(session, every_grant)
    for name, grants in [*((role.value, grants) for role, grants in wanted.items()), (PUBLIC_ROLE, frozenset())]:
        role = session.scalar(select(Role).where(Role.name == name))
        if role is None:
            role = Role(name=name)
            session.add(role)
        role.permissions = [rows[grant] for grant in sorted(grants)]
    session.flush()
    removed = _remove_stale(session, every_grant)
    return SyncResult(len(wanted), len(every_grant), removed)


def _permission_rows(session: Session, grants: frozenset[Grant]) -> dict[Grant, PermissionView]:
    permissions = {row.name: row for row in session.scalars(select(Permission))}
    views = {row.name: row for row in session.scalars(select(ViewMenu))}
    pairs = {(row.permission.name, row.view_menu.name): row for row in session.scalars(select(PermissionView))}
    for permission_name, view_name in sorted(grants):
        if permission_name not in permissions:
            permissions[permission_name] = Permission(name=permission_name)
        if view_name not in views:
            views[view_name] = ViewMenu(name=view_name)
        if (permission_name, view_name) not in pairs:
            pairs[permission_name, view_name] = PermissionView(
                permission=permissions[permission_name], view_menu=views[view_name]
            )
            session.add(pairs[permission_name, view_name])
    session.flush()
    return pairs


def _remove_stale(session: Session, grants: frozenset[Grant]) -> int:
    removed = 0
    for pair in session.scalars(select(PermissionView)):
        if (pair.permission.name, pair.view_menu.name) not in grants:
            for role in list(pair.role):
                role.permissions.remove(pair)
            session.delete(pair)
            removed += 1
    session.flush()
    used_permissions = {permission for permission, _ in grants}
    used_views = {view for _, view in grants}
    for row in session.scalars(select(Permission)):
        if row.name not in used_permissions:
            session.delete(row)
    for view in session.scalars(select(ViewMenu)):
        if view.name not in used_views:
            session.delete(view)
    session.flush()
    return removed
