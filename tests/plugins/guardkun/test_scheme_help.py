"""The scheme's help: 17 questions, contacts, running text; read by staff, kept by the lead office (VI, V, I)."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from hoshou.platform.db import transact
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.commands.scheme import scheme
from hoshou.plugins.guardkun.services.seed import seed_scheme
from hoshou.plugins.guides.models import Contact, FaqEntry, GuidePage, Revision
from hoshou.plugins.guides.rules.kinds import Book
from tests.accounts import add_user, browser, fresh, log_in, token
from tests.plugins.guardkun.test_scheme_year import CLOCK

QUESTIONS = (
    (
        "加入者が保険期間の途中で協会を脱退した場合、ガードくん賠償責任保険の解約が必要ですか。",
        "不要です。満期日まではそのままご加入いただけます。",
    ),
    (
        "中途加入の場合の保険料振替日はどのようになりますか。",
        "保険料振替日は加入期間（保険期間）開始月の翌々月12日（月払の場合は以降毎月12日）です。",
    ),
    ("毎月1日以外の中途加入はできませんか。", "できません。毎月1日の運営としております。"),
    ("三井住友海上内での「非幹事店登録」は必要でしょうか。", "不要です。"),
    (
        "「ガードくん賠償責任保険加入管理システム」でアカウント登録する際、"
        "部店課支社コード・代理店コードはどのように入力すれば良いですか。",
        "全保険会社とも通常使用している部店課支社コード 代理店コードを入力ください。",
    ),
    (
        "「ガードくん賠償責任保険加入管理システム」に入力した内容は誰が参照できるのでしょうか。",
        "ログインしたIDに付帯されている代理店登録番号11桁が同じ契約について参照できます。",
    ),
    ("見積書作成時の代理店情報はどこまで入れたらよいでしょうか。", "漏れなく正しく入力ください。"),
    (
        "申込票本登録後に、訂正する必要が生じました。どのようにしたらよいでしょうか。",
        "内容を修正したうえで再度加入申込票を印字する必要があります。",
    ),
    ("申込票本登録を行ったら証券番号が分かりますか。", "本登録のみでは分かりません。"),
    ("加入者証はいつ頃発送されますか。", "加入月の月末頃に発送されます。"),
    ("お客さま向けの口振案内や領収証は作成されますか。", "作成されません。各自でご対応ください。"),
    (
        "期中で補償内容増減が無い変更をおこなった場合、変更後の内容はシステムに反映されていますか。",
        "反映されません。",
    ),
    ("振替口座にネット銀行は使用できますか。", "（R6.12月現在）以下8つのネット銀行で対応可能です。"),
    (
        "引去口座の変更はできますか。",
        "可能です。変更希望月の前々月20日までに三井住友海上公務第一部営業第一課まで口振用紙を送付ください。",
    ),
    (
        "補償内容増減が無い変更をした場合の注意点はありますか。",
        "三井住友海上の変更届出書（汎用）を使って変更手続きを行ってください。"
        "なお、変更確認書は幹事代理店であるたいよう共済の名前で発出されます。",
    ),
    (
        "引去口座情報および引去状況を確認できますか。",
        "本制度独自の集金代行システムを利用しているため、ご確認いただけません。",
    ),
    (
        "期中で非幹事代理店を変更したいのですが、どうしたらよいでしょうか。",
        "三井住友海上社：マニュアルに沿って担当課支社にてご対応ください。",
    ),
)
"""VI of the manual: each question and how its answer begins. The manual has no Q15 and two Q16."""


@pytest.fixture
def site(usual_url: str, make_app: Callable[..., Flask]) -> Flask:
    app = make_app(usual_url)
    with app.app_context():
        transact(lambda session: seed_scheme(session, CLOCK))
    add_user(app, "lead", Role.LEAD_OFFICE, insurer="ms")
    add_user(app, "insurer", Role.INSURER, insurer="ms")
    add_user(app, "kyokai", Role.ASSOCIATION)
    return app


def form(page: Any, field: str) -> Any:
    return next(one for one in page.forms.values() if field in one.fields)


@pytest.mark.req("B-005", "B-079", "B-081", "B-103", "B-107")
def test_seventeen_questions_with_numbers_of_their_own(site: Flask) -> None:
    page = log_in(site, "insurer").get("/scheme/help/")
    entries = {entry["id"]: entry.get_text(" ", strip=True) for entry in page.html.select("article.faq")}
    assert set(entries) == {f"q{number}" for number in range(1, 18)}
    for number, (question, answer) in enumerate(QUESTIONS, start=1):
        assert f"Q{number} ：{question}" in entries[f"q{number}"], number
        assert f"A{number}： {answer}" in entries[f"q{number}"], number
    assert entries["q4"].endswith("A4： 不要です。")
    assert (
        "口座開設時に印鑑（サイン）を設定している場合は口振用紙にも押印（サイン）が必要です。 "
        "設定していない場合は空白でかまいません。" in entries["q13"]
    )
    assert "旧代理店登録番号11桁と新代理店登録番号11桁および代理店名、また変更日" in entries["q17"]


@pytest.mark.req("B-107")
def test_questions_are_found_by_their_words(site: Flask) -> None:
    page = log_in(site, "insurer").get("/scheme/help/", {"q": "ネット銀行"})
    assert [entry["id"] for entry in page.html.select("article.faq")] == ["q13"]
    assert page.html.select_one("#q13").find_parent("section").h3.get_text() == "口座振替"


@pytest.mark.req("B-007", "B-014", "B-015", "B-030", "B-053", "B-105", "B-106", "B-108")
@pytest.mark.parametrize(
    ("key", "sentences"),
    [
        (
            "scheme-features",
            [
                "スケールメリットで低廉な掛金",
                "独自特約",
                "すべての警備業務を包括的に引受",
                "全額損金処理が可能",
                "昨年度からの制度改定 ありません",
            ],
        ),
        (
            "scheme-cover",
            ["加入者並びにその下請の警備業者。", "日本国内", "警備契約書に記載されたものに限ります。"],
        ),
        (
            "scheme-joining",
            ["募集人が三井住友海上公務第一部営業第一課へは送付しないこと", "「本登録」は計上完了ではありません。"],
        ),
        ("scheme-changes", ["破産、廃業、倒産、吸収合併", "代理店領収不可", "2か月分併徴します。"]),
        ("scheme-claims", ["0120-258-189", "第一保険金お支払センター", "営業成績課支社を担当する"]),
    ],
)
def test_pages_say_what_the_manual_says(site: Flask, key: str, sentences: list[str]) -> None:
    client = log_in(site, "insurer")
    assert f"/scheme/help/{key}" in client.get("/scheme/help/").text
    main = client.get(f"/scheme/help/{key}").html.select_one("main").get_text(" ", strip=True)
    assert [sentence for sentence in sentences if sentence not in main] == []
    # The contacts stand at the foot of every page of the help.
    assert "各協会等担当課支社ならびに公務第一部営業第一課" in main


@pytest.mark.req("B-015")
def test_the_manuals_revisions(site: Flask) -> None:
    page = log_in(site, "insurer").get("/scheme/help/")
    rows = [row.get_text(" ", strip=True) for row in page.html.select("tbody tr")]
    assert rows == [
        "2022/04 新規作成",
        "2025/08 更改による変更点を反映・一部修正",
        "2026/02 更改による変更点を反映",
    ]


def test_a_page_of_the_manual_is_led_to(site: Flask) -> None:
    page = log_in(site, "insurer").get("/scheme/help/")
    assert page.html.select_one("#q14 a[href='/scheme/help/scheme-changes']")


@pytest.mark.req("B-107", "P-006")
def test_the_lead_office_edits_and_the_public_sees_nothing_of_it(site: Flask) -> None:
    lead = log_in(site, "lead")
    with site.app_context():
        number = (
            fresh()
            .scalars(select(FaqEntry.id).where(FaqEntry.book == Book.SCHEME.value, FaqEntry.number == 3))
            .one()
        )
    edit = form(lead.get(f"/schemefaqview/edit/{number}"), "answer_ja")
    edit["answer_ja"] = "できません。**毎月1日**です。"
    assert edit.submit().status_int == 302
    assert lead.get("/scheme/help/").html.select_one("#q3 strong").get_text() == "毎月1日"
    add = form(lead.get("/schemefaqview/add"), "number")
    for field, text in {
        "number": "18",
        "faq_group": "4",
        "question_ja": "新しい質問",
        "answer_ja": "新しい回答",
        "question_en": "A new question",
        "answer_en": "A new answer",
        "position": "18",
    }.items():
        add[field] = text
    assert add.submit().status_int == 302
    assert "新しい質問" in lead.get("/scheme/help/").text
    assert "新しい質問" not in browser(site).get("/faq").text


def test_each_manuals_keepers_see_its_texts_alone(site: Flask) -> None:
    with site.app_context():
        ours = {
            table: fresh().scalars(select(table.id).where(table.book == Book.SCHEME.value).limit(1)).one()
            for table in (FaqEntry, Contact, Revision, GuidePage)
        }
    lead, association = log_in(site, "lead"), log_in(site, "kyokai")
    for table, screen in (
        (FaqEntry, "faqview"),
        (Contact, "contactview"),
        (Revision, "revisionview"),
        (GuidePage, "guidepageview"),
    ):
        assert association.get(f"/{screen}/edit/{ours[table]}", status="*").status_int == 404
        other = screen.replace("guidepageview", "textview")
        assert lead.get(f"/scheme{other}/edit/{ours[table]}").status_int == 200
        assert lead.get(f"/scheme{other}/edit/1", status="*").status_int == 404
    public = browser(site)
    assert public.get("/guide/scheme-claims", status="*").status_int == 404
    assert "0120-258-189" not in public.get("/guide/contacts").text
    assert "scheme-changes" not in public.get("/faq").text
    assert log_in(site, "insurer").get("/scheme/help/terms", status="*").status_int == 404


@pytest.mark.req("P-010")
@pytest.mark.parametrize("key", ["", "scheme-features", "scheme-joining", "scheme-changes", "scheme-claims"])
def test_the_texts_are_there_in_english_too(site: Flask, key: str) -> None:
    client = log_in(site, "insurer")
    client.post("/language", {"csrf_token": token(client.get("/home/")), "locale": "en"})
    page = client.get(f"/scheme/help/{key}")
    texts = page.html.select(".faq__answer, .guide > p:not(.back-line), .guide > ul > li, .guide > ol > li")
    assert texts
    japanese = [one.get_text() for one in texts if any("ぁ" <= letter <= "ん" for letter in one.get_text())]
    assert japanese == []


def test_the_command_enters_the_manual_once(usual_url: str, make_app: Callable[..., Flask]) -> None:
    app = make_app(usual_url)
    first, second = (CliRunner().invoke(scheme, ["seed", "--json"], obj=lambda: app) for _ in range(2))
    assert (first.output, second.output) == ('{"rows_added": 128}\n', '{"rows_added": 0}\n')
    with app.app_context():
        in_scheme = select(func.count()).where(FaqEntry.book == Book.SCHEME.value)
        assert fresh().scalar(in_scheme) == 17
