"""The guide pages in a real browser: no axe violation, no sideways scrolling, readable without JavaScript."""

from collections.abc import Iterator
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from tests.conftest import AppMaker
from tests.plugins.guides.test_pages import ADDRESSES

pytestmark = pytest.mark.browser


@pytest.fixture
def base(make_app: AppMaker, sqlite_url: str) -> Iterator[str]:
    app: Flask = make_app(sqlite_url)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.req("A-063", "A-066", "A-083", "A-086")
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768), (390, 844), (360, 640)])
def test_pages_have_no_axe_violation_and_never_scroll_sideways(
    base: str, browser: Browser, width: int, height: int
) -> None:
    # axe puts a script of its own into the page, which the content policy would refuse.
    context = browser.new_context(bypass_csp=True, viewport={"width": width, "height": height})
    page = context.new_page()
    found = []
    for address in ADDRESSES:
        page.goto(base + address)
        found += [(address, violation["id"]) for violation in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((address, "scrolls sideways"))
    context.close()
    assert found == []


@pytest.mark.req("A-083", "A-086", "A24")
def test_pages_are_readable_without_javascript(base: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(base + "/faq")
    page.fill("#q", "ﾄﾞﾒｲﾝ")
    page.get_by_role("button", name="絞り込む").click()
    assert page.locator("article.faq").count() == 2
    page.goto(base + "/faq#q9")
    assert page.locator("#q9").is_visible()
    page.goto(base + "/guide/change")
    assert page.locator("#step-4-system").is_visible()
    context.close()
    assert complaints == []


@pytest.mark.req("A-086")
def test_on_a_narrow_screen_each_step_names_its_lane(base: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(base + "/guide/new-contract")
    lane = page.locator("#step-2-contractor .flow__lane")
    assert (lane.bounding_box() or {})["width"] > 40
    assert page.locator(".flow__heads").is_hidden()
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator(".flow__heads").is_visible()
    boxes = [page.locator(step).bounding_box() or {} for step in ("#step-2-contractor", "#step-3-agency")]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
    page.close()
