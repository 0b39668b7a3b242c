"""The guide pages as anybody meets them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, update

from hoshou.base.clock import jst
from hoshou.platform.calendar import Maintenance
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.plugins.domains.models import DomainState
from hoshou.plugins.guides.models import Contact, FaqEntry, SampleClause
from tests.plugins.guides.manual import questions, sections, squash
from tests.plugins.public_site import PublicSite, form_with, type_password
from tests.plugins.viewer.test_entrance import WRONG

SATURDAY = jst(2026, 4, 18, 12)
TEXT_PAGES = ("clauses", "domains", "new-contract", "hand-over", "terms")
ADDRESSES = (
    "/faq",
    *(
        f"/guide/{key}"
        for key in (*TEXT_PAGES, "change", "download", "viewing", "contacts", "revisions", "accessibility")
    ),
)
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


def printed(element: Any) -> str:
    """An element's text without what the site adds to the manual's words."""
    for added in element.select(".guide__reference"):
        added.extract()
    return squash(element.get_text())


def in_english(browser: Any, address: str) -> Any:
    form = form_with(browser.get(address), "locale")
    return form.submit("locale").follow()


@pytest.mark.req("A-083", "A-006", "A-005", "A-057", "A-007", "A-031")
def test_the_questions_are_the_manuals_to_the_letter(public_site: PublicSite) -> None:
    page = public_site.browser().get("/faq")
    shown = {int(one["id"][1:]): printed(one) for one in page.html.select("article.faq")}
    assert shown == {number: squash(text) for number, text in questions().items()}
    assert list(shown) == list(range(1, 21))
    groups = [squash(heading.get_text()) for heading in page.html.select("h2[id^=group-]")]
    assert groups == [squash(name) for name in sections("manual_questions.txt")]


@pytest.mark.req("A-083")
def test_references_to_the_printed_manual_lead_to_the_page_of_the_site(public_site: PublicSite) -> None:
    browser = public_site.browser()
    page = browser.get("/faq")
    for number, target in ((6, "hand-over"), (9, "domains"), (15, "domains"), (16, "domains"), (17, "viewing")):
        link = page.html.select_one(f"#q{number} .guide__reference a")
        assert link["href"] == f"/guide/{target}"
        assert link.get_text() == browser.get(link["href"]).html.h1.get_text()


@pytest.mark.req("A-083")
@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"q": "ﾜﾝﾀｲﾑ　迷惑"}, [2]),
        ({"q": "ﾜﾝﾀｲﾑ　容量"}, [8]),
        ({"q": "ﾜﾝﾀｲﾑ　請求書"}, []),
        ({"q": "ﾜﾝﾀｲﾑﾊﾟｽﾜｰﾄﾞ", "role": "orderer"}, [2, 3, 8]),
        ({"q": "メールアドレス"}, [2, 9, 15]),
        ({"q": "Ｑ１２"}, [12]),
        ({"role": "both"}, [6, 10, 12, 13, 14, 18, 19, 20]),
        ({"role": "contractor"}, [4, 5, 6, 7, 10, 11, 12, 13, 14, 17, 18, 19, 20]),
        ({"role": "nobody"}, list(range(1, 21))),
        ({"q": "<script>"}, []),
    ],
)
def test_questions_are_narrowed_down(public_site: PublicSite, asked: dict[str, str], numbers: list[int]) -> None:
    page = public_site.browser().get("/faq", asked)
    assert [int(one["id"][1:]) for one in page.html.select("article.faq")] == numbers
    assert page.html.select_one("#q").get("value") == asked.get("q", "")
    assert f"{len(numbers)}件の質問があります。" in page.text
    assert ("該当する質問はありません。" in page.text) is (not numbers)


@pytest.mark.req("A-011", "A-010")
def test_both_sample_texts_are_offered_to_the_letter(public_site: PublicSite) -> None:
    page = public_site.browser().get("/guide/clauses")
    shown = {printed(one.h3): printed(one) for one in page.html.select(".clause")}
    assert shown == {
        squash(title): squash(title + "".join(lines)) for title, lines in sections("manual_clauses.txt").items()
    }
    article = page.html.select(".clause")[1]
    assert article.get_text().count("10分の●") == 2
    assert "寄託したものとみなす。" in article.u.get_text()


@pytest.mark.req("A-011")
def test_the_associations_number_takes_the_place_of_the_blank(public_site: PublicSite) -> None:
    public_site.run(
        lambda session: session.execute(
            update(SampleClause).where(SampleClause.text_ja.contains("●")).values(tenths=3)
        )
    )
    browser = public_site.browser()
    text = browser.get("/guide/clauses").text
    assert text.count("10分の3") == 2
    assert "●" not in text
    english = in_english(browser, "/guide/clauses").text
    assert english.count("3/10") == 2
    assert "●" not in english


@pytest.mark.req("A-010", "A-068", "A-063", "A-064", "A-065", "A-086")
@pytest.mark.parametrize("key", TEXT_PAGES)
def test_pages_hold_the_manuals_lines(public_site: PublicSite, key: str) -> None:
    page = public_site.browser().get(f"/guide/{key}")
    text = printed(page.html.main)
    assert [line for line in sections("manual_pages.txt")[key] if squash(line) not in text] == []


@pytest.mark.req("A-084")
def test_contacts_are_the_manuals_and_name_the_address_of_the_settings(
    make_site: Callable[..., PublicSite],
) -> None:
    site = make_site(DOMAIN_CONTACT_EMAIL="shinsei@kyokai.example.jp")
    page = site.browser().get("/guide/contacts")
    general, domains = page.html.select(".contact")
    assert general.dt.get_text() == "本システムに関する一般的なお問い合わせ先"
    assert general.dd.get_text(strip=True) == "契約の取扱代理店または損害保険会社営業店担当者"
    assert "一般社団法人 日本損害保険協会 業務企画部 地震・火災・新種グループ" in domains.dd.get_text()
    assert domains.dd.a["href"] == "mailto:shinsei@kyokai.example.jp"
    foot = page.html.select_one(".site-foot").get_text()
    assert "契約の取扱代理店または損害保険会社営業店担当者" in foot
    assert "shinsei@kyokai.example.jp" in foot


@pytest.mark.req("A-085")
def test_the_revision_history(public_site: PublicSite) -> None:
    browser = public_site.browser()
    rows = browser.get("/guide/revisions").html.select("main tbody tr")
    assert [[cell.get_text() for cell in row.select("td")] for row in rows] == [
        ["2025年11月", "第1版", "第1版作成"]
    ]
    (row,) = in_english(browser, "/guide/revisions").html.select("main tbody tr")
    assert row.td.get_text() == "November 2025"


@pytest.mark.req("A-086", "A-018")
@pytest.mark.parametrize(("key", "stages"), [("new-contract", 12), ("change", 11)])
def test_a_flow_is_drawn_and_can_be_read(public_site: PublicSite, key: str, stages: int) -> None:
    page = public_site.browser().get(f"/guide/{key}")
    drawn = page.html.select("ol.flow__stages > li")
    assert len(drawn) == stages
    lanes = ["発注者さま", "受注者さま", "損害保険代理店", "損害保険会社", "保証証券等確認システム"]
    assert [head.get_text() for head in page.html.select(".flow__head")] == [*lanes, "備考"]
    assert {one.get_text() for one in page.html.select(".flow__step .flow__lane")} == set(lanes)
    assert len(page.html.select(".flow__ways[aria-hidden=true] path")) >= stages - 1
    for link in page.html.select(".tasks a"):
        target = page.html.select_one(link["href"])
        assert link.get_text().partition(". ")[2] in target.get_text()
    orderer, contractor = page.html.select(".tasks__card")
    assert "PDF表示+ダウンロード" in orderer.get_text()
    assert "PDF確認" in contractor.get_text()
    assert "申込" in contractor.get_text()
    assert "閲覧用URLは証券等交付時と変更なし" in page.text or key == "new-contract"


@pytest.mark.req("A-086", "A-083")
def test_everything_is_reached_from_the_top_page(public_site: PublicSite) -> None:
    home = public_site.browser().get("/").html
    for audience in home.select(".audience")[:2]:
        linked = {link["href"].partition("?")[0] for link in audience.select("a")}
        assert {"/guide/new-contract", "/guide/change", "/faq"} <= linked
    foot = {link["href"] for link in home.select(".site-foot nav a")}
    assert {"/faq", "/guide/contacts", "/guide/revisions", "/guide/terms", "/guide/accessibility"} <= foot


@pytest.mark.req("P-010")
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_speaks_english(public_site: PublicSite, address: str) -> None:
    page = in_english(public_site.browser(), address)
    left = [
        line
        for line in page.html.main.stripped_strings
        if JAPANESE.search(line) and "【保証証券等確認システム】" not in line
    ]
    assert left == []


@pytest.mark.req("A-006")
def test_no_public_page_leads_to_a_bill(public_site: PublicSite) -> None:
    made = public_site.folder()
    public_site.register()
    viewer, viewed = public_site.enter(made)
    _, previewed = public_site.preview(made)
    open_to_all = [viewer.get(address) for address in ("/", "/orderer", f"/v/{made.token}", *ADDRESSES)]
    for page in (*open_to_all, viewed, previewed):
        for link in page.html.select("a, button"):
            assert not re.search("料金|請求|支払|決済|購入", link.get_text()), (page.request.path, link)


@pytest.mark.req("A-061", "A-084")
@pytest.mark.parametrize("address", ADDRESSES)
def test_information_is_open_at_any_hour(public_site: PublicSite, address: str) -> None:
    public_site.clock.move_to(SATURDAY)
    page = public_site.browser().get(address)
    assert page.status_int == 200
    assert "サービス時間外" in page.html.header.get_text()
    public_site.browser().get("/orderer", status=503)


@pytest.mark.req("A-062")
def test_maintenance_closes_information_too(public_site: PublicSite) -> None:
    now = public_site.clock.now()
    public_site.run(
        lambda session: session.add(
            Maintenance(starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1), notice="点検中です")
        )
    )
    assert "点検中です" in public_site.browser().get("/faq", status=503).text


@pytest.mark.req("A-063", "D-07")
@pytest.mark.parametrize("agent", ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "Android 15; Mobile"])
def test_phones_are_let_in_unless_the_settings_shut_them_out(
    make_site: Callable[..., PublicSite], agent: str
) -> None:
    phone = {"User-Agent": agent}
    assert make_site().browser().get("/orderer", headers=phone).status_int == 200
    strict = make_site(PC_ONLY=True).browser()
    assert "対象デバイスはPCのみです" in strict.get("/orderer", headers=phone, status=403).text
    strict.get("/v/anything", headers=phone, status=403)
    for address in ("/", "/faq", "/guide/terms"):
        assert strict.get(address, headers=phone).status_int == 200
    assert strict.get("/orderer", headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0)"}).status_int == 200


@pytest.mark.req("A-043", "A-031", "A-057")
def test_logins_lead_to_the_questions(public_site: PublicSite) -> None:
    made = public_site.folder()
    refused = public_site.login(made, public_site.browser())
    assert refused.status_int != 302
    help_open = refused.html.select_one("details[open]")
    assert help_open.a["href"] == "/faq#q9"
    assert refused.html.find("a", href="/faq#q1")
    public_site.register(state=DomainState.REGISTERED)
    _, preview = public_site.preview(made)
    assert preview.html.find("a", href="/faq#q8")


@pytest.mark.req("A-007")
def test_who_finds_nothing_is_told_what_the_system_holds(public_site: PublicSite) -> None:
    made = public_site.folder()
    for answer in (
        type_password(public_site.browser(), made, WRONG),
        public_site.login(made, public_site.browser(), password=WRONG),
    ):
        (help_open,) = answer.html.select("details[open]")
        assert "2025年12月以降" in help_open.get_text()
        assert help_open.a["href"] == "/faq#q12"


@pytest.mark.req("P-001")
def test_without_the_plugin_nothing_leads_to_it(make_site: Callable[..., PublicSite]) -> None:
    whole = make_site()
    with whole.app.app_context():
        names = platform().plugins.names
    # The group scheme keeps its help in the guides, so it goes with them.
    gone = {"guides", "guardkun", "debits"}
    without = make_site(PLUGINS=[name for name in names if name not in gone])
    for address in ("/", "/orderer", "/v/anything"):
        links = {link.get("href", "") for link in without.browser().get(address).html.select("a")}
        assert not [link for link in links if link.startswith(("/faq", "/guide"))]
    without.browser().get("/faq", status=404)


@pytest.mark.req("A-005")
def test_nobody_becomes_a_user_by_viewing_or_downloading(public_site: PublicSite) -> None:
    def users() -> int:
        with public_site.app.app_context():
            return db.session.scalar(select(func.count()).select_from(User)) or 0

    before = users()
    made = public_site.folder()
    public_site.register()
    public_site.enter(made)
    browser, preview = public_site.preview(made)
    assert browser.get(preview.request.path + "/download").status_int == 200
    assert users() == before


@pytest.mark.req("A22")
def test_what_is_written_is_never_markup(public_site: PublicSite) -> None:
    hostile = '<script>alert(1)</script> **<b>強</b>** https://a.example/"onclick=x'

    def spoil(session: Any) -> None:
        session.execute(
            update(FaqEntry).where(FaqEntry.number == 1).values(question_ja=hostile, answer_ja=hostile)
        )
        session.execute(update(Contact).values(text_ja=hostile))

    public_site.run(spoil)
    for address in ("/faq", "/guide/contacts"):
        page = public_site.browser().get(address)
        assert not page.html.main.select("script, b, [onclick]")
        assert "<script>alert(1)</script>" in page.html.main.get_text()


@pytest.mark.parametrize("key", ["nothing", "..", "faq%00", "x" * 500])
def test_an_unknown_page_is_not_found(public_site: PublicSite, key: str) -> None:
    public_site.browser().get(f"/guide/{key}", status=404)


def test_the_questions_are_found_under_the_other_address_too(public_site: PublicSite) -> None:
    assert public_site.browser().get("/guide/faq", status=302).location.endswith("/faq")
