"""What the public pages' scripts do: keyboard, jump, zoom, the end of a session, languages."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.pages import enter_preview, enter_viewer, show_file, to_code_page
from tests.browser.scene import AGENT, Scene
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def test_viewer_turns_pages_and_zooms_by_keyboard(site: LiveSite, scene: Scene, visit: Visit) -> None:
    visitor = visit(site)
    enter_viewer(visitor, scene.certificate)
    page = visitor.page
    show_file(visitor, 1)
    last = page.locator("[data-page]").count()
    assert last > 1
    page.focus("[data-pages]")
    for key, number in (("PageDown", 2), ("PageUp", 1), ("End", last), ("Home", 1)):
        page.keyboard.press(key)
        expect(page.locator("#viewer-page")).to_have_value(str(number))
    for key, zoom in (("+", "125%"), ("+", "150%"), ("-", "125%"), ("0", "100%")):
        page.keyboard.press(key)
        expect(page.locator("[data-zoom-text]")).to_have_text(zoom)


@pytest.mark.req("A-053")
def test_a_file_is_chosen_in_the_pull_down(site: LiveSite, scene: Scene, visit: Visit) -> None:
    visitor = visit(site)
    enter_preview(visitor, scene.certificate)
    show_file(visitor, 1)
    expect(visitor.page.get_by_role("link", name="ダウンロード", exact=True)).to_have_attribute(
        "href", re.compile("/files/1/download$")
    )


@pytest.mark.req("A-066")
def test_the_download_is_reached_by_scrolling(site: LiveSite, scene: Scene, visit: Visit) -> None:
    visitor = visit(site)
    visitor.page.set_viewport_size({"width": 1024, "height": 768})
    enter_preview(visitor, scene.certificate)
    download = visitor.page.get_by_role("link", name="ダウンロード", exact=True)
    visitor.page.mouse.move(512, 5)
    visitor.page.mouse.wheel(0, (download.bounding_box() or {})["y"] - 384)
    expect(download).to_be_in_viewport(ratio=1)


@pytest.mark.req("A-055", "A-064")
def test_the_document_leaves_the_screen_when_the_session_ends(site: LiveSite, scene: Scene, visit: Visit) -> None:
    visitor = visit(site)
    enter_viewer(visitor, scene.certificate)
    page = visitor.page
    page.context.route(
        "**/files/3",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=re.sub(r'data-seconds="\d+"', 'data-seconds="1"', answer.text()),
        ),
    )
    page.reload()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect(page.get_by_role("heading", name="表示を終了しました")).to_be_visible()
    assert page.locator("img").count() == 0
    assert [url for url in asked if "/assets/" not in url and "/pages/" not in url] == []


@pytest.mark.req("A-064")
def test_going_back_after_leaving_shows_nothing(site: LiveSite, scene: Scene, visit: Visit) -> None:
    visitor = visit(site)
    enter_viewer(visitor, scene.certificate)
    visitor.press("表示を終了する")
    expect(visitor.page.get_by_text("表示を終了しました")).to_be_visible()
    visitor.page.go_back()
    expect(visitor.page.get_by_role("link", name="はじめから操作する")).to_be_visible()
    assert visitor.page.locator("img").count() == 0


@pytest.mark.req("A-042")
def test_a_password_can_be_seen_and_hidden(site: LiveSite, visit: Visit) -> None:
    visitor = visit(site)
    visitor.go("/orderer")
    for button, kind in (("文字を見る", "text"), ("文字を隠す", "password")):
        visitor.press(button)
        expect(visitor.page.locator("#password")).to_have_attribute("type", kind)


def test_sending_again_waits(site: LiveSite, scene: Scene, visit: Visit) -> None:
    visitor = visit(site)
    to_code_page(visitor, scene.certificate)
    expect(visitor.page.get_by_role("button", name="再送できるまで")).to_be_disabled()


@pytest.mark.req("A-041")
def test_the_error_summary_takes_the_focus_and_leads_to_the_field(site: LiveSite, visit: Visit) -> None:
    visitor = visit(site)
    visitor.go("/orderer")
    visitor.press("認証メール送信")
    summary = visitor.page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    summary.get_by_role("link").nth(1).click()
    expect(visitor.page.locator("#url")).to_be_focused()


@pytest.mark.req("A-066")
def test_the_whole_login_works_by_keyboard_alone(site: LiveSite, visit: Visit) -> None:
    visitor = visit(site)
    visitor.go("/")
    page = visitor.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="本文へ移動")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/orderer")
    for text in ("keiyaku@city.example", "x", "y"):
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.tagName") != "INPUT":
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("[data-error-summary]")).to_be_focused()


@pytest.mark.req("P-010")
def test_the_language_is_chosen_by_post_and_stays(site: LiveSite, scene: Scene, visit: Visit) -> None:
    visitor = visit(site)
    visitor.go("/orderer")
    visitor.press("English", "header")
    _speaks(visitor, "en")
    for address in ("/", "/orderer", scene.certificate.path):
        visitor.go(address)
        _speaks(visitor, "en")
        assert visitor.japanese_words() == []
    visitor.log_in(AGENT)
    for address in ("/home/", "/account/", "/tokens/"):
        visitor.go(address)
        _speaks(visitor, "en")
        assert [words for words in visitor.japanese_words() if "未来野" not in words] == []
    visitor.page.get_by_role("button", name="日本語").click()
    _speaks(visitor, "ja")


def _speaks(visitor: Visitor, language: str) -> None:
    expect(visitor.page.locator("html")).to_have_attribute("lang", language)
