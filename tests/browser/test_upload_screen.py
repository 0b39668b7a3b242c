"""The upload screen in a real browser: files dropped in, progress shown, errors beside their fields."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFile
from tests.accounts import add_agency, add_user, fresh, insurer_id
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.pages import WATCH_PROGRESS
from tests.samples import hostile, pdfs

pytestmark = pytest.mark.browser

DROP = """([name, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "application/pdf" }));
  document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
}"""


@pytest.fixture
def page(own_site: LiveSite, visit: Visit) -> Iterator[Page]:
    """The upload screen, an agency's user logged in; the test works in the site's context."""
    add_agency(own_site.app, "見本損害保険代理店", ms="MS-1")
    add_user(own_site.app, "agent", Role.AGENCY, agency="見本損害保険代理店")
    visitor = visit(own_site)
    visitor.log_in("agent")
    visitor.go("/bonds/upload/")
    with own_site.app.app_context():
        yield visitor.page


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
    page.evaluate(WATCH_PROGRESS)
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
