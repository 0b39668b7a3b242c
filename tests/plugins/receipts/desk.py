"""An agency's desk beside the public site and a real mail server: what visitors do, and what the agency is told."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from webtest import TestApp, TestResponse

from hoshou.platform.context import platform
from hoshou.platform.db import unit_of_work
from hoshou.platform.mail.deliver import deliver_due
from hoshou.platform.subject import Role
from tests.accounts import add_agency, add_user, log_in, token
from tests.platform.mail.server import Mailbox
from tests.plugins.bonds.factories import MadeFolder
from tests.plugins.public_site import DOMAIN, PublicSite, type_password

AGENCY = "見本損害保険代理店"
LIST = "/receipts/list/"
STRANGER = "tanaka@elsewhere.example"


@dataclass
class Desk:
    """The domain city.example.lg.jp is 見本市's; the agency has codes at 三井住友海上 and 東京海上日動."""

    site: PublicSite
    mailbox: Mailbox
    agency: int

    @property
    def app(self) -> Flask:
        return self.site.app

    def someone(
        self, username: str, role: Role, *, agency: str | None = None, insurer: str | None = None
    ) -> TestApp:
        """A user of that role, logged in now."""
        add_user(self.app, username, role, agency=agency, insurer=insurer)
        return log_in(self.app, username)

    def agent(self) -> TestApp:
        """Somebody of the agency, logged in now."""
        return log_in(self.app, "agent")

    def folder(self, **changes: object) -> MadeFolder:
        return self.site.folder(**{"agency_id": str(self.agency), **changes})

    def deliver(self) -> None:
        """What the scheduler's job does every few seconds."""
        with self.app.app_context():
            deliver_due(unit_of_work, self.site.clock, platform().keys)

    def minutes_pass(self, minutes: int) -> None:
        self.site.clock.advance(timedelta(minutes=minutes))

    def download(self, made: MadeFolder) -> bytes:
        """An orderer comes all the way and downloads the newest file."""
        _browser, page = self.site.preview(made)
        body: bytes = page.click("^ダウンロード$").body
        return body

    def whole_way(self, made: MadeFolder) -> None:
        """12:05 mails arrive; 12:10 a wrong and 12:11 the right password; 12:20 an address without a registered domain;
        12:30 the orderer's login, 12:31 its one-time password, 12:32 the download."""
        self.minutes_pass(5)
        self.deliver()
        self.minutes_pass(5)
        viewer = self.site.browser()
        type_password(viewer, made, "AAAA-AAAA-AAAA")
        self.minutes_pass(1)
        self.site.enter(made, viewer)
        self.minutes_pass(9)
        orderer = self.site.browser("198.51.100.7")
        self.site.login(made, orderer, STRANGER)
        self.minutes_pass(10)
        page = self.site.login(made, orderer).follow()
        self.minutes_pass(1)
        page = self.site.verify(page, self.site.code()).follow()
        self.minutes_pass(1)
        assert page.click("^ダウンロード$").body == made.files[-1]


def open_desk(app: Flask, site: PublicSite, mailbox: Mailbox) -> Desk:
    agency = add_agency(app, AGENCY, ms="MS-1", tokio="TM-1")
    add_user(app, "agent", Role.AGENCY, agency=AGENCY)
    site.register(DOMAIN)
    return Desk(site, mailbox, agency)


def page_of(made: MadeFolder) -> str:
    return f"/receipts/folders/{made.folder_id}"


def issue(user: TestApp, made: MadeFolder, **options: object) -> TestResponse:
    """受領確認書（PDF）を作成する, from whatever page the user may see."""
    fields = {"csrf_token": token(user.get("/account/"))}
    return user.post(f"{page_of(made)}/document", fields, **options)
