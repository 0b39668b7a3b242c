"""Staff of tests: accounts, where they belong, and browsers that are logged in."""

from collections.abc import Iterable
from contextvars import Context
from http.cookiejar import Cookie
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, session
from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session
from webtest import TestApp

from hoshou.platform.db import db, unit_of_work
from hoshou.platform.staff import session as staff_session
from hoshou.platform.subject import Role
from hoshou.plugins.organisations.models import Agency, AgencyCode, Insurer, Membership


def insurer_id(code: str) -> int:
    """The number of one of the seeded insurers."""
    found = db.session.scalar(select(Insurer.id).where(Insurer.code == code))
    assert found is not None
    return found


def add_agency(name: str, *insurer_codes: str) -> int:
    """An agency with a code at each of the insurers; returns its number."""
    with unit_of_work() as work:
        agency = Agency(name=name)
        agency.codes = [
            AgencyCode(insurer_id=insurer_id(code), code=f"{name}-{code}"[:20]) for code in insurer_codes
        ]
        work.add(agency)
        work.flush()
        return agency.id


def add_user(username: str, role: Role, *, agency: int | None = None, insurer: int | None = None) -> int:
    """A user with one role and one organisation; returns their number."""
    with unit_of_work() as work:
        user = User(
            first_name="太郎",
            last_name=username,
            username=username,
            email=f"{username}@staff.example.jp",
            active=True,
        )
        user.password = "!"
        user.roles = [work.scalars(select(RoleRow).where(RoleRow.name == role.value)).one()]
        work.add(user)
        work.flush()
        work.add(Membership(user_id=user.id, agency_id=agency, insurer_id=insurer))
        return user.id


class _Alone:
    """The application as a server runs it: no request sees another's context, nor the test's."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return Context().run(self._app, environ, start_response)


def browser_of(app: Flask) -> TestApp:
    """A browser that nobody is logged in with."""
    return TestApp(_Alone(app))


def logged_in(app: Flask, user_id: int) -> TestApp:
    """A browser with the user's session, as the login leaves it."""
    return Context().run(_logged_in, app, user_id)


def _logged_in(app: Flask, user_id: int) -> TestApp:
    with app.test_request_context():
        user = db.session.get(User, user_id)
        assert user is not None
        staff_session.begin(user)
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        value = signer.dumps(dict(session))
    browser = browser_of(app)
    cookie = Cookie(
        version=0,
        name=app.config["SESSION_COOKIE_NAME"],
        value=value,
        port=None,
        port_specified=False,
        # What the standard library calls a host without a dot.
        domain="localhost.local",
        domain_specified=False,
        domain_initial_dot=False,
        path="/",
        path_specified=True,
        secure=False,
        expires=None,
        discard=True,
        comment=None,
        comment_url=None,
        rest={},
    )
    browser.cookiejar.set_cookie(cookie)
    return browser


def fresh() -> Session:
    """The test's database session, with what others have committed meanwhile."""
    db.session.rollback()
    return db.session()
