"""The gate: outside the service hours and during maintenance no page answers (A-061, A-062, D-17)."""

from typing import Any

from flask import Flask, current_app, g, jsonify, render_template, request
from flask_login import current_user

from hoshou.platform.calendar import Opening, opening
from hoshou.platform.context import platform
from hoshou.platform.db import db

ALWAYS = frozenset({"site", "static", "appbuilder", "StaffAuthView"})
"""Blueprints that answer at any hour: the public home, assets, and the login, which leads to the closed page."""


API = "/api/"
TO_THE_MINUTE = "%Y/%m/%d %H:%M"


def opening_state() -> Opening:
    """Whether the public service is open, read once a request."""
    if "opening" not in g:
        g.opening = opening(
            db.session(), platform().clock, hours_enforced=current_app.config["SERVICE_HOURS_ENFORCED"]
        )
    state: Opening = g.opening
    return state


def init_gate(app: Flask) -> None:
    """Ask at every request, so a session that runs past midnight ends there too (A12, D-16)."""

    @app.before_request
    def gate() -> Any:
        if request.blueprint in ALWAYS or request.endpoint is None or request.endpoint.endswith(".static"):
            return None
        state = opening_state()
        return None if state.is_open or _may_work_anyway(state) else _closed(state)


def _may_work_anyway(state: Opening) -> bool:
    """Maintenance closes the public pages only, and some roles of staff work at any hour (D-17)."""
    if request.blueprint in current_app.config["PUBLIC_BLUEPRINTS"]:
        return False
    if request.path.startswith(API):
        return state.reason == "maintenance"
    if state.reason == "maintenance" or not current_user.is_authenticated:
        return True
    at_any_hour = set(current_app.config["ROLES_AT_ANY_HOUR"])
    return any(role.name in at_any_hour for role in current_user.roles)


def _closed(state: Opening) -> tuple[Any, int]:
    reopens = state.reopens_at.strftime(TO_THE_MINUTE) if state.reopens_at else ""
    if request.path.startswith(API):
        return jsonify({"error": {"code": f"closed_{state.reason}", "message": "closed", "reopens": reopens}}), 503
    template = "site/maintenance.html" if state.reason == "maintenance" else "site/closed.html"
    return render_template(template, reopens_at=reopens, message=state.notice), 503
