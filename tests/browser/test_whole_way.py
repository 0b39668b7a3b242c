"""From the upload to the download, each mail read in the mail box: what the product is there for."""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from hoshou.platform.context import platform
from hoshou.platform.subject import Role
from hoshou.plugins.demo.certificates import certificate_pdf
from hoshou.plugins.demo.rules.certificate import DocumentKind
from hoshou.plugins.demo.rules.sample import SAMPLE_AGENCY, SAMPLE_CONTRACTOR, SAMPLE_NAME, sample_certificate
from hoshou.plugins.demo.services.parties import REGISTERED, seed_domains
from tests.accounts import add_agency, add_user
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.pages import WATCH_PROGRESS, wait_for_picture
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

AGENT_MAIL = "agency1@example.jp"
ORDERER = f"keiyaku@{REGISTERED.domain}"


def open_mail(visitor: Visitor, recipient: str, subject: str) -> str:
    """Read the newest such mail in the mail box; returns what it says."""
    visitor.site.deliver()
    visitor.go(f"/demo/mailbox?to={recipient}")
    visitor.page.locator("main .news a").filter(has_text=subject).first.click()
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(subject)
    return visitor.text()


@pytest.mark.req("A-008", "A-013", "A-024", "A-034", "A-042", "A-052", "A-053", "D-06", "P-021", "A22")
def test_the_whole_way(own_site: LiveSite, visit: Visit, tmp_path: Path) -> None:
    today = own_site.clock.today()
    sample = sample_certificate(today)
    original = tmp_path / SAMPLE_NAME
    original.write_bytes(certificate_pdf(DocumentKind.CERTIFICATE, sample))
    own_site.run(lambda session: seed_domains(session, own_site.clock, platform().keys, own_site.app.config))
    add_agency(own_site.app, SAMPLE_AGENCY.name, aioi="90010000011")
    add_user(own_site.app, "agency1", Role.AGENCY, agency=SAMPLE_AGENCY.name)

    agent = visit(own_site)
    agent.log_in("agency1")
    agent.page.get_by_role("link", name="アップロード").first.click()
    page = agent.page
    page.select_option("#insurer_id", label=sample.insurer)
    page.select_option("#contract_type", "performance_insurance")
    for field, value in {
        "policy_number": sample.policy_number,
        "contract_date": sample.contracted_on.isoformat(),
        "insurance_start": sample.insured_from.isoformat(),
        "insurance_end": sample.insured_to.isoformat(),
        "project_name": sample.project_name,
        "orderer_name": sample.orderer,
        "contractor_name": sample.contractor,
        "contractor_email": SAMPLE_CONTRACTOR.email,
        "contractor_email_again": SAMPLE_CONTRACTOR.email,
    }.items():
        page.fill(f"#{field}", value)
    page.set_input_files("#files", original)
    page.evaluate(WATCH_PROGRESS)
    agent.press("アップロード")
    page.wait_for_url("**/bonds/upload/done/*")
    assert "1個のファイルを登録しました" in agent.text()
    assert "ファイルを確かめています" in page.evaluate("sessionStorage.getItem('progress')")
    told = open_mail(agent, AGENT_MAIL, "閲覧用パスワードのご案内")
    password = re.search(r"閲覧用パスワード: (\S+)", told)
    assert password is not None
    agent.go("/home/")
    page.get_by_role("button", name=re.compile("agency1")).click()
    page.get_by_role("button", name="ログアウト").click()
    agent.go("/bonds/folders/list/")
    expect(page).to_have_url(re.compile("/login/"))

    contractor = visit(own_site)
    open_mail(contractor, SAMPLE_CONTRACTOR.email, "証券等閲覧用URLのご案内")
    page = contractor.page
    page.locator("main a[href*='/v/']").click()
    url = page.url
    page.fill("#password", password[1])
    contractor.press("表示")
    wait_for_picture(contractor)
    words = page.text_content("[data-pages]") or ""
    for word in (sample.policy_number, "履行保証保険", "青葉野市立図書館外構改修工事"):
        assert word in words
    assert page.get_by_text("ダウンロード", exact=True).count() == 0
    pages = page.locator("[data-page]").count()
    page.focus("[data-pages]")
    page.keyboard.press("End")
    assert page.input_value("#viewer-page") == str(pages)
    page.keyboard.press("+")
    expect(page.locator("[data-zoom-text]")).to_have_text("125%")
    page.fill("#viewer-page", "１")
    page.keyboard.press("Enter")
    expect(page.locator("[data-session-continue]")).to_have_attribute("href", re.compile("#page-1$"))
    contractor.press("表示を終了する")
    expect(page.get_by_text("表示を終了しました")).to_be_visible()

    orderer = visit(own_site)
    page = orderer.page
    orderer.go("/orderer")
    page.fill("#email", ORDERER)
    page.fill("#url", f" {url}\n")
    page.fill("#password", password[1])
    orderer.press("認証メール送信")
    page.wait_for_url("**/otp")
    code_page = page.url
    code = re.search(r"ワンタイムパスワード: (\d{8})", open_mail(orderer, ORDERER, "ワンタイムパスワード"))
    assert code is not None
    page.goto(code_page)
    page.fill("#otp", f"{code[1][:4]} {code[1][4:]}")
    orderer.press("表示")
    wait_for_picture(orderer)
    expect(page.locator("#file")).to_contain_text(SAMPLE_NAME)
    with page.expect_download() as download:
        page.get_by_role("link", name="ダウンロード", exact=True).click()
    digest = hashlib.sha256(original.read_bytes()).hexdigest()
    assert hashlib.sha256(download.value.path().read_bytes()).hexdigest() == digest
    assert download.value.suggested_filename == SAMPLE_NAME
    expect(page.locator(".digest")).to_have_text(digest)
    orderer.press("戻る")
    page.wait_for_url("**/otp")
    assert "このワンタイムパスワードは使用済みです" in orderer.text()
    orderer.page.go_back()
    expect(page.locator("[data-page]")).to_have_count(0)
