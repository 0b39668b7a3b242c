"""Hostile texts in every field that a person fills in, on the pages that show them (A22)."""

import json
from datetime import date, timedelta
from functools import partial

import pytest
from flask_appbuilder.security.sqla.models import User
from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock
from hoshou.platform import audit
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.calendar import Maintenance
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.domains.models import DomainState, OrdererDomain
from hoshou.plugins.organisations.models import Agency, Insurer
from tests.accounts import add_user
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.pages import show_file, wait_for_picture
from tests.plugins.bonds.factories import MadeFolder, make_folder

pytestmark = pytest.mark.browser

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "javascript:alert(1)",
    '<a href="javascript:alert(1)">x</a>',
    '" autofocus onfocus="alert(1)',
    "' onmouseover='alert(1)",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    '<iframe srcdoc="<script>alert(1)</script>">',
    "<style>@import'//evil.example/x';</style>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "{{ 7 * 7 }}${7*7}",
    "`-alert(1)-`",
]
TOGETHER = " ".join(PAYLOADS)
AGENT, ADMIN = "agent", "admin"
POLICY = "T123456789"
TODAY = date(2026, 4, 1)


@pytest.fixture
def infested(own_site: LiveSite) -> tuple[LiveSite, MadeFolder]:
    """A row of each kind for each text, and a folder with a file of each name; what a form refuses is written past it."""
    add_user(own_site.app, AGENT, Role.INSURER, insurer="ms")
    add_user(own_site.app, ADMIN, Role.ADMINISTRATOR, Role.ASSOCIATION)
    for number, payload in enumerate(PAYLOADS):
        add_user(own_site.app, f"user{number}", Role.AUDITOR)
        made = own_site.run(partial(_upload, payload=payload))
        own_site.run(partial(_enter, clock=own_site.clock, number=number, payload=payload))
    return own_site, made


def _upload(session: Session, payload: str) -> MadeFolder:
    """An upload whose mails name the text; the policy number is the same each time."""
    insurer = session.scalars(select(Insurer).where(Insurer.code == "ms")).one()
    name, insurer.name = insurer.name, payload
    made = make_folder(
        session, policy_number=POLICY, contractor_name=payload, project_name=payload, orderer_name=payload
    )
    insurer.name = name
    folder = session.get_one(BondFolder, made.folder_id)
    session.refresh(folder, ["files"])
    folder.files[0].stored_file.original_name = payload
    return made


def _enter(session: Session, clock: FixedClock, number: int, payload: str) -> None:
    pattern = session.scalars(select(BondFolder).where(BondFolder.policy_number == POLICY)).one()
    columns = {column.name: getattr(pattern, column.name) for column in BondFolder.__table__.columns}
    texts = dict.fromkeys(("contractor_name", "project_name", "orderer_name", "override_reason"), payload)
    own = {"id": None, "policy_number": payload[:40], "token_digest": None, "token_sealed": None}
    user = session.scalars(select(User).where(User.username == f"user{number}")).one()
    user.first_name, user.last_name = f"{number}{payload}", payload
    session.add_all(
        [
            BondFolder(**columns | texts | own),
            Insurer(code=f"x{number}", name=payload, short_name=payload[:30], position=99, active_from=TODAY),
            Agency(name=payload, phone="", email=""),
            OrdererDomain(
                domain=f"x{number}.example",
                organisation=payload,
                department=payload,
                state=DomainState.APPLIED.value,
            ),
        ]
    )
    audit.record(
        session, clock, Actor(ActorKind.STAFF, payload), "test.entered", "test", str(number), said=TOGETHER
    )


def assert_said(page: Page, payloads: list[str], where: str) -> None:
    """The page's text has each of them as it was typed."""
    said = page.text_content("main") or ""
    assert [payload for payload in payloads if payload not in said] == [], where


@pytest.mark.req("A22")
def test_hostile_texts_stay_texts(infested: tuple[LiveSite, MadeFolder], visit: Visit) -> None:
    site, made = infested
    staff = visit(site)
    staff.log_in(AGENT)
    staff.go("/bonds/folders/list/")
    assert_said(staff.page, PAYLOADS, "list")
    staff.go(f"/bonds/folders/show/{made.folder_id}")
    assert_said(staff.page, PAYLOADS, "record")
    for number, payload in enumerate(PAYLOADS):
        staff.go(f"/bonds/folders/show/{made.folder_id + 1 + number}")
        assert_said(staff.page, [payload], "record")
    for number in (1, 7):
        staff.go(f"/bonds/upload/?folder={made.folder_id + 1 + number}")
        assert staff.page.input_value("#contractor_name") == PAYLOADS[number]
        assert staff.page.input_value("#project_name") == PAYLOADS[number]

    reader = visit(site)
    reader.go(f"/v/{made.token}")
    reader.page.fill("#password", made.password)
    reader.press("表示")
    wait_for_picture(reader)
    assert_said(reader.page, PAYLOADS, "viewer")
    for number in (2, 6):
        show_file(reader, number)
        assert reader.page.get_attribute("[data-pages]", "aria-label") == PAYLOADS[number - 1]

    site.deliver()
    reader.go("/demo/mailbox")
    assert_said(reader.page, PAYLOADS, "mail box")
    for number, payload in enumerate(PAYLOADS):
        reader.go(f"/demo/mailbox/{2 * number + 1}")
        assert_said(reader.page, [payload], "mail")
    reader.go("/orderer")
    reader.page.fill("#email", TOGETHER)
    reader.page.fill("#url", TOGETHER)
    reader.press("認証メール送信")
    reader.page.locator("[data-error-summary]").wait_for()
    assert reader.page.input_value("#url") == TOGETHER


@pytest.mark.req("A22")
def test_hostile_texts_stay_texts_for_administrators(infested: tuple[LiveSite, MadeFolder], visit: Visit) -> None:
    site, _made = infested
    staff = visit(site)
    staff.log_in(ADMIN)
    for address in (
        "/insurerview/list/",
        "/agencyview/list/",
        "/domainview/list/",
        "/userview/list/",
        "/audit/list/?object_kind=test",
    ):
        staff.go(address)
        assert_said(staff.page, PAYLOADS, address)
    for address, field in (("/insurerview/edit/10", "#name"), ("/agencyview/edit/2", "#name")):
        staff.go(address)
        assert staff.page.input_value(field) == PAYLOADS[1]
    staff.go("/userview/add")
    assert_said(staff.page, PAYLOADS, "choices")

    wording = TOGETHER.replace("$", "")
    staff.go("/mail-wording/edit/bonds.viewing_password")
    staff.page.fill("#subject", wording[:200])
    staff.page.fill("#body", f"{wording}\n$PASSWORD")
    staff.press("プレビュー")
    assert_said(staff.page, [wording, wording[:200]], "preview")
    assert staff.page.input_value("#body") == f"{wording}\n$PASSWORD"
    staff.press("保存")
    staff.page.wait_for_url("**/mail-wording/list/")

    staff.go("/audit/list/?object_kind=test")
    staff.page.locator("main tbody a").first.click()
    staff.page.get_by_role("link", name="一覧へ戻る").wait_for()
    assert json.loads(staff.page.text_content("main pre") or "") == {"said": TOGETHER}

    now = site.clock.now()
    site.run(
        lambda session: session.add(Maintenance(starts_at=now, ends_at=now + timedelta(hours=1), notice=TOGETHER))
    )
    staff.go("/orderer", 503)
    assert_said(staff.page, [TOGETHER], "maintenance")
