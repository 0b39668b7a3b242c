"""A scheme year as its people live it, each at their own screens, the clock moved from day to day."""

import pytest
from playwright.sync_api import expect

from hoshou.base.clock import jst
from hoshou.plugins.demo.rules.scheme import ASKING, BOOKED, JOINING
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.year import Offices, enrol_members, fill, lay_scheme, press, printed
from tests.plugins.guardkun.documents.reading import words_of

pytestmark = pytest.mark.browser


@pytest.fixture
def offices(own_site: LiveSite, visit: Visit) -> Offices:
    lay_scheme(own_site)
    return Offices(own_site, visit)


@pytest.mark.req(
    "B-045",
    "B-047",
    "B-048",
    "B-049",
    "B-051",
    "B-053",
    "B-054",
    "B-055",
    "B-057",
    "B-059",
    "B-060",
    "B-061",
    "D-24",
)
def test_from_a_quote_in_march_to_certificates_in_may_and_june(offices: Offices) -> None:
    offices.at(jst(2026, 3, 10, 10))
    agent = offices("agent")
    agent.go("/guardkun/quoting/")
    fill(agent.page, {"prospect_name": ASKING.name, "start": "2026-06-01", "limit": "100000000"})
    fill(agent.page, {"sales": "120000000", "fiscal_year_end": "2025-12-31", "evidence": "決算書"})
    result = agent.page.locator("[data-quote-result]")
    # 120,000,000 yen at 0.52 per thousand for 1億 and 0.67 for 3億, with 5 % on top.
    expect(result.locator(".quote__total")).to_contain_text("65,520円")
    limits = result.get_by_role("table", name="支払限度額ごとの賦課金")
    expect(limits.get_by_role("row", name="3億円")).to_contain_text("84,420")
    agent.page.select_option("#limit", "300000000")
    expect(result.locator(".quote__total")).to_contain_text("84,420円")
    press(agent, "見積を保存", "見積を保存しました。")
    assert "84,420円" in words_of(printed(agent, "見積書（PDF）"))
    first = offices.apply("agent", ASKING)
    assert ASKING.name in words_of(printed(agent, "加入申込票"))

    offices.at(jst(2026, 4, 28, 10))
    offices.register("agent", first, closing=1)
    expect(agent.page.locator("main")).to_contain_text("計上後に採番されます")
    assert "S2026-000001" in words_of(printed(agent, "帳票送付状"))
    offices.send("agent", first)
    offices.forward("branch", first)
    assert "チェックリスト" in words_of(printed(offices("branch"), "ガードくんシステム登録内容チェックリスト"))

    offices.at(jst(2026, 4, 30, 16, 30))
    offices.quote("agent7", JOINING, "2026-06-01", 200_000_000)
    late = offices.apply("agent7", JOINING)
    offices.register("agent7", late, closing=1)
    offices.send("agent7", late)
    head = offices("head7")
    page = offices.open("head7", late)
    page.get_by_text("本登録を解除する").first.click()
    page.fill("#reason", "売上高の訂正")
    press(head, "本登録を解除する", "加入申込票作成済")
    offices.at(jst(2026, 4, 30, 17))
    offices.arrive(first, closing=1)
    offices.at(jst(2026, 4, 30, 17, 0, 1))
    agent7 = offices("agent7")
    page = offices.open("agent7", late)
    page.get_by_role("link", name="加入申込票を修正する").click()
    press(agent7, "修正する", "第2版")
    offices.register("agent7", late, closing=2)
    offices.send("agent7", late)

    offices.at(jst(2026, 5, 8, 10))
    offices.forward("branch7", late)
    offices.arrive(late, closing=2)
    offices.site.deliver()
    assert "第2回" in offices.site.mail("agent7@example.jp", "第2回").text
    offices.at(jst(2026, 5, 12, 10))
    page = offices.book()
    expect(page.locator("main")).to_contain_text("計上：1 / 1")
    expect(page.locator("main")).to_contain_text("G2600000001")
    page = offices.issue()
    expect(page.locator("main")).to_contain_text("加入者証：1 / 1")
    batch = int(page.url.rsplit("/", 1)[1])
    offices.at(jst(2026, 5, 28, 10))
    offices.ship(batch)
    page = offices.open("agent", first)
    expect(page.locator("main")).to_contain_text("2026/05/28 発送済")
    assert "G2600000001" in words_of(printed(offices("agent"), "加入者証"))
    expect(offices.open("agent7", late).locator("main")).to_contain_text("計上後に採番されます")

    offices.at(jst(2026, 6, 12, 10))
    page = offices.book()
    page = offices.issue()
    offices.at(jst(2026, 6, 26, 10))
    offices.ship(int(page.url.rsplit("/", 1)[1]))
    page = offices.open("agent7", late)
    expect(page.locator("main")).to_contain_text("G2600000002")
    expect(page.locator("main")).to_contain_text("加入者証のお届け予定：2026/06/30 頃（2026/06/26 発送済）")


