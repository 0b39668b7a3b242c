"""Changes and mistakes, as the agency mends them and contractor and orderer meet them: the manual's table of replacements."""

import pytest
from playwright.sync_api import expect

from tests.browser import acts
from tests.browser.acts import Contract, Document
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.town import AGENT, AGENT_MAIL, INSURER, ORDERER
from tests.browser.visitor import Visitor
from tests.samples import pdfs

pytestmark = pytest.mark.browser

CERTIFICATE = Document("証券.pdf", pdfs.plain(1))
RIGHT_CERTIFICATE = Document("証券_訂正.pdf", pdfs.plain(2))
NOTICE = Document("変更のお知らせ.pdf", pdfs.plain(3), "change_notice")
RIGHT_NOTICE = Document("変更のお知らせ_訂正.pdf", pdfs.plain(4), "change_notice")

AS_CERTIFICATE, AS_NOTICE = "証券 証券.pdf", "契約内容変更のお知らせ 変更のお知らせ.pdf"


class Story:
    """An agency that has uploaded a certificate, its contractor who has the URL, and the orderer."""

    def __init__(self, site: LiveSite, visit: Visit, policy_number: str) -> None:
        self.contract = Contract(policy_number, INSURER)
        self.agent, self.contractor, self.orderer = visit(site), visit(site), visit(site)
        self.agent.log_in(AGENT)
        acts.upload(self.agent, self.contract, CERTIFICATE)
        self.url, self.password = self.told()
        self.passwords = [self.password]

    def told(self) -> tuple[str, str]:
        """The URL and the password in the newest mails, to the contractor and to the agency."""
        return (
            acts.told_url(self.contractor, self.contract),
            acts.told_password(self.agent, AGENT_MAIL, self.contract.policy_number),
        )

    def add(self, document: Document, *, replaces: int | None = None) -> None:
        """追加アップロード: mailed are the same URL and a new password, and only the new one opens."""
        acts.add(self.agent, self.contract, document, replaces=replaces)
        assert "変更後の閲覧用パスワード" in self.agent.text()
        url, self.password = self.told()
        assert url == self.url
        for earlier in self.passwords:
            assert earlier != self.password
            assert acts.is_refused(self.contractor, self.url, earlier)
        self.passwords.append(self.password)

    def contractor_sees(self, *files: str) -> None:
        """The pull-down, newest first, the newest shown."""
        acts.view(self.contractor, self.url, self.password)
        assert acts.listed(self.contractor) == list(files)
        assert acts.shown(self.contractor) == str(len(files))
        assert self.contractor.page.get_by_text("ダウンロード", exact=True).count() == 0
        self.contractor.press("表示を終了する")

    def orderer_gets(self, *documents: Document) -> None:
        """Logged in, the orderer downloads each file of the pull-down in its order, equal to the byte."""
        acts.log_in(self.orderer, ORDERER, self.url, self.password)
        got = []
        for number in range(len(documents), 0, -1):
            choose(self.orderer, number)
            got.append(acts.sha256(acts.download(self.orderer)))
        assert got == [document.sha256 for document in documents]


def choose(visitor: Visitor, number: int) -> None:
    if acts.shown(visitor) != str(number):
        visitor.page.select_option("#file", str(number))
        visitor.page.wait_for_url(f"**/files/{number}")


@pytest.mark.req("A-015", "A-018", "A-023", "A-036", "A-069", "D-43")
def test_a_change_is_added_and_both_files_are_there(town: LiveSite, visit: Visit) -> None:
    story = Story(town, visit, "S26-01-00018")
    acts.log_in(story.orderer, ORDERER, story.url, story.password)
    story.add(NOTICE)
    story.orderer.page.reload()
    expect(story.orderer.page.locator("img")).to_have_count(0)
    story.contractor_sees(AS_NOTICE, AS_CERTIFICATE)
    story.orderer_gets(NOTICE, CERTIFICATE)
    acts.ask_code(story.orderer, ORDERER, story.url, story.passwords[0])
    expect(story.orderer.page.locator("[data-error-summary]")).to_contain_text("正しくありません")


