"""The quote's screens and REST, as an agency and its insurer meet them."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import update
from webtest import TestApp, TestResponse

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.actor import SYSTEM
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.staff.paging import PAGE
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.commands.quotes import quotes
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Quote
from hoshou.plugins.guardkun.models.scheme import SchemeYear, YearState
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.services.years import copy_year
from hoshou.plugins.organisations.models import Agency
from tests.accounts import add_user, browser, fresh, log_in, token
from tests.platform.api.promised import breaches
from tests.platform.api.test_tokens import new_token
from tests.plugins.guardkun.ground import Ground, add_enrolment, add_quote
from tests.plugins.guardkun.test_quoting import lay_ground_with_all_limits

NEW = "/guardkun/quoting/"
QUOTES = "/api/v1/guardkun/quotes"
FORM = {
    "prospect_name": "見本警備株式会社",
    "start": "2026-06-01",
    "limit": "300000000",
    "sales": "120,000,000",
    "fiscal_year_end": "2025-12-31",
    "evidence": "第10期決算書",
}


@pytest.fixture
def ground(app: Flask) -> Ground:
    return transact(lay_ground_with_all_limits)


@pytest.fixture
def agent(app: Flask, ground: Ground) -> TestApp:
    add_user(app, "agent", Role.AGENCY, agency="みなと代理店")
    return log_in(app, "agent")


def fill(client: TestApp, address: str = NEW, **values: Any) -> TestResponse:
    page = client.get(NEW)
    own = page.html.select_one("#registration_id option[selected]")
    fields = {"csrf_token": token(page), "registration_id": own["value"] if own else "", **FORM, **values}
    return client.post(address, fields, status="*")


def choices(page: TestResponse, name: str) -> list[str]:
    return [option.text for option in page.html.select(f"#{name} option")]


def table(page: TestResponse, caption: str) -> list[list[str]]:
    (found,) = [one for one in page.html.select("table") if one.caption and one.caption.text == caption]
    return [[" ".join(cell.text.split()) for cell in row.select("th, td")] for row in found.select("tbody tr")]


def totals(page: TestResponse) -> dict[str, str]:
    return {part.dt.text: part.dd.text for part in page.html.select(".quote__total > div")}


@pytest.mark.req("B-017", "B-036", "B-042", "B-044", "D-21")
def test_the_form_computes_without_javascript(agent: TestApp) -> None:
    page = fill(agent, action="preview")
    limits = table(page, "支払限度額ごとの賦課金")
    assert [row[0].split()[0] for row in limits] == [f"{number}億円" for number in range(1, 11)]
    # 120,000,000 at 0.67 per thousand: 80,400, fee 4,020, levy 84,420 = 12 x 7,035.
    assert limits[2] == ["3億円 選択中", "80,400", "84,420", "7,035", "7,035"]
    assert limits[0][1:] == ["62,400", "65,520", "5,460", "5,460"]
    assert table(page, "オプションを変えた場合の賦課金")[-2:] == [
        ["オプション4 労働争議補償特約", "加入しない 選択中", "84,420", "±0"],
        ["加入する", "86,940", "+2,520"],
    ]
    lines = table(page, "計算の内訳")
    assert lines[0] == [
        "基本補償 特約コード58",
        "警備業務の売上高120,000,000円 × 料率0.67 ÷ 1,000円",
        "80,400",
        "II.(5)(6) 算出の基礎・保険料計算",
    ]
    assert "補償ごとの年額と月割後の額は、10円単位（四捨五入）です。" in page
    assert ["賦課金", "保険料80,400円 ＋ 制度維持費4,020円", "84,420", "I.1.(2) 基本情報"] in lines
    instalments = table(page, "毎月の引落し（月払）")
    assert instalments[0] == ["1", "2026/08/12", "6,700", "335", "7,035"]
    assert instalments[-1][1:] == ["80,400", "4,020", "84,420"]
    assert totals(page) == {"賦課金": "84,420円", "保険料": "80,400円", "制度維持費": "4,020円"}
    assert "見本の料率による金額" in page.text
    assert fresh().query(Quote).count() == 0


@pytest.mark.req("B-031", "B-050", "B-064")
def test_a_quote_like_another_starts_when_cover_can_still_be_had(
    app: Flask, agent: TestApp, ground: Ground, clock: FixedClock
) -> None:
    transact(lambda session: add_quote(session, ground))
    clock.move_to(jst(2026, 9, 18, 17, 0, 1))
    page = log_in(app, "agent").get(f"{NEW}?like=1")
    labels = [option.text for option in page.html.select("#start option")]
    assert labels[:3] == [
        "2026/09/01（募集は締め切りました）",
        "2026/10/01（募集は締め切りました）",
        "2026/11/01（募集締切 2026/10/20 17:00）",
    ]
    assert page.html.select_one("#start option[selected]")["value"] == "2026-11-01"
    assert page.html.select_one("#sales")["value"] == "120000000"
    # Seven months of 62,400 from November on.
    assert "7か月分です。" in page


@pytest.mark.req("B-017", "B-024", "B-025", "B-031", "B-032", "B-033")
def test_the_form_asks_for_the_manuals_choices_and_bases(agent: TestApp) -> None:
    page = agent.get(NEW)
    assert choices(page, "limit")[1:] == [f"{number}億円" for number in range(1, 11)]
    assert choices(page, "key_recreation_limit")[1:] == ["500万円", "1,000万円", "2,000万円"]
    assert choices(page, "valuables_limit")[1:] == ["3,000万円", "5,000万円", "1億円"]
    for name, words in {
        "sales": "警備業務に関する売上高（円）",
        "fiscal_year_end": "会計年度の末日",
        "evidence": "確認した資料",
        "is_business_plan": "新設法人等のため、事業計画値を用いる",
        "valuables_other_sales": "輸送警備以外：現金・貴重品を対象とする警備業務の見込み売上高（円）",
        "valuables_transported": "輸送警備：現金・貴重品の見込み延輸送金額（円）",
        "largest_load": "1回の輸送額の最大値（円）",
    }.items():
        field = page.html.select_one(f"input#{name}")
        assert words in (field.find_parent("label") or page.html.select_one(f"label[for={name}]")).text


@pytest.mark.req("B-031")
def test_for_another_year_the_basis_is_asked_for_anew(
    app: Flask, agent: TestApp, ground: Ground, clock: FixedClock
) -> None:
    def lay_next_year(session: Any) -> None:
        add_quote(session, ground)
        year = session.get_one(SchemeYear, copy_year(session, clock, SYSTEM, ground.year_id))
        year.state = YearState.OPEN.value

    transact(lay_next_year)
    clock.move_to(jst(2027, 4, 15, 9))
    page = log_in(app, "agent").get(f"{NEW}?like=1&start=2027-06-01")
    assert page.html.select_one("#start option[selected]")["value"] == "2027-06-01"
    assert page.html.select_one("#prospect_name")["value"] == "見本警備株式会社"
    basis = [page.html.select_one(f"#{name}") for name in ("sales", "fiscal_year_end", "evidence")]
    assert [field.get("value", "") for field in basis] == ["", "", ""]


@pytest.mark.req("B-036", "B-042")
def test_the_script_gets_the_same_result_as_the_page(agent: TestApp) -> None:
    answer = fill(agent, "/guardkun/quoting/preview").json
    assert "84,420" in answer["html"]
    assert "<html" not in answer["html"]
    unfinished = fill(agent, "/guardkun/quoting/preview", sales="", limit="").json["html"]
    assert "入力すると" in unfinished
    assert "入力してください" not in unfinished
    assert "料率表にありません" in fill(agent, "/guardkun/quoting/preview", limit="150000000").json["html"]


@pytest.mark.req("B-051")
def test_the_way_to_the_form_is_on_the_home_of_those_who_may_quote(app: Flask, agent: TestApp) -> None:
    assert agent.get("/home/").html.find("a", href=NEW)
    transact(lambda session: session.add(Agency(name="制度外の代理店")))
    add_user(app, "outsider", Role.AGENCY, agency="制度外の代理店")
    outsider = log_in(app, "outsider")
    assert "ガードくんの見積" not in outsider.get("/home/").text
    assert "代理店登録がありません" in outsider.get(NEW).text


@pytest.mark.req("B-042", "B-043", "B-051", "B1")
def test_a_quote_is_stored_and_shown_as_it_was_typed(agent: TestApp) -> None:
    stored = fill(agent, action="store", labour_dispute="1", premium="1", levy="1")
    assert stored.status_int == 302
    page = agent.get(stored.location)
    facts = {row.dt.text: row.dd.text for row in page.html.select(".facts__row")}
    assert facts["お客さま名"] == "見本警備株式会社"
    assert facts["警備業務に関する売上高"] == "120,000,000円"
    assert facts["基本補償の支払限度額"] == "3億円"
    assert facts["オプション4　労働争議補償特約"] == "加入する"
    assert facts["オプション1　鍵再作成費用補償特約"] == "加入しない"
    assert facts["基礎数値の根拠"] == "2025/12/31に終了した会計年度"
    # 80,400 and 120,000,000 at 0.02 per thousand: 82,800, and 5 percent of it.
    assert totals(page) == {"賦課金": "86,940円", "保険料": "82,800円", "制度維持費": "4,140円"}
    assert table(page, "毎月の引落し（月払）")[-1][-1] == "86,940"
    assert page.html.select_one("h1 .tag").text == "見本"
    assert page.html.find("a", string="加入申込票を作成")["href"] == "/guardkun/applications/new?quote=1"
    paper = agent.get(page.html.find("a", string="見積書（PDF）")["href"])
    assert paper.body.startswith(b"%PDF-")
    row = agent.get("/guardkun/quotes/list/").html.select_one("tbody tr").text
    assert "Q2026-000001" in row
    assert "86,940" in row
    assert "見本" in row
    again = agent.get(page.html.find("a", string="この内容で見積を作り直す")["href"])
    assert again.html.select_one("#labour_dispute").has_attr("checked")
    assert again.html.select_one("#sales")["value"] == "120000000"


@pytest.mark.req("B-017", "B-026", "B-031", "B-065")
def test_refusals_stand_at_their_fields_and_nothing_is_stored(agent: TestApp, ground: Ground) -> None:
    page = fill(agent, action="store", limit="150000000")
    assert page.status_int == 400
    assert "150000000円は料率表にありません" in page.html.select_one("#limit-error").text
    page = fill(
        agent, action="store", valuables_limit="30000000", valuables_other_sales="0", valuables_transported="5"
    )
    assert "オプション3）に加入する場合のみ対象" in page.html.select_one("#valuables_transported-error").text
    page = fill(agent, action="store", evidence="", fiscal_year_end="")
    assert [link["href"] for link in page.html.select("[data-error-summary] a")] == [
        "#fiscal_year_end",
        "#evidence",
    ]
    transact(lambda session: session.execute(update(AgencyRegistration).values(phone="", address="")))
    page = fill(agent, action="store")
    assert "「電話番号」が入力されていない" in page.html.select_one("#registration_id-error").text
    assert "「所在地」が入力されていない" in page.html.select_one("#registration_id-error").text
    assert fresh().query(Quote).count() == 0


@pytest.mark.req("B-027", "B-032")
def test_what_must_be_confirmed_is_a_box_to_tick(agent: TestApp) -> None:
    transport = {"transport": "1", "largest_load": "20000000", "action": "store"}
    page = fill(agent, **transport)
    assert page.status_int == 400
    box = page.html.select_one("#valuables_not_taken")
    assert not box.has_attr("checked")
    assert "オプション2）の要否" in page.html.select_one("#valuables_not_taken-hint").text
    assert fill(agent, **transport, valuables_not_taken="1").status_int == 302


@pytest.mark.req("B-101", "A11", "P-007")
def test_only_who_may_know_of_a_quote_sees_it(app: Flask, agent: TestApp, ground: Ground) -> None:
    show = fill(agent, action="store").location
    add_user(app, "rival", Role.AGENCY, agency="やまと代理店")
    add_user(app, "branch", Role.INSURER, insurer="nisshin")
    add_user(app, "leader", Role.INSURER, insurer="ms")
    add_user(app, "office", Role.LEAD_OFFICE)
    for name, status in (("rival", 404), ("branch", 404), ("leader", 200), ("office", 200)):
        client = log_in(app, name)
        assert client.get(show, status="*").status_int == status, name
        assert ("Q2026-000001" in client.get("/guardkun/quotes/list/").text) is (status == 200)
        assert client.get(f"{NEW}?like=1", status="*").status_int == (404 if name == "rival" else 403)
    assert "作り直す" not in log_in(app, "leader").get(show).text


@pytest.mark.req("D-21")
def test_what_rates_do_to_live_quotes_is_shown_page_by_page(app: Flask, ground: Ground) -> None:
    def work(session: Any) -> None:
        for _ in range(PAGE + 1):
            add_quote(session, ground)
        add_quote(session, ground, start="2027-05-01")
        add_enrolment(session, ground, stage=Stage.BOOKED)

    transact(work)
    add_user(app, "office", Role.LEAD_OFFICE)
    client = log_in(app, "office")
    page = client.get(f"/guardkun/rates/{ground.rate_table_id + 1}/effect")
    assert len(page.html.select("tbody tr")) == PAGE
    # The booked one isn't live; the newest live one runs one month: 62,400 / 12 = 5,200, levy 5,460, as before.
    first = [" ".join(cell.text.split()) for cell in page.html.select_one("tbody tr").select("td")]
    assert first[2:] == ["2027/05/01", "5,460", "5,460", "+0"]
    older = client.get(page.html.find("a", string="以前のもの")["href"])
    assert len(older.html.select("tbody tr")) == 2
    # The ground's own table has no limit of 3億 and says so.
    number = fresh().query(Quote).order_by(Quote.id).first().id
    limit = '{"start": "2026-06-01", "sales": 1, "limit": 300000000, "options": {}}'
    transact(lambda session: session.execute(update(Quote).where(Quote.id == number).values(inputs=limit)))
    without = client.get(f"/guardkun/rates/{ground.rate_table_id}/effect?before={number + 1}")
    assert "料率表にありません" in without.text


@pytest.fixture
def call(app: Flask, agent: TestApp) -> Callable[..., TestResponse]:
    headers = {"Authorization": f"Bearer {new_token(agent)}"}
    client = browser(app)

    def send(body: dict[str, Any]) -> TestResponse:
        return client.post_json(QUOTES, body, headers=headers, status="*")

    return send


BODY = {
    "registration_number": "10000000001",
    "prospect_name": "見本警備株式会社",
    "start": "2026-06-01",
    "limit": 300_000_000,
    "sales": 120_000_000,
    "fiscal_year_end": "2025-12-31",
    "evidence": "決算書",
}


@pytest.mark.req("P-023", "B-042", "B-051", "B1")
def test_rest_makes_the_quote_that_the_screen_makes(
    app: Flask, agent: TestApp, call: Callable[..., TestResponse]
) -> None:
    made = call(BODY)
    assert made.status_int == 201
    assert made.json["levy"] == 84_420
    assert made.json["is_sample"] is True
    assert made.json["answer"]["breakdown"][0]["section"] == "II.(5)(6)"
    headers = {"Authorization": f"Bearer {new_token(agent)}"}
    client = browser(app)
    assert breaches(app, QUOTES, "post", 201, made.json) == []
    assert breaches(app, QUOTES, "get", 200, client.get(QUOTES, headers=headers).json) == []
    assert client.get(f"{QUOTES}/{made.json['id']}", headers=headers).json == made.json
    assert [row["number"] for row in client.get(QUOTES, headers=headers).json["items"]] == ["Q2026-000001"]
    assert client.get(QUOTES, status=401)


@pytest.mark.req("P-023", "B-026", "B-027", "B1", "B11")
@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"levy": 1}, "levy", "unknown_field"),
        ({"sales": "120000000"}, "sales", "invalid_value"),
        ({"sales": 1.5}, "sales", "invalid_value"),
        ({"transport": "yes"}, "transport", "invalid_value"),
        ({"limit": 150_000_000}, "limit", "limit_not_in_table"),
        ({"registration_number": "20000000002"}, "registration_id", "registration_missing"),
        ({"registration_number": "99999999999"}, "registration_id", "registration_missing"),
        ({"transport": True, "largest_load": 1}, "valuables_not_taken", "not_confirmed"),
    ],
)
def test_rest_refuses_with_the_field(
    call: Callable[..., TestResponse], changes: dict[str, Any], field: str, code: str
) -> None:
    answer = call({**BODY, **changes})
    assert answer.status_int == 400
    assert [(fault["field"], fault["code"]) for fault in answer.json["error"]["fields"]] == [(field, code)]
    assert fresh().query(Quote).count() == 0


@pytest.mark.req("P-004", "B1")
def test_the_terminal_checks_all_stored_quotes(app: Flask, agent: TestApp) -> None:
    fill(agent, action="store")
    same = CliRunner().invoke(quotes, ["check"], obj=lambda: app)
    assert (same.exit_code, same.stdout) == (0, "すべての見積が同じ結果になりました。\n")
    transact(lambda session: session.execute(update(Quote).values(premium=1)))
    changed = CliRunner().invoke(quotes, ["check", "--json"], obj=lambda: app)
    assert (changed.exit_code, changed.stdout) == (1, '{"differing": {"Q2026-000001": ["premium"]}}\n')


@pytest.mark.req("B-051")
def test_a_record_names_the_enrolments_made_of_it(app: Flask, agent: TestApp, ground: Ground) -> None:
    transact(lambda session: add_enrolment(session, ground, stage=Stage.APPLIED).id)
    quote_id = db.session.query(Enrolment).one().quote_id
    page = agent.get(f"/guardkun/quotes/show/{quote_id}")
    assert "加入申込票作成済" in page.text
    assert page.html.find("a", string="加入申込票を作成") is None


@pytest.mark.req("B-033", "B-037")
def test_premiums_are_final_no_screen_and_no_job_settles_them(app: Flask) -> None:
    plugins = platform(app).plugins
    labels = [view.label for view in plugins.collect("staff_views")]
    titles = [job.title for job in plugins.collect("jobs")]
    assert "見積の一覧" in labels
    assert [text for text in labels + titles if "精算" in text] == []