@pytest.mark.req("B-040", "B-041", "B-064", "B-084", "B-085", "B-086", "B-087", "B-088")
def test_a_joiner_in_october_a_new_plan_in_december_and_a_withdrawal_in_february(offices: Offices) -> None:
    enrol_members(offices.site)
    offices.at(jst(2026, 9, 1, 10))
    offices.quote("agent", ASKING, "2026-10-01", 100_000_000)
    # Eight months from October to May: 88,000,000 yen at 0.52 per thousand are 45,760, 8/12 of that 30,510.
    expect(offices("agent").page.locator(".quote__total")).to_contain_text("30,510円")
    joiner = offices.apply("agent", ASKING)
    offices.register("agent", joiner, closing=1)
    offices.send("agent", joiner)
    offices.forward("branch", joiner)
    offices.at(jst(2026, 9, 18, 17))
    offices.arrive(joiner, closing=1)
    offices.at(jst(2026, 10, 8, 10))
    offices.book()
    offices.issue()
    page = offices.open("prefecture", joiner)
    expect(page.locator("main")).to_contain_text("2026/10/01 から 2027/06/01 まで")
    expect(page.locator("main")).to_contain_text("加入者証のお届け予定：2026/10/31 頃")

    offices.at(jst(2026, 11, 5, 10))
    agent = offices("agent")
    page = offices.open("agent", 1)
    page.get_by_role("link", name="補償プランの変更").click()
    page.get_by_role("link", name="見積を作成する").click()
    fill(page, {"start": "2026-12-01", "limit": "300000000"})
    press(agent, "見積を保存", "見積を保存しました。")
    number = page.locator("h1").inner_text().split()[1]
    page = offices.open("agent", 1)
    page.get_by_role("link", name="補償プランの変更").click()
    page.get_by_role("link", name=number).click()
    page.check("#mandate_collected")
    press(agent, "変更届出書を作成する", "変更後の加入手続き")
    plan = page.get_by_role("row", name="基本補償の支払限度額")
    expect(plan).to_contain_text("1億円")
    expect(plan).to_contain_text("3億円")
    notice = words_of(printed(agent, "変更届出書の印字"))
    assert "基本補償の支払限度額1億円3億円" in notice
    change = int(page.url.rsplit("/", 1)[1])
    successor = change_goes_to_the_lead_office(offices, change)
    offices.register("agent", successor, closing=1)
    offices.send("agent", successor)
    offices.forward("branch", successor)
    offices.at(jst(2026, 11, 18, 10))
    offices.arrive(successor, closing=1)
    accept(offices, change)
    offices.at(jst(2026, 12, 3, 10))
    offices.book()
    page = offices.open("agent", 1)
    expect(page.locator("h1")).to_contain_text("中途脱退")
    expect(page.locator("main")).to_contain_text("2026/06/01 から 2026/12/01 まで")
    expect(offices.open("agent", successor).locator("main")).to_contain_text(f"G26{len(BOOKED) + 2:08d}")

    offices.at(jst(2027, 1, 12, 10))
    agent = offices("agent")
    page = offices.open("agent", 2)
    page.get_by_role("link", name="中途脱退").click()
    fill(page, {"effective_on": "2027-02-01", "reason": "closure"})
    press(agent, "変更届出書を作成する", "制度幹事保険会社への到着締切：2027/01/20")
    change = int(page.url.rsplit("/", 1)[1])
    change_goes_to_the_lead_office(offices, change)
    accept(offices, change)
    page = offices.open("agent", 2)
    # Eight months of cover are over on 1 February.
    expect(page.locator("main")).to_contain_text("中途脱退しました（脱退日：2027/02/01、必要回数：8回）")


