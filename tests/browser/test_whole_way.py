"""From the upload to the download, each mail read in the mail box: what the product is there for."""

import io
import re
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import expect

from hoshou.plugins.demo.certificates import certificate_pdf
from hoshou.plugins.demo.rules.certificate import DocumentKind
from hoshou.plugins.demo.rules.sample import SAMPLE_NAME, sample_certificate
from tests.browser import acts
from tests.browser.acts import Contract, Document
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.town import AGENT, AGENT_MAIL, ORDERER
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def make_form(agent: Visitor) -> tuple[Path, str]:
    """発注者提出用フォーマット, encrypted, as saved from the page after an upload, and what opens it."""
    agent.press("暗号化PDFを作成")
    agent.page.locator(".handover__password").wait_for()
    with agent.page.expect_download() as saving:
        agent.page.get_by_role("link", name="暗号化PDFを保存").click()
    return saving.value.path(), agent.page.inner_text(".handover__password")


@pytest.mark.req("A-008", "A-013", "A-024", "A-028", "A-029", "A-034", "A-042", "A-052", "A-053", "D-06", "P-021")
@pytest.mark.req("A22")
def test_the_whole_way(town: LiveSite, visit: Visit) -> None:
    sample = sample_certificate(town.clock.today())
    contract = Contract(
        policy_number=sample.policy_number,
        insurer=sample.insurer,
        contract_date=sample.contracted_on.isoformat(),
        insurance_end=sample.insured_to.isoformat(),
        project_name=sample.project_name,
    )
    original = Document(SAMPLE_NAME, certificate_pdf(DocumentKind.CERTIFICATE, sample))

    agent = visit(town)
    agent.log_in(AGENT)
    acts.upload(agent, contract, original)
    form, form_password = make_form(agent)
    password = acts.told_password(agent, AGENT_MAIL, contract.policy_number)
    agent.go("/home/")
    agent.page.get_by_role("button", name=re.compile(AGENT)).click()
    agent.page.get_by_role("button", name="ログアウト").click()
    agent.go("/bonds/folders/list/")
    expect(agent.page).to_have_url(re.compile("/login/"))

    contractor = visit(town)
    url = acts.told_url(contractor, contract)
    with pikepdf.open(io.BytesIO(form.read_bytes()), password=form_password) as pdf:
        fields = {str(field.T): str(field.get("/V", "")) for field in pdf.Root.AcroForm.Fields}
    assert [value for value in fields.values() if value] == [password]
    acts.view(contractor, url, password)
    page = contractor.page
    words = page.text_content("[data-pages]") or ""
    for word in (contract.policy_number, "履行保証保険", contract.project_name):
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

    orderer = visit(town)
    page = orderer.page
    acts.log_in(orderer, ORDERER, f" {url}\n", password)
    assert acts.listed(orderer) == [f"証券 {SAMPLE_NAME}"]
    with page.expect_download() as saving:
        page.get_by_role("link", name="ダウンロード", exact=True).click()
    assert acts.sha256(saving.value.path()) == original.sha256
    assert saving.value.suggested_filename == SAMPLE_NAME
    expect(page.locator(".digest")).to_have_text(original.sha256)
    orderer.press("戻る")
    page.wait_for_url("**/otp")
    assert "このワンタイムパスワードは使用済みです" in orderer.text()
    page.go_back()
    expect(page.locator("[data-page]")).to_have_count(0)
