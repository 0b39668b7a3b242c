"""What people do, each by the screens and pages that they have and the mails that they get."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.pages import CODE, WATCH_PROGRESS, wait_for_picture
from tests.browser.visitor import Visitor

PASSWORD_MAIL, URL_MAIL, CODE_MAIL = "閲覧用パスワードのご案内", "証券等閲覧用URLのご案内", "ワンタイムパスワード"
_PASSWORD = re.compile(r"閲覧用パスワード: (\S+)")


@dataclass(frozen=True)
class Contract:
    """What is typed into the upload form; days as the form takes them."""

    policy_number: str
    insurer: str
    contract_date: str = "2026-04-15"
    insurance_end: str = "2027-03-31"
    contract_type: str = "performance_insurance"
    project_name: str = "青葉野市立図書館外構改修工事"
    contractor_name: str = "株式会社みなとの組"
    contractor_email: str = "soumu@minatonogumi.example"
    orderer_name: str = "青葉野市長"


@dataclass(frozen=True)
class Document:
    """A PDF on somebody's desk."""

    name: str
    content: bytes
    kind: str = "certificate"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def read_mail(visitor: Visitor, recipient: str, *about: str) -> str:
    """Open the newest mail to the recipient whose subject has all these words; returns what it says."""
    visitor.site.deliver()
    visitor.go(f"/demo/mailbox?to={recipient}")
    mails = visitor.page.locator("main .news a")
    for words in about:
        mails = mails.filter(has_text=words)
    mails.first.click()
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(about[-1])
    return visitor.text()


def told_password(agent: Visitor, address: str, policy_number: str) -> str:
    """The viewing password in the uploader's newest mail about the policy."""
    found = _PASSWORD.search(read_mail(agent, address, policy_number, PASSWORD_MAIL))
    assert found is not None
    return found[1]


def told_url(contractor: Visitor, contract: Contract) -> str:
    """Follow the viewing URL in the contractor's newest mail about the policy."""
    says = read_mail(contractor, contract.contractor_email, contract.policy_number, URL_MAIL)
    assert _PASSWORD.search(says) is None
    contractor.page.locator("main a[href*='/v/']").click()
    contractor.page.wait_for_url("**/v/*")
    return contractor.page.url


def upload(agent: Visitor, contract: Contract, document: Document) -> None:
    """新規アップロード, from the menu to the page that says it is done."""
    agent.page.get_by_role("link", name="アップロード").first.click()
    _fill(agent, contract)
    _send(agent, document)


def add(agent: Visitor, contract: Contract, document: Document, *, replaces: int | None = None) -> None:
    """追加アップロード from the policy's record, in place of an earlier file or beside it."""
    open_record(agent, contract.policy_number)
    agent.page.get_by_role("link", name="追加アップロード", exact=True).click()
    assert agent.page.input_value("#policy_number") == contract.policy_number
    agent.page.fill("#contractor_email_again", contract.contractor_email)
    if replaces is not None:
        agent.page.select_option("#replaces", str(replaces))
    _send(agent, document)


def correct_number(agent: Visitor, wrong: str, contract: Contract, document: Document) -> None:
    """番号訂正 from the record of the wrong number."""
    open_record(agent, wrong)
    agent.page.get_by_role("link", name="番号訂正", exact=True).click()
    agent.page.fill("#reason", "証券番号の入力誤り")
    agent.page.fill("#policy_number", contract.policy_number)
    agent.page.fill("#contractor_email_again", contract.contractor_email)
    _send(agent, document)


def open_record(agent: Visitor, policy_number: str) -> None:
    """From the list to the record."""
    agent.go("/bonds/folders/list/")
    agent.page.get_by_role("row").filter(has_text=policy_number).get_by_role("link", name="詳細").click()
    expect(agent.page.get_by_role("heading", level=1)).to_contain_text(policy_number)


def _fill(agent: Visitor, contract: Contract) -> None:
    page = agent.page
    page.select_option("#insurer_id", label=contract.insurer)
    page.select_option("#contract_type", contract.contract_type)
    for field, value in {
        "policy_number": contract.policy_number,
        "contract_date": contract.contract_date,
        "insurance_start": contract.contract_date,
        "insurance_end": contract.insurance_end,
        "project_name": contract.project_name,
        "orderer_name": contract.orderer_name,
        "contractor_name": contract.contractor_name,
        "contractor_email": contract.contractor_email,
        "contractor_email_again": contract.contractor_email,
    }.items():
        page.fill(f"#{field}", value)


def _send(agent: Visitor, document: Document) -> None:
    page = agent.page
    page.select_option("#kind", document.kind)
    page.set_input_files(
        "#files", {"name": document.name, "mimeType": "application/pdf", "buffer": document.content}
    )
    page.evaluate(WATCH_PROGRESS)
    with page.expect_navigation(url="**/bonds/upload/done/*"):
        agent.press("アップロード")
    assert "ファイルを確かめています" in page.evaluate("sessionStorage.getItem('progress')")
    assert "1個のファイルを登録しました" in agent.text()


def view(visitor: Visitor, url: str, password: str) -> None:
    """From the viewing URL to the first page of the newest file."""
    try_password(visitor, url, password)
    visitor.page.wait_for_url("**/files/*")
    wait_for_picture(visitor)


def try_password(visitor: Visitor, url: str, password: str) -> None:
    visitor.page.goto(url)
    visitor.page.fill("#password", password)
    visitor.press("表示")


def is_refused(visitor: Visitor, url: str, password: str) -> bool:
    """Whether the viewing URL and password open nothing, not even a word of what is behind them."""
    try_password(visitor, url, password)
    expect(visitor.page.locator("[data-error-summary]")).to_be_visible()
    return "閲覧用パスワードが正しくありません" in visitor.text() and visitor.page.locator("img").count() == 0


def listed(visitor: Visitor) -> list[str]:
    """The files in the pull-down as they read without their times, the newest first."""
    files = visitor.page.locator("#file option").all_inner_texts()
    return [re.sub(r"\d{4}/\d\d/\d\d \d\d:\d\d", "", file).replace("　", " ").strip() for file in files]


def shown(visitor: Visitor) -> str:
    """The number of the file that is shown."""
    return visitor.page.input_value("#file")


def ask_code(orderer: Visitor, address: str, url: str, password: str) -> None:
    """発注者さま用ログイン: 認証メール送信."""
    orderer.go("/orderer")
    for field, value in {"email": address, "url": url, "password": password}.items():
        orderer.page.fill(f"#{field}", value)
    orderer.press("認証メール送信")


def log_in(orderer: Visitor, address: str, url: str, password: str) -> None:
    """From the login by the mailed code to 発注者さま用プレビュー."""
    ask_code(orderer, address, url, password)
    orderer.page.wait_for_url("**/otp")
    code_page = orderer.page.url
    code = CODE.search(read_mail(orderer, address, CODE_MAIL))
    assert code is not None
    orderer.page.goto(code_page)
    orderer.page.fill("#otp", f"{code[1][:4]} {code[1][4:]}")
    orderer.press("表示")
    orderer.page.wait_for_url("**/files/*")
    wait_for_picture(orderer)


def download(orderer: Visitor) -> Path:
    """ダウンロード of the file that is shown."""
    with orderer.page.expect_download() as saving:
        orderer.page.get_by_role("link", name="ダウンロード", exact=True).click()
    return saving.value.path()


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
