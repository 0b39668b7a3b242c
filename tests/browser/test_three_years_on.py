"""Three years after a policy's end: announced twice, deleted in the night, and what everybody finds afterwards."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from hoshou.base.clock import jst
from hoshou.platform.jobs import commands
from tests.browser import acts
from tests.browser.acts import Contract, Document
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.pages import choose_to_verify
from tests.browser.town import AGENT, AGENT_MAIL, CLERK_MAIL, INSURER, ORDERER
from tests.browser.visitor import Visitor
from tests.samples import pdfs

pytestmark = pytest.mark.browser

CERTIFICATE = Document("証券.pdf", pdfs.plain() + b"\n% three years on\n")
CONTRACT = Contract("S26-01-00080", INSURER, insurance_end="2026-04-30")
NOTICE_MAIL, REPORT_MAIL = "証券等の削除予定のお知らせ", "保存期間が終了した証券等の削除結果"


def rehearse(site: LiveSite, as_of: str) -> list[str]:
    """The numbers that the purge of that instant would delete, as the terminal says."""
    arguments = ["run", "retention.purge", "--dry-run", "--json", "--as-of", as_of]
    answer = CliRunner().invoke(commands.jobs, arguments, obj=lambda: site.app, catch_exceptions=False)
    return [folder["policy_number"] for folder in json.loads(answer.output)["result"]["would_delete"]]


def verify(visitor: Visitor, data: bytes) -> str:
    """What the public page answers to a PDF that somebody kept."""
    visitor.go("/verify")
    choose_to_verify(visitor, data)
    answer = visitor.page.locator("[data-verify-answer]")
    answer.wait_for()
    return answer.inner_text()


@pytest.mark.req("A-039", "A-080", "A-082", "D-10", "D-46", "A2", "A25")
def test_three_years_on(town: LiveSite, visit: Visit) -> None:
    agent, contractor, orderer, association = visit(town), visit(town), visit(town), visit(town)
    agent.log_in(AGENT)
    acts.upload(agent, CONTRACT, CERTIFICATE)
    password = acts.told_password(agent, AGENT_MAIL, CONTRACT.policy_number)
    url = acts.told_url(contractor, CONTRACT)
    acts.log_in(orderer, ORDERER, url, password)
    kept = acts.download(orderer).read_bytes()

    for moment, left in ((jst(2029, 1, 31, 8), "90日前"), (jst(2029, 4, 1, 8), "30日前")):
        town.clock.move_to(moment)
        town.work("retention.notices")
        town.clock.advance(timedelta(days=1))
        says = acts.read_mail(agent, AGENT_MAIL, NOTICE_MAIL, left)
        assert f"証券番号: {CONTRACT.policy_number}" in says
        assert "最初の削除日: 2029/05/01" in says
    town.clock.move_to(jst(2029, 4, 27, 9))
    agent.log_in(AGENT)
    agent.go("/retention/list/")
    expect(agent.page.get_by_role("row").filter(has_text=CONTRACT.policy_number)).to_contain_text("2029/05/01")
    assert rehearse(town, "2029-04-30T02:00:00+09:00") == []
    assert rehearse(town, "2029-05-01T02:00:00+09:00") == [CONTRACT.policy_number]

    town.clock.move_to(jst(2029, 4, 27, 2))
    town.work("retention.purge")
    town.clock.move_to(jst(2029, 4, 27, 10))
    acts.view(contractor, url, password)
    town.clock.move_to(jst(2029, 5, 1, 2))
    town.work("retention.purge")
    town.clock.move_to(jst(2029, 5, 1, 9))
    report = acts.read_mail(association, CLERK_MAIL, REPORT_MAIL)
    assert f"あいおいニッセイ同和 {CONTRACT.policy_number}" in report
    assert CONTRACT.contractor_name not in report

    acts.try_password(contractor, url, password)
    expect(contractor.page.get_by_text("契約締結したときにダウンロードした証券等を確認ください")).to_be_visible()
    assert contractor.page.locator("img").count() == 0
    assert acts.is_refused(contractor, url, "AAAA-AAAA-AAAA")
    assert "削除" not in contractor.page.inner_text("[data-error-summary]")
    acts.ask_code(orderer, ORDERER, url, password)
    expect(orderer.page.locator("[data-error-summary]")).to_contain_text("正しくありません")
    assert "保存期間の終了または誤登録のため、削除されています" in verify(orderer, kept)
    agent.log_in(AGENT)
    acts.open_record(agent, CONTRACT.policy_number)
    record = agent.text()
    assert "保険終期から3年が経過したため" in record
    assert CERTIFICATE.sha256 in record
    for gone in (CONTRACT.contractor_name, CONTRACT.contractor_email, CONTRACT.project_name):
        assert gone not in record
    for name in ("プレビュー", "ダウンロード", "追加アップロード", "再通知"):
        assert agent.page.locator("main").get_by_text(name, exact=True).count() == 0
