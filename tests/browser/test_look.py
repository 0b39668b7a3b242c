"""The public pages in a real browser, under the content policy: reach, keyboard, the end of a session."""

from collections.abc import Iterator
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.look_app import MESSAGES, make_app

pytestmark = pytest.mark.browser

ADDRESSES = [
    "/",
    "/?closed",
    "/orderer",
    "/orderer?wrong",
    "/orderer/a/otp",
    "/orderer/a/otp?wrong",
    "/orderer/a/otp?state=used",
    "/orderer/t/files/2",
    "/v/t",
    "/v/t?wrong",
    "/v/t/files/2",
    "/v/t/files/2?file=1",
    "/v/t/files/2?left=0",
    "/message/viewer/gone",
    "/message/viewer/unreadable",
    *(f"/message/site/{name}" for name in MESSAGES),
]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.complaints = []
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    assert page.complaints == []
    page.close()


def test_no_page_has_an_axe_violation(base: str, browser: Browser) -> None:
    # axe puts a script of its own into the page, which the content policy would refuse.
    context = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    found = []
    for address in ADDRESSES:
        page.goto(base + address)
        found += [(address, violation["id"]) for violation in Axe().run(page).response["violations"]]
    context.close()
    assert found == []


@pytest.mark.req("A-063", "A-066")
@pytest.mark.parametrize("width", [360, 1024])
def test_no_page_scrolls_sideways(base: str, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 768})
    for address in ADDRESSES:
        page.goto(base + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_viewer_turns_pages_and_zooms_by_keyboard(base: str, page: Page) -> None:
    page.goto(base + "/v/t/files/2")
    page.focus("[data-pages]")
    for key, number in (("PageDown", "2"), ("PageDown", "3"), ("PageUp", "2"), ("Home", "1"), ("End", "3")):
        page.keyboard.press(key)
        assert page.input_value("#viewer-page") == number
    page.keyboard.press("+")
    assert page.inner_text("[data-zoom-text]") == "125%"
    page.keyboard.press("0")
    assert page.inner_text("[data-zoom-text]") == "100%"


def test_jump_takes_full_width_digits(base: str, page: Page) -> None:
    page.goto(base + "/v/t/files/2")
    page.fill("#viewer-page", "３")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "location.hash === '' && document.querySelector('[data-session-continue]').hash === '#page-3'"
    )


@pytest.mark.req("A-055", "A-064")
def test_document_leaves_the_screen_when_the_session_ends(base: str, page: Page) -> None:
    page.goto(base + "/v/t/files/2?left=1")
    assert page.locator("img").count() == 3
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("heading", name="表示を終了しました").wait_for()
    assert page.locator("img").count() == 0
    assert asked == []


def test_password_can_be_seen_and_hidden(base: str, page: Page) -> None:
    page.goto(base + "/orderer")
    page.get_by_role("button", name="文字を見る").click()
    assert page.get_attribute("#password", "type") == "text"
    page.get_by_role("button", name="文字を隠す").click()
    assert page.get_attribute("#password", "type") == "password"


def test_file_chosen_by_pointer_is_shown(base: str, page: Page) -> None:
    page.goto(base + "/v/t/files/2")
    page.select_option("#file", "1")
    page.wait_for_url("**/v/t/files/2?file=1")


def test_resend_waits(base: str, page: Page) -> None:
    page.goto(base + "/orderer/a/otp")
    assert page.get_by_role("button", name="再送できるまで").is_disabled()
