"""The gate: outside the service hours and during maintenance no page answers (A-061, A-062, D-17).

Where the settings ask for it, the public service answers PCs only (D-07).
"""

import re
from typing import Any

from flask import Blueprint, Flask, current_app, g, jsonify, render_template, request
from flask_login import current_user

from hoshou.platform.calendar import Opening, opening
from hoshou.platform.context import platform
from hoshou.platform.db import db

ALWAYS = frozenset({"site", "static", "appbuilder", "StaffAuthView"})
"""Blueprints that answer at any hour: the public home, assets, and the login, which leads to the closed page."""

ANY_HOUR = "hoshou.any_hour"
"""Where an application keeps the names of its blueprints that answer at any hour."""

HANDHELD = re.compile(r"Mobi|Android|iPhone|iPad|Tablet|Silk/")
"""How phones and tablets name themselves."""

API = "/api/"
TO_THE_MINUTE = "%Y/%m/%d %H:%M"


def open_at_any_hour(blueprint: Blueprint) -> Blueprint:
    """Let a plugin's public pages answer outside the service hours too: information, nobody's data.

    Maintenance closes them like all others (A-062).
    """
    blueprint.record(lambda state: state.app.extensions.setdefault(ANY_HOUR, set()).add(state.name))
    return blueprint


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
        if not state.is_open and not _may_work_anyway(state):
            return _closed(state)
        if current_app.config["PC_ONLY"] and _is_service() and HANDHELD.search(request.user_agent.string):
            return render_template("site/pc_only.html"), 403
        return None


def _is_service() -> bool:
    """Whether the page is one of the public service, not of the information around it."""
    is_public: bool = request.blueprint in current_app.config["PUBLIC_BLUEPRINTS"]
    return is_public and not _is_information()


def _is_information() -> bool:
    return request.blueprint in current_app.extensions.get(ANY_HOUR, ())


def _may_work_anyway(state: Opening) -> bool:
    """Information is open at any hour; maintenance spares staff, and some of their roles work at any hour (D-17)."""
    if _is_service():
        return False
    if _is_information():
        return state.reason != "maintenance"
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
