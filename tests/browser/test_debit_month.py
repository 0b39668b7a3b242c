"""A month of debits as its users live it: built, released, answered, followed up, and found again in the books."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from hoshou.base.clock import jst
from hoshou.platform.jobs.commands import run_by_hand
from hoshou.platform.subject import Role
from hoshou.plugins.debits.services.background import JOB
from hoshou.plugins.guardkun.models.members import PrefectureStaff
from tests.accounts import add_user
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite, running_site
from tests.browser.visitor import Visitor
from tests.plugins.debits.ground import SEPTEMBER, answered, lay_month, result_bytes
from tests.plugins.guardkun.documents.wording import add_wording

pytestmark = pytest.mark.browser

AUGUST_3, AUGUST_20, SEPTEMBER_25 = jst(2026, 8, 3, 10), jst(2026, 8, 20, 10), jst(2026, 9, 25, 10)


@pytest.fixture
def month(sqlite_template: Path, tmp_path: Path) -> Iterator[LiveSite]:
    """Three enrolments with mandates, and those who have to do with their debits."""
    with running_site(tmp_path, sqlite_template) as site:
        site.clock.move_to(AUGUST_3)
        with site.app.app_context():
            lay_month(3)
        for name in ("group1", "group2"):
            add_user(site.app, name, Role.GROUP_ASSOCIATION)
        prefecture = add_user(site.app, "prefecture", Role.PREFECTURE)
        site.run(lambda session: session.add(PrefectureStaff(user_id=prefecture, prefecture_id=1)))
        site.run(lambda session: add_wording(session, 1))
        add_user(site.app, "agency", Role.AGENCY, agency="みなと代理店")
        yield site


def a_turn(site: LiveSite) -> None:
    """What the scheduler does some seconds later."""
    site.clock.advance(timedelta(seconds=10))
    run_by_hand(site.app, JOB)


def follow(page: Page, name: str) -> None:
    page.locator("main").get_by_role("link", name=name).first.click()


def sound(visitor: Visitor) -> list[str]:
    """What is wrong with the page, for whoever reads it in Japanese, on a telephone, or by ear."""
    found = [*visitor.axe(), *visitor.foreign_words()]
    return [*found, *(["sideways"] if visitor.overflow(360) else [])]


@pytest.mark.req("B-067", "B-072", "B-073", "B-074", "B-076", "B-078", "B4", "B5")
def test_a_month_of_debits(month: LiveSite, visit: Visit) -> None:
    first, second, agency = visit(month), visit(month), visit(month)
    faults: dict[str, list[str]] = {}

    first.log_in("group1")
    first.go("/debits/mandates/add?q=見本")
    first.page.fill("#bank", "みずほ")
    expect(first.page.locator("#bank-offices option").first).to_have_attribute("value", "0001 みずほ")
    first.page.fill("#bank", "0001 みずほ")
    first.page.fill("#branch", "新宿西")
    expect(first.page.locator("#branch-offices option")).to_have_attribute("value", "353 新宿西口")
    faults["mandate"] = sound(first)
    first.go("/debits/runs/list/")
    first.page.fill("#month", "2026-08")
    first.press("試しに作成する（何も変更しない）")
    expect(first.page.locator("main")).to_contain_text("3件、合計 16,380円")
    first.page.fill("#month", "2026-08")
    first.press("作成する")
    expect(first.page.locator("main")).to_contain_text("この画面を閉じても処理は続きます。")
    faults["building"] = sound(first)
    a_turn(month)
    # The page looks for itself whether the work is done.
    first.press("ファイルを作成する")
    a_turn(month)
    expect(first.page.locator("main")).to_contain_text("作成者とは別の担当者が承認してください。", timeout=20_000)

    second.log_in("group2")
    second.go("/debits/runs/show/1")
    second.press("承認する")
    with second.page.expect_download() as waiting:
        second.page.get_by_role("button", name="依頼ファイル1をダウンロード").click()
    request = Path(waiting.value.path()).read_bytes()
    assert len(request) == 6 * 122

    month.clock.move_to(AUGUST_20)
    second.log_in("group2")
    for data in (request, result_bytes(request, {2: "1"})):
        second.go("/debits/runs/show/1")
        second.page.set_input_files("#file", {"name": "r.txt", "mimeType": "text/plain", "buffer": data})
        second.press("結果を取り込む")
        a_turn(month)
        second.page.reload()
    expect(second.page.locator("main")).to_contain_text("3件を反映しました")
    faults["result"] = sound(second)
    second.go("/debits/failures/list/")
    expect(second.page.locator("main")).to_contain_text("資金不足")
    faults["failures"] = sound(second)

    month.clock.move_to(SEPTEMBER_25)
    with month.app.app_context():
        answered(SEPTEMBER, {2: "1"})
    month.clock.move_to(SEPTEMBER_25)
    visitor = visit(month)
    visitor.log_in("prefecture")
    visitor.go("/debits/contacts/list/")
    with visitor.page.expect_download() as waiting:
        visitor.page.get_by_role("link", name="案内文（PDF）").last.click()
    letter = pypdfium2.PdfDocument(BytesIO(Path(waiting.value.path()).read_bytes()))
    assert "2か月連続" in letter[0].get_textpage().get_text_bounded().replace("\r\n", "")
    faults["contacts"] = sound(visitor)

    second.log_in("group2")
    second.go("/debits/failures/list/")
    faults["lapse"] = sound(second)
    follow(second.page, "入金を登録する")
    second.page.fill("#amount", "10920")
    second.page.fill("#reference", "20260925-1")
    second.press("登録する")
    expect(second.page.locator("main")).to_contain_text("入金済")
    expect(second.page.locator("main")).to_contain_text("2026/10/13")
    faults["foresight"] = sound(second)
    second.go("/debits/failures/list/")
    expect(second.page.locator("main")).to_contain_text("不払解除予定の加入はありません。")

    second.go("/debits/ledger/list/")
    faults["ledger"] = sound(second)
    follow(second.page, "振込入金（協会口座）")
    expect(second.page.locator("tbody .amount")).to_have_text(["5,460", "5,460"])
    follow(second.page, second.page.locator("tbody a").first.inner_text())
    expect(second.page.locator("main")).to_contain_text("G2600000002")
    faults["entry"] = sound(second)

    agency.log_in("agency")
    assert "口座振替" not in agency.page.inner_text("nav")
    for address in ("runs/list/", "failures/list/", "contacts/list/", "ledger/list/", "foresight/show/1"):
        agency.go(f"/debits/{address}", 403)
    assert {name: wrong for name, wrong in faults.items() if wrong} == {}