@pytest.mark.req("B-015", "B-034", "B-035", "B-089", "B-091", "D-29")
def test_the_renewal_next_spring_takes_over_what_was_reported(offices: Offices) -> None:
    enrol_members(offices.site)
    offices.at(jst(2026, 10, 5, 10))
    agent = offices("agent")
    page = offices.open("agent", 1)
    page.get_by_role("link", name="住所などの変更").click()
    fill(page, {"effective_on": "2026-10-01", "address": "大阪府大阪市北区見本町1-1"})
    press(agent, "変更届出書を作成する", "大阪府大阪市北区見本町1-1")
    change = int(page.url.rsplit("/", 1)[1])
    change_goes_to_the_lead_office(offices, change)
    accept(offices, change)

    offices.at(jst(2027, 1, 20, 10))
    page = offices.open("agent", 1)
    page.get_by_role("link", name="更改する").click()
    expect(page.locator("main")).to_contain_text("まだ募集を開始していません")
    lead = offices("lead")
    lead.go("/scheme/years/show/1")
    press(lead, "翌年度を準備する", "翌年度を準備中として登録しました。")
    press(lead, "募集を開始する", "募集を開始しました。")

    offices.at(jst(2027, 3, 10, 10))
    agent = offices("agent")
    page = offices.open("agent", 1)
    page.get_by_role("link", name="更改する").click()
    expect(page.locator("main")).to_contain_text("東京都新宿区見本町4-5-6 → 大阪府大阪市北区見本町1-1")
    page.get_by_role("link", name="見積を作成する").first.click()
    expect(page.locator("#sales")).to_have_value("")
    fill(page, {"sales": "120000000", "fiscal_year_end": "2026-12-31", "evidence": "決算書"})
    expect(page.locator("[data-quote-result] .quote__total")).to_contain_text("65,520円")
    press(agent, "見積を保存", "見積を保存しました。")
    number = page.locator("h1").inner_text().split()[1]
    page = offices.open("agent", 1)
    page.get_by_role("link", name="更改する").click()
    page.get_by_role("link", name=number).last.click()
    expect(page.locator("#address")).to_have_value("大阪府大阪市北区見本町1-1")
    page.check("#reports_seen")
    press(agent, "加入申込票を作成する", "口座変更なし（更改）")
    renewal = int(page.url.rsplit("/", 1)[1])
    press(agent, "本登録する", "売上高が前年と同額です。お客さまの内部資料または妥当性確認書が必要です。")
    page = offices.open("agent", renewal)
    page.get_by_role("link", name="加入申込票を修正する").click()
    page.get_by_text("妥当性確認書", exact=True).click()
    page.check("#has_confirmation")
    fill(page, {"confirmed_by": "確認 太郎", "documents": "総勘定元帳", "viewed_on": "2027-03-08"})
    page.check("#checked_points")
    page.select_option("#finding", "7")
    press(agent, "修正する", "具体的な理由")
    page.fill("#words", "同額の契約だけであるため")
    press(agent, "修正する", "加入申込票を修正しました。")
    assert "同額の契約だけであるため" in words_of(
        printed(agent, "【ゼロ精算・同額更改】保険料算出の基礎数値妥当性確認書")
    )
    offices.register("agent", renewal, closing=1)
    offices.send("agent", renewal)
    offices.forward("branch", renewal)
    offices.arrive(renewal, closing=1)
    offices.at(jst(2027, 5, 12, 10))
    offices.book()
    page = offices.open("agent", renewal)
    expect(page.locator("main")).to_contain_text("G2700000001")
    expect(page.locator("main")).to_contain_text("前契約：G2600000001")
    expect(page.locator("main")).to_contain_text("2027/06/01 から 2028/06/01 まで")


def change_goes_to_the_lead_office(offices: Offices, change: int) -> int:
    """Agency and branch hand the notice on; returns the number of the new plan's enrolment, or 0."""
    for username, button in (("agent", "担当課へ提出する"), ("branch", "制度幹事保険会社へ回送する")):
        visitor = offices(username)
        visitor.go(f"/guardkun/changes/show/{change}")
        press(visitor, button, "登録しました。")
    link = offices("branch").page.locator("dd a[href*='/enrolments/show/']").nth(1)
    return int((link.get_attribute("href") or "").rsplit("/", 1)[1]) if link.count() else 0


def accept(offices: Offices, change: int) -> None:
    visitor = offices("lead")
    visitor.go(f"/guardkun/changes/show/{change}")
    press(visitor, "承認する", "承認済")
