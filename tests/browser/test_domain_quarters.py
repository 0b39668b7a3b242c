"""An orderer's domain over two quarters: applied for, reviewed, voted on, registered, then the first download."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from hoshou.base.clock import jst
from tests.browser import acts
from tests.browser.acts import Contract, Document
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.town import AGENT, AGENT_MAIL, CLERK, INSURER, VOTERS
from tests.browser.visitor import Visitor
from tests.samples import pdfs

pytestmark = pytest.mark.browser

RECEIPT = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")
CERTIFICATE = Document("証券.pdf", pdfs.plain())


@dataclass(frozen=True)
class Body:
    """An orderer that isn't registered yet."""

    name: str
    department: str
    domain: str

    @property
    def address(self) -> str:
        return f"keiyaku@{self.domain}"


CITY = Body("桜ヶ瀬町", "契約課", "town.sakuragase.example")
WATERWORKS = Body("朝霧野広域水道企業団", "", "suido.asagirino.example")


def apply(applicant: Visitor, body: Body) -> str:
    """申請フォーム to the receipt, which comes by mail too."""
    applicant.go("/domains/apply")
    for field, value in {
        "domain": body.domain,
        "organisation": body.name,
        "department": body.department,
        "applicant_name": "契約 花子",
        "email": body.address,
        "phone": "03-1234-5678",
    }.items():
        applicant.page.fill(f"#{field}", value)
    applicant.page.check("#consent")
    applicant.press("確認画面へ")
    assert "まだ申請は完了していません" in applicant.text()
    applicant.press("申請する")
    expect(applicant.page.get_by_role("heading", level=1)).to_have_text("申請を受け付けました")
    found = RECEIPT.search(applicant.page.inner_text("main code"))
    assert found is not None
    assert found[0] in acts.read_mail(applicant, body.address, "ドメイン申請の受付")
    return found[0]


def open_application(clerk: Visitor, receipt: str) -> str:
    """From the list to the application; returns its path, as somebody would send it to a colleague."""
    clerk.go("/domains/applications/list/")
    clerk.page.get_by_role("row").filter(has_text=receipt).get_by_role("link", name="詳細").click()
    expect(clerk.page.get_by_role("heading", level=1)).to_contain_text(receipt)
    return clerk.page.url.removeprefix(clerk.site.url)


def approve(staff: Visitor, *applications: str) -> None:
    """The yes of whoever is logged in."""
    for path in applications:
        staff.go(path)
        staff.press("承認する")
        expect(staff.page.get_by_role("button", name="承認する")).to_have_count(0)


def state(applicant: Visitor, receipt: str, body: Body) -> str:
    """申請状況の確認."""
    applicant.go("/domains/status")
    applicant.page.fill("#receipt", receipt)
    applicant.page.fill("#email", body.address)
    applicant.press("確認する")
    return applicant.text()


def is_kept_out(orderer: Visitor, body: Body, url: str, password: str) -> bool:
    """Whether the login refuses the address alone, URL and password being right."""
    acts.ask_code(orderer, body.address, url, password)
    expect(orderer.page.locator("[data-error-summary]")).to_be_visible()
    return "ドメインは登録されていないため、ログインできません" in orderer.page.inner_text("#email-error")


@pytest.mark.req("A-043", "A-060", "A-070", "A-071", "A-073", "A-074", "A-075", "A-077", "A-078", "P-008")
def test_a_domain_from_application_to_first_download(town: LiveSite, visit: Visit) -> None:
    contract = Contract("S26-01-00073", INSURER)
    agent, contractor, orderer, public = visit(town), visit(town), visit(town), visit(town)
    agent.log_in(AGENT)
    acts.upload(agent, contract, CERTIFICATE)
    password = acts.told_password(agent, AGENT_MAIL, contract.policy_number)
    url = acts.told_url(contractor, contract)

    town.clock.move_to(jst(2026, 4, 30, 16))
    first = apply(orderer, CITY)
    assert "2026年5月下旬（2026/05/25 登録予定）" in state(orderer, first, CITY)
    town.clock.move_to(jst(2026, 5, 1, 9))
    second = apply(public, WATERWORKS)
    assert "2026年8月下旬（2026/08/25 登録予定）" in state(public, second, WATERWORKS)
    town.clock.move_to(jst(2026, 5, 15, 10))
    clerk = visit(town)
    clerk.log_in(CLERK)
    applications = open_application(clerk, first), open_application(clerk, second)
    approve(clerk, *applications)
    assert "協会承認済" in clerk.text()
    insurer = visit(town)
    for voter in VOTERS:
        insurer.context.clear_cookies()
        insurer.log_in(voter)
        approve(insurer, *applications)

    town.clock.move_to(jst(2026, 5, 22, 10))
    town.work("domains.register")
    assert is_kept_out(orderer, CITY, url, password)
    town.clock.move_to(jst(2026, 5, 25, 0, 30))
    town.work("domains.register")
    town.clock.move_to(jst(2026, 5, 25, 9))
    says = acts.read_mail(orderer, CITY.address, "ドメイン申請の承認のお知らせ", first)
    assert "登録日: 2026/05/25" in says
    acts.log_in(orderer, CITY.address, url, password)
    assert acts.sha256(acts.download(orderer)) == CERTIFICATE.sha256
    assert is_kept_out(public, WATERWORKS, url, password)

    town.clock.move_to(jst(2026, 8, 25, 0, 30))
    town.work("domains.register")
    town.clock.move_to(jst(2026, 8, 25, 9))
    acts.log_in(public, WATERWORKS.address, url, password)
    assert acts.sha256(acts.download(public)) == CERTIFICATE.sha256
    public.go("/domains?q=桜ヶ瀬")
    assert public.page.locator("[data-bodies] li").all_inner_texts() == ["桜ヶ瀬町　契約課"]
    assert "引受可否については、各社規定によって異なります" in public.text()
    assert CITY.domain not in public.page.content()
