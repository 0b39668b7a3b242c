"""The main ways walked with the keyboard alone (A-066, WCAG 2.1.1, 2.1.2, 2.4.7)."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import acts
from tests.browser.acts import Contract, Document
from tests.browser.conftest import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.live import LiveSite
from tests.browser.pages import CODE, wait_for_picture
from tests.browser.scene import AGENT, Scene
from tests.browser.town import ORDERER
from tests.samples import pdfs

pytestmark = pytest.mark.browser


@pytest.mark.req("A-033", "A-036", "A-066", "P-021")
def test_a_contractor_views_by_keyboard_alone(site: LiveSite, scene: Scene, visit: Visit) -> None:
    visitor = visit(site)
    visitor.go(scene.certificate.path)
    page, keyboard = visitor.page, Keyboard(visitor.page)
    keyboard.walk()
    keyboard.fill("#password", scene.certificate.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/files/*")
    wait_for_picture(visitor)
    keyboard.walk()
    keyboard.choose("#file", "1")
    keyboard.press("このファイルを表示")
    page.wait_for_url("**/files/1")
    wait_for_picture(visitor)
    last = page.locator("[data-page]").count()
    assert last > 1
    keyboard.press("次のページ")
    expect(page.locator("#viewer-page")).to_have_value("2")
    keyboard.fill("#viewer-page", "1")
    page.keyboard.press("Enter")
    expect(page.locator("#viewer-page")).to_have_value("1")
    keyboard.press("拡大")
    expect(page.locator("[data-zoom-text]")).to_have_text("125%")
    keyboard.go_to(page.locator("[data-pages]"))
    page.keyboard.press("End")
    expect(page.locator("#viewer-page")).to_have_value(str(last))
    keyboard.press("表示を終了する")
    expect(page.get_by_text("表示を終了しました")).to_be_visible()


@pytest.mark.req("A-040", "A-051", "A-053", "A-066", "P-021")
def test_an_orderer_downloads_by_keyboard_alone(site: LiveSite, scene: Scene, visit: Visit) -> None:
    visitor = visit(site)
    visitor.go("/")
    page, keyboard = visitor.page, Keyboard(visitor.page)
    keyboard.press("発注者さま用ログイン", "link")
    page.wait_for_url("**/orderer")
    keyboard.walk()
    keyboard.fill("#email", ORDERER)
    keyboard.fill("#url", site.url + scene.certificate.path)
    keyboard.fill("#password", scene.certificate.password)
    keyboard.press("認証メール送信")
    page.wait_for_url("**/otp")
    keyboard.walk()
    site.deliver()
    code = CODE.search(site.mail(ORDERER, acts.CODE_MAIL).text)
    assert code is not None
    keyboard.fill("#otp", code[1])
    page.keyboard.press("Enter")
    page.wait_for_url("**/files/*")
    wait_for_picture(visitor)
    keyboard.walk()
    keyboard.choose("#file", "1")
    keyboard.press("このファイルを表示")
    page.wait_for_url("**/files/1")
    keyboard.go_to(page.get_by_role("link", name="ダウンロード", exact=True))
    with page.expect_download() as saving:
        page.keyboard.press("Enter")
    assert acts.sha256(saving.value.path()) == page.inner_text(".digest")
    keyboard.press("戻る")
    page.wait_for_url("**/otp")
    assert "このワンタイムパスワードは使用済みです" in visitor.text()


@pytest.mark.req("A-012", "A-066", "P-021")
def test_an_agency_uploads_by_keyboard_alone(site: LiveSite, scene: Scene, visit: Visit) -> None:
    visitor = visit(site)
    visitor.log_in(AGENT)
    page, keyboard = visitor.page, Keyboard(visitor.page)
    visitor.go("/bonds/upload/")
    keyboard.walk()
    contract = Contract("S26-01-00066", page.locator("#insurer_id option").nth(1).inner_text())
    insurer = page.locator("#insurer_id option").nth(1).get_attribute("value")
    assert insurer
    keyboard.choose("#insurer_id", insurer)
    keyboard.fill("#policy_number", contract.policy_number)
    keyboard.choose("#contract_type", contract.contract_type)
    keyboard.fill_day("#contract_date", contract.contract_date)
    keyboard.fill_day("#insurance_start", contract.contract_date)
    keyboard.fill_day("#insurance_end", contract.insurance_end)
    keyboard.fill("#project_name", contract.project_name)
    keyboard.fill("#contractor_name", contract.contractor_name)
    keyboard.fill("#contractor_email", contract.contractor_email)
    keyboard.fill("#contractor_email_again", contract.contractor_email)
    document = Document("証券.pdf", pdfs.plain())
    keyboard.choose_file("#files").set_files(
        {"name": document.name, "mimeType": "application/pdf", "buffer": document.content}
    )
    expect(page.locator("[data-chosen] li")).to_have_count(1)
    with page.expect_navigation(url="**/bonds/upload/done/*"):
        keyboard.press("アップロード")
    keyboard.press("証券の画面を開く", "link")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(contract.policy_number))
    keyboard.walk()
