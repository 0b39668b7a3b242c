"""Staff pages in a real browser: nothing breaks the content policy, and they can be used."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from hoshou.platform.subject import Role
from tests.accounts import PASSWORD, add_agency, add_user

pytestmark = pytest.mark.browser

ADDRESSES = [
    "/home/",
    "/account/",
    "/insurerview/list/",
    "/insurerview/add",
    "/insurerview/edit/1",
    "/insurerview/show/1",
    "/branchview/add",
    "/agencycodeview/list/",
    "/userview/list/",
    "/userview/add",
    "/userview/show/1",
    "/maintenanceview/add",
    "/holidayview/list/",
    "/mail-wording/list/",
    "/mail-wording/edit/staff.invitation",
    "/audit/list/",
    "/audit/show/1",
    "/outbox/list/",
    "/jobs/list/",
    "/jobs/show/mail.deliver",
    "/grants/list/",
    "/domainview/list/",
]


@pytest.fixture
def base(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[str]:
    app = make_app(sqlite_url)
    add_agency(app, "みなと代理店", tokio="T-001")
    add_user(app, "admin", Role.ADMINISTRATOR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.complaints = []
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(f"{base}/login/")
    assert page.complaints == []
    page.fill("#username", "admin")
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/home/")
    yield page
    page.close()


@pytest.mark.req("A22", "A24")
def test_staff_pages_keep_the_content_policy_and_have_no_axe_violation(
    page: Page, base: str, tmp_path: Path
) -> None:
    found = {}
    for address in ADDRESSES:
        page.goto(base + address)
        page.wait_for_load_state("networkidle")
        violations = [
            f"{violation['id']}: {violation['nodes'][0]['html'][:120]}"
            for violation in Axe().run(page).response["violations"]
        ]
        found[address] = violations + page.complaints
        page.complaints.clear()
        page.screenshot(path=tmp_path / f"{address.strip('/').replace('/', '-')}.png", full_page=True)
    assert {address: problems for address, problems in found.items() if problems} == {}


def test_a_row_is_removed_only_after_a_question(page: Page, base: str) -> None:
    page.goto(f"{base}/holidayview/list/")
    before = page.locator("main .pull-right").inner_text()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.locator("main tbody form button").first.click()
    assert page.locator("main .pull-right").inner_text() == before
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("main tbody form button").first.click()
    page.wait_for_selector(".alert-success")
    assert page.locator("main .pull-right").inner_text() != before
