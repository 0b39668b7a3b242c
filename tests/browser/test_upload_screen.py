"""The upload screen in a real browser: files dropped in, progress shown, errors beside their fields."""

from collections.abc import Iterator
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFile
from tests.accounts import PASSWORD, add_agency, add_user, fresh, insurer_id
from tests.samples import hostile, pdfs

pytestmark = pytest.mark.browser

DROP = """([name, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "application/pdf" }));
  document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
}"""

WATCH = """() => {
  const line = document.querySelector("[data-progress]");
  const note = () => line.hidden || sessionStorage.setItem("progress", line.textContent);
  new MutationObserver(note).observe(line, { attributes: true, childList: true, subtree: true });
}"""


@pytest.fixture
def page(app: Flask) -> Iterator[Page]:
    add_agency(app, "見本損害保険代理店", ms="MS-1")
    add_user(app, "agent", Role.AGENCY, agency="見本損害保険代理店")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(base_url=f"http://127.0.0.1:{server.server_port}", bypass_csp=False)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/login/")
        page.fill("#username", "agent")
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.goto("/bonds/upload/")
        yield page
        assert complaints == []
        browser.close()
    server.shutdown()
    thread.join()
    server.server_close()


def fill(page: Page) -> None:
    page.select_option("#insurer_id", str(insurer_id("ms")))
    page.select_option("#contract_type", "performance_bond")
    for field, value in {
        "policy_number": "A123456789",
        "contract_date": "2026-04-01",
        "insurance_start": "2026-04-01",
        "insurance_end": "2027-03-31",
        "project_name": "見本橋補修工事",
        "contractor_name": "見本建設株式会社",
        "contractor_email": "keiri@kensetsu.example.jp",
        "contractor_email_again": "keiri@kensetsu.example.jp",
    }.items():
        page.fill(f"#{field}", value)


@pytest.mark.req("A-008", "A-013", "P-021")
def test_files_are_dropped_in_and_sent_with_progress(page: Page) -> None:
    fill(page)
    page.evaluate(DROP, ["証券.pdf", list(pdfs.plain())])
    page.set_input_files("#files", {"name": "別紙.pdf", "mimeType": "application/pdf", "buffer": pdfs.plain(2)})
    rows = page.locator("[data-chosen] li")
    expect(rows).to_have_count(2)
    rows.nth(1).locator("select").select_option("annex")
    page.evaluate(WATCH)
    with page.expect_navigation(url="**/bonds/upload/done/*"):
        page.get_by_role("button", name="アップロード", exact=True).click()
    expect(page.get_by_text("2個のファイルを登録しました")).to_be_visible()
    assert "ファイルを確かめています" in page.evaluate("() => sessionStorage.getItem('progress')")
    files = fresh().execute(select(BondFile.number, BondFile.kind).order_by(BondFile.number)).all()
    assert [tuple(file) for file in files] == [(1, "certificate"), (2, "annex")]


@pytest.mark.req("A-007", "A-014", "A-017")
def test_faults_are_shown_without_losing_what_was_chosen(page: Page) -> None:
    fill(page)
    page.fill("#contractor_email_again", "other@kensetsu.example.jp")
    page.evaluate(DROP, ["申込書.pdf", list(hostile.renamed_docx())])
    send = page.get_by_role("button", name="アップロード", exact=True)
    send.click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_contain_text("申込書.pdf：PDFファイルではありません")
    expect(page.locator("#contractor_email_again-error")).to_contain_text("一致しません")
    page.click("[data-remove]")
    page.evaluate(DROP, ["証券.pdf", list(pdfs.plain())])
    page.fill("#contractor_email_again", "keiri@kensetsu.example.jp")
    page.fill("#contract_date", "2025-11-01")
    send.click()
    expect(page.locator("[data-warnings]")).to_contain_text("2025年12月以降")
    page.fill("#override_reason", "紙の証券を再発行したため")
    page.click("[data-test-mail]")
    expect(page.locator("[data-test-mail-status]")).to_contain_text("テストメールを送信しました")
    with page.expect_navigation(url="**/bonds/upload/done/*"):
        send.click()


@pytest.mark.req("A-066")
def test_the_screens_have_no_axe_violation(page: Page) -> None:
    fill(page)
    page.set_input_files("#files", {"name": "証券.pdf", "mimeType": "application/pdf", "buffer": pdfs.plain(2)})
    with page.expect_navigation(url="**/bonds/upload/done/*"):
        page.get_by_role("button", name="アップロード", exact=True).click()
    # axe puts a script of its own into the page, which the content policy would refuse.
    context = page.context.browser.new_context(  # type: ignore[union-attr]
        bypass_csp=True, base_url=page.url.partition("/bonds")[0], storage_state=page.context.storage_state()
    )
    checked = context.new_page()
    found = []
    for address in (
        "/bonds/upload/",
        "/bonds/upload/?folder=1",
        "/bonds/folders/list/",
        "/bonds/folders/show/1",
        "/bonds/folders/1/files/1/",
        "/tokens/",
        "/bonds/upload/done/" + page.url.rpartition("/")[2],
    ):
        assert checked.goto(address).status == 200  # type: ignore[union-attr]
        found += [(address, violation["id"]) for violation in Axe().run(checked).response["violations"]]
    context.close()
    assert found == []
