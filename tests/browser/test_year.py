"""A scheme year as its people live it, each at their own screens, the clock moved from day to day."""

import pytest
from playwright.sync_api import expect

from hoshou.base.clock import jst
from hoshou.plugins.demo.rules.scheme import ASKING, JOINING
from tests.browser.conftest import Visit
from tests.browser.live import LiveSite
from tests.browser.year import Offices, enrol_four, fill, lay_scheme, press, printed
from tests.plugins.guardkun.documents.reading import words_of

pytestmark = pytest.mark.browser


@pytest.fixture
def offices(own_site: LiveSite, visit: Visit) -> Offices:
    lay_scheme(own_site)
    return Offices(own_site, visit)


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
