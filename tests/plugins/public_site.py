"""The public pages as a browser meets them, for the tests of the viewer and of the orderers' pages."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import webtest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.mail.outbox import SEALING, OutboxMail
from hoshou.plugins.domains.models import DomainState, OrdererDomain
from tests.plugins.bonds.factories import MadeFolder, make_folder

Result = TypeVar("Result")
ORDERER = "keiyaku@city.example.lg.jp"
DOMAIN = "city.example.lg.jp"
OTP = re.compile(r"ワンタイムパスワード: (\d{8})")


class PublicSite:
    """One application; each browser is its own, from its own address."""

    def __init__(self, app: Flask, clock: FixedClock) -> None:
        self.app, self.clock = app, clock

    def browser(self, address: str = "192.0.2.10") -> webtest.TestApp:
        return webtest.TestApp(self.app, extra_environ={"REMOTE_ADDR": address})

    def run(self, work: Callable[[Session], Result]) -> Result:
        """Work in a unit of work of its own."""
        with self.app.app_context():
            return transact(work)

    def folder(self, **changes: Any) -> MadeFolder:
        return self.run(lambda session: make_folder(session, **changes))

    def register(self, domain: str = DOMAIN, state: DomainState = DomainState.REGISTERED) -> None:
        today = self.clock.today()
        self.run(
            lambda session: session.add(
                OrdererDomain(domain=domain, organisation="見本市", state=state.value, usable_from=today)
            )
        )

    def audit(self, action: str) -> list[AuditEntry]:
        with self.app.app_context():
            found = list(
                db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
            )
            db.session.expunge_all()
            return found

    def mails(self, template: str) -> list[tuple[str, str, str]]:
        """Recipient, subject and body of what waits in the outbox."""
        with self.app.app_context():
            keys = platform().keys
            return [
                (mail.recipient, mail.subject, keys.open(SEALING, mail.sealed_body, mail.message_token).decode())
                for mail in db.session.scalars(
                    select(OutboxMail).where(OutboxMail.template_key == template).order_by(OutboxMail.id)
                )
                if mail.sealed_body is not None
            ]

    def code(self) -> str:
        """The newest one-time password."""
        found = OTP.search(self.mails("orderer.otp")[-1][2])
        assert found is not None
        return found[1]

    def enter(self, made: MadeFolder, browser: webtest.TestApp | None = None) -> tuple[Any, webtest.TestResponse]:
        """A browser in the viewer, and its first page."""
        browser = browser or self.browser()
        answer = type_password(browser, made, made.password)
        assert answer.status_int == 302, answer.text
        return browser, answer.follow()

    def login(self, made: MadeFolder, browser: webtest.TestApp, email: str = ORDERER, **changes: str) -> Any:
        """認証メール送信, as it is answered."""
        form = form_with(browser.get("/orderer"), "email")
        form["email"], form["url"], form["password"] = email, made.url, made.password
        for name, value in changes.items():
            form[name] = value
        return form.submit(expect_errors=True)

    def verify(self, page: Any, code: str) -> Any:
        """表示 on the OTP screen."""
        form = form_with(page, "otp")
        form["otp"] = code
        return form.submit(expect_errors=True)

    def preview(
        self, made: MadeFolder, browser: webtest.TestApp | None = None
    ) -> tuple[Any, webtest.TestResponse]:
        """A browser in the orderers' preview, and its first page."""
        browser = browser or self.browser()
        page = self.login(made, browser).follow()
        answer = self.verify(page, self.code())
        assert answer.status_int == 302, answer.text
        return browser, answer.follow()


def type_password(browser: webtest.TestApp, made: MadeFolder, password: str) -> webtest.TestResponse:
    form = form_with(browser.get(f"/v/{made.token}"), "password")
    form["password"] = password
    return form.submit(expect_errors=True)


def form_with(page: webtest.TestResponse, field: str) -> webtest.Form:
    """The page's form that has this field."""
    return next(form for form in page.forms.values() if field in form.fields)


def form_to(page: webtest.TestResponse, end: str) -> webtest.Form:
    """The page's form whose action ends so."""
    return next(form for form in page.forms.values() if form.action.endswith(end))


def images(page: webtest.TestResponse) -> list[str]:
    """The addresses of a page's page images."""
    return [str(image["src"]) for image in page.html.select("img[src]")]


def cookie_of(browser: webtest.TestApp, start: str) -> Any:
    """The browser's cookie whose name starts so: its name and its value."""
    return next(cookie for cookie in browser.cookiejar if cookie.name.startswith(start))


def viewer_cookie(browser: webtest.TestApp) -> Any:
    return cookie_of(browser, "view-")
