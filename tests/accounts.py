"""Staff for tests: accounts of every role, and browsers that are logged in as one of them."""

import re
from collections.abc import Iterable
from contextvars import Context
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session
from webtest import TestApp
from werkzeug.security import generate_password_hash

from hoshou.platform.db import db, transact
from hoshou.platform.subject import Role
from hoshou.plugins.organisations.models import Agency, AgencyCode, Insurer, Membership

PASSWORD = "correct horse battery"
# Hashed once and cheaply: logging in is not what most tests are about.
PASSWORD_HASH = generate_password_hash(PASSWORD, method="scrypt:1024:8:1")


def add_user(
    app: Flask, username: str, *roles: Role, insurer: str | None = None, agency: str | None = None
) -> int:
    """An active user with the roles, at home at the insurer (by code) or the agency (by name)."""

    def work(session: Any) -> int:
        user = User(
            username=username,
            first_name="太郎",
            last_name=username,
            email=f"{username}@example.jp",
            active=True,
            password=PASSWORD_HASH,
            roles=list(session.scalars(select(RoleRow).where(RoleRow.name.in_([role.value for role in roles])))),
        )
        session.add(user)
        session.flush()
        home = Membership(user_id=user.id)
        if insurer:
            home.insurer_id = session.scalars(select(Insurer.id).where(Insurer.code == insurer)).one()
        if agency:
            home.agency_id = session.scalars(select(Agency.id).where(Agency.name == agency)).one()
        session.add(home)
        session.flush()
        return int(user.id)

    with app.app_context():
        return transact(work)


def add_agency(app: Flask, name: str, **codes: str) -> int:
    """An agency with its code at each insurer."""

    def work(session: Any) -> int:
        agency = Agency(name=name, phone="", email="")
        for insurer_code, code in codes.items():
            insurer = session.scalars(select(Insurer).where(Insurer.code == insurer_code)).one()
            agency.codes.append(AgencyCode(insurer=insurer, code=code))
        session.add(agency)
        session.flush()
        return int(agency.id)

    with app.app_context():
        return transact(work)


class _Alone:
    """The application as a server runs it: no request sees another's context, nor the test's."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return Context().run(self._app, environ, start_response)


def browser(app: Flask) -> TestApp:
    return TestApp(_Alone(app), extra_environ={"HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "192.0.2.7"})


def token(page: Any) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found, "the page has no form token"
    return found.group(1)


def log_in(app: Flask, username: str, password: str = PASSWORD) -> TestApp:
    """A browser in which the user is logged in."""
    client = browser(app)
    page = client.get("/login/")
    answer = client.post("/login/", {"csrf_token": token(page), "username": username, "password": password})
    assert answer.status_int == 302, answer.text
    return client


def fresh() -> Session:
    """The session of the test's own context, with what others have committed meanwhile."""
    db.session.rollback()
    return db.session()


def insurer_id(code: str) -> int:
    """The number of one of the insurers of the start."""
    return db.session.scalars(select(Insurer.id).where(Insurer.code == code)).one()