@pytest.mark.req("A-019", "A-023", "D-03")
def test_a_wrong_certificate_is_replaced_under_its_number(town: LiveSite, visit: Visit) -> None:
    """ア-a."""
    story = Story(town, visit, "S26-01-00019")
    story.add(RIGHT_CERTIFICATE, replaces=1)
    story.contractor_sees("証券 証券_訂正.pdf", "【差替済】 証券 証券.pdf")
    story.orderer_gets(RIGHT_CERTIFICATE, CERTIFICATE)
    expect(story.orderer.page.get_by_text("差替済のファイルです")).to_be_visible()


@pytest.mark.req("A-020", "A-023", "A-039")
def test_a_wrong_number_is_corrected_by_a_new_folder(town: LiveSite, visit: Visit) -> None:
    """ア-b."""
    story = Story(town, visit, "S26-01-99020")
    wrong_url, wrong_password = story.url, story.password
    acts.view(story.contractor, wrong_url, wrong_password)
    story.contract = Contract("S26-01-00020", INSURER)
    acts.correct_number(story.agent, "S26-01-99020", story.contract, RIGHT_CERTIFICATE)
    story.contractor.page.reload()
    expect(story.contractor.page.locator("img")).to_have_count(0)
    story.url, story.password = story.told()
    assert story.url != wrong_url
    assert story.password != wrong_password
    story.contractor_sees("証券 証券_訂正.pdf")
    assert acts.is_refused(story.contractor, story.url, wrong_password)
    assert acts.is_refused(story.contractor, wrong_url, story.password)
    acts.try_password(story.contractor, wrong_url, wrong_password)
    expect(
        story.contractor.page.get_by_text("契約締結したときにダウンロードした証券等を確認ください")
    ).to_be_visible()
    story.orderer_gets(RIGHT_CERTIFICATE)
    acts.ask_code(story.orderer, ORDERER, wrong_url, wrong_password)
    expect(story.orderer.page.locator("[data-error-summary]")).to_contain_text("正しくありません")
    acts.open_record(story.agent, "S26-01-99020")
    assert "証券番号の入力誤り" in story.agent.text()
    assert story.agent.page.get_by_role("button", name="ダウンロード").count() == 0


@pytest.mark.req("A-021", "A-023", "D-03")
def test_a_wrong_change_notice_is_replaced(town: LiveSite, visit: Visit) -> None:
    """イ."""
    story = Story(town, visit, "S26-01-00021")
    story.add(NOTICE)
    story.add(RIGHT_NOTICE, replaces=2)
    story.contractor_sees(
        "契約内容変更のお知らせ 変更のお知らせ_訂正.pdf", f"【差替済】 {AS_NOTICE}", AS_CERTIFICATE
    )
    story.orderer_gets(RIGHT_NOTICE, NOTICE, CERTIFICATE)


@pytest.mark.req("A-022")
def test_a_file_of_another_contract_is_deleted(town: LiveSite, visit: Visit) -> None:
    """誤登録: the URL and the password stay, the file is gone for everybody."""
    story = Story(town, visit, "S26-01-00022")
    story.add(RIGHT_NOTICE)
    acts.open_record(story.agent, story.contract.policy_number)
    story.agent.page.get_by_role("link", name="ファイル2を削除").click()
    story.agent.press("削除する")
    expect(story.agent.page.locator("#reason-error")).to_be_visible()
    story.agent.page.fill("#reason", "別の契約のファイルを登録したため")
    story.agent.press("削除する")
    story.agent.page.wait_for_url("**/bonds/folders/show/*")
    assert "別の契約のファイルを登録したため" in story.agent.text()
    story.contractor_sees(AS_CERTIFICATE)
