"""The manual's words on the public pages, and pages that work without JavaScript."""

import re

import pytest
from webtest import TestResponse

from hoshou.base.clock import jst
from tests.plugins.public_site import PublicSite, images


def text(page: TestResponse) -> str:
    """What the page says, on one line."""
    return " ".join(page.html.get_text(" ").split())


@pytest.mark.req("A-063", "A-065", "A-066", "A-067", "A-084")
def test_every_page_names_contacts_browsers_and_needs(public_site: PublicSite) -> None:
    browser = public_site.browser()
    for address in ("/", "/orderer", "/v/nobody"):
        page = browser.get(address)
        for words in (
            "契約の取扱代理店または損害保険会社営業店担当者",
            "syouken-kakunin@sonpo.or.jp",
            "対象ブラウザ：Microsoft Edge、Google Chrome、Firefox",
            "Windows 11 の Microsoft Edge または Google Chrome",
            "対象デバイス：PC（画面解像度 1024×768ピクセル以上、文字サイズ標準、拡大縮小率 100%）",
        ):
            assert words in text(page), address
        assert "JavaScriptとCookieを有効にしてください。" in page.html.noscript.get_text()


@pytest.mark.req("A-061", "A-062")
def test_home_says_whether_the_service_is_open(public_site: PublicSite) -> None:
    browser = public_site.browser()
    assert "ただいまご利用いただけます" in text(browser.get("/"))
    public_site.clock.move_to(jst(2026, 4, 19, 10, 0))
    closed = text(browser.get("/"))
    assert "ただいまサービス時間外です" in closed
    assert "次のご利用開始：2026/04/20 06:00" in closed


@pytest.mark.req("A-041")
def test_each_field_has_its_own_error_and_the_top_sums_them_up(public_site: PublicSite) -> None:
    page = public_site.login(public_site.folder(), public_site.browser(), email="", url="", password="")
    assert page.status_int == 400
    for name in ("email", "url", "password"):
        sentence = page.html.select_one(f'[data-error-summary] a[href="#{name}"]').get_text()
        assert sentence in page.html.select_one(f"#{name}-error").get_text()
        field = page.html.select_one(f"#{name}")
        assert field["aria-invalid"] == "true"
        assert field["aria-describedby"] == f"{name}-hint {name}-error"


@pytest.mark.req("A-034", "A-067")
def test_pages_can_be_read_without_javascript(public_site: PublicSite) -> None:
    browser, page = public_site.enter(public_site.folder())
    assert [link["href"] for link in page.html.select("[data-index] a")] == ["#page-1"]
    assert browser.get(images(page)[0]).content_type.startswith("image/")
    assert re.search(r"<noscript>", page.text)
    assert "ダウンロード" not in page.html.main.get_text()
