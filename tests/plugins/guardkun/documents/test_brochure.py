"""パンフレット: the manual's words, the year's own dates and data, model levies to the yen, and who gets it."""

import json
from collections.abc import Callable
from datetime import date, time
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock
from hoshou.base.errors import Refused
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import transact
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration
from hoshou.plugins.guardkun.models.scheme import (
    SchemeCover,
    SchemeDeadline,
    SchemeDuty,
    SchemeInsurer,
    SchemeYear,
    YearState,
)
from hoshou.plugins.guardkun.services.documents.brochure import MOST_OFFICES, brochure
from hoshou.plugins.guardkun.services.seed import seed_scheme
from hoshou.plugins.organisations.models import Agency, Branch, Insurer
from hoshou.plugins.premium.models import RateTableVersion
from hoshou.plugins.premium.services.sample import seed_sample_rates
from tests.accounts import add_agency, add_user, browser, fresh, log_in
from tests.plugins.guardkun.documents.reading import bare, outside, pages_of, words_of
from tests.plugins.guardkun.documents.shelf import CALCULATORS
from tests.plugins.guardkun.test_scheme_year import CLOCK

SAMPLE = "見本"
ADDRESS = "/guardkun/years/1/brochure.pdf"
PEOPLE = (Actor(ActorKind.STAFF, "作成者", 1), Actor(ActorKind.STAFF, "承認者", 2))


def enter(session: Session) -> int:
    """The manual's year, open, with the sample rates."""
    seed_scheme(session, CLOCK)
    seed_sample_rates(session, CLOCK, *PEOPLE)
    year = session.scalars(select(SchemeYear)).one()
    year.state = YearState.OPEN.value
    session.flush()
    return year.id


@pytest.fixture
def year(session: Session) -> SchemeYear:
    return session.get_one(SchemeYear, enter(session))


@pytest.fixture
def printed(session: Session, year: SchemeYear, clock: FixedClock) -> Callable[[], bytes]:
    """The brochure as the rows stand."""

    def make() -> bytes:
        session.flush()
        session.expire_all()
        return brochure(session, CALCULATORS, year, clock)

    return make


def add_registrations(session: Session, names: list[str]) -> None:
    insurer = session.scalars(select(Insurer).where(Insurer.code == "ms")).one()
    branch = Branch(insurer_id=insurer.id, code="101", name="東京第一支社", phone="03-0000-0101")
    agencies = [Agency(name=name) for name in names]
    session.add_all([branch, *agencies])
    session.flush()
    session.add_all(
        AgencyRegistration(
            registration_number=f"{number:011d}",
            agency_id=agency.id,
            insurer_id=insurer.id,
            branch_id=branch.id,
            office_code="AAA00-1234",
            phone=f"03-1000-{number:04d}",
        )
        for number, agency in enumerate(agencies)
    )
    session.flush()


def add_insurers(session: Session, year: SchemeYear, names: list[str]) -> None:
    for position, name in enumerate(names, start=4):
        insurer = Insurer(
            code=f"c{position}", name=name, short_name=name[:40], position=position, active_from=date(2020, 4, 1)
        )
        session.add(insurer)
        session.flush()
        session.add(
            SchemeInsurer(
                scheme_year_id=year.id,
                insurer_id=insurer.id,
                code_form="nisshin",
                position=position,
                is_lead=False,
            )
        )


@pytest.mark.req("B-001", "B-008", "B-009", "B-014", "B-016", "B-029", "B-109")
def test_it_says_what_the_manual_says_of_the_scheme(printed: Callable[[], bytes]) -> None:
    words = words_of(printed())
    for shown in (
        "2026年6月1日以降保険始期契約用",
        "保険契約者一般社団法人全国警備業協会作成日2026年4月15日",
        "警備業者賠償責任保険（団体契約）2026年度",
        "スケールメリットで低廉な掛金",
        "拡張補償の独自特約で、警備業における賠償事故を総合的に補償",
        "請け負うすべての警備業務を包括的に引受",
        "保険料は全額損金処理が可能",
        "2026年6月1日（令和8年）から2027年6月1日（令和9年）まで",
        "幹事三井住友海上火災保険株式会社非幹事あいおいニッセイ同和損害保険株式会社、日新火災海上保険株式会社",
        "幹事たいよう共済（分担10%）非幹事募集代理店（分担90%）",
        "加入期間（保険期間）開始時点で加盟員であることが必要です。支店単位でも加入できます。",
        "申込人と異なる方を被保険者とした引受はできません。",
        "解約は不要です。満期日まではそのままご加入いただけます。",
        "交通誘導警備業務人若しくは車両の通行に危険のある場所における負傷等の事故の発生を警戒し、防止するもの",
        "P5賠償責任保険追加特約（自動セット）",
        "B4・B5現金・貴重品補償特約",
        "保険料大口分割払特約",
    ):
        assert bare(shown) in words, shown


@pytest.mark.req("B-017", "B-018", "B-019", "B-021", "B-023", "B-024", "B-025", "B-026", "B-027", "B-028", "B-109")
def test_it_has_every_cover_with_limit_and_deductible(session: Session, printed: Callable[[], bytes]) -> None:
    words = words_of(printed())
    assert "基本補償（身体障害・財物損壊共通）1事故・保険期間中1億円～10億円(1億円単位)なし" in words
    assert "警備契約書拡張補償★1名・1事故1,000万円なし" in words
    assert "1名1,000万円1事故・保険期間中1億円1事故1千円" in words
    assert (
        "特約6鍵再作成費用補償特約（オプション1）★1事故・保険期間中500万円・1,000万円・2,000万円から選択なし"
        in words
    )
    assert "※輸送警備はオプション3にご加入いただいた場合のみ対象となります。" in words
    titles = session.scalars(select(SchemeCover.title)).all()
    assert [title for title in titles if bare(title) not in words] == []
    assert len(titles) == 11


@pytest.mark.req("B-011", "B-031", "B-036", "B-039", "B-042", "B-044", "B-109", "D-23")
def test_the_model_levies_are_the_calculators(printed: Callable[[], bytes]) -> None:
    """1億円 by 0.52 per thousand is 52,000 yen and 5 percent of it 2,600; a twelfth of each, rounded down, 4,549.

    With all options: 1,000 and 8,000 and 2,000 by sales, 1,500 for 5億円 carried, and 60,000 for cash and valuables,
    whose 12,000 lie below two thousandths of 3,000万円.
    """
    words = words_of(printed())
    assert "警備業務の売上高（年間）支払限度額5,000万円1億円3億円5億円10億円" in words
    assert "1億円27,300円月々2,274円54,600円月々4,549円" in words
    assert "577,500円月々48,124円1,155,000円月々96,249円" in words
    for shown in (
        "基本プラン（オプションには加入しない場合）、2026年6月1日から1年間",
        "基本補償1億円警備業務の売上高1億円52,000円",
        "鍵再作成費用補償特約500万円警備業務の売上高1億円1,000円",
        "現金・貴重品補償特約（輸送警備以外）3,000万円輸送警備以外の見込み売上高1,000万円60,000円",
        "現金・貴重品補償特約（輸送警備）3,000万円見込み延輸送金額5億円1,500円",
        "運送業務補償特約基本補償の支払限度額警備業務の売上高1億円8,000円",
        "労働争議補償特約基本補償の支払限度額警備業務の売上高1億円2,000円",
        "124,500円",
        "6,225円",
        "130,725円",
        "初回10,902円（保険料10,375円、制度維持費527円）2回目以降各回10,893円",
        "最低保険料は5,000円です。",
        "支払限度額の1,000分の2の下限保険料",
    ):
        assert shown in words, shown


@pytest.mark.req("B-036", "D-21")
def test_the_rates_in_force_decide_and_only_a_samples_are_marked(
    session: Session, printed: Callable[[], bytes]
) -> None:
    words = words_of(printed())
    assert SAMPLE in words
    assert "見本の料率による金額です。" in words
    table = session.scalars(select(RateTableVersion)).one()
    table.is_sample = False
    document = json.loads(table.document)
    table.document = json.dumps({**document, "basic": {**document["basic"], "100000000": "1.04"}})
    words = words_of(printed())
    assert SAMPLE not in words
    assert "1億円54,600円月々4,549円109,200円" in words


@pytest.mark.req("B-037", "B-040", "B-047", "B-048", "B-061", "B-064", "B-068", "B-069", "B-070", "B-072", "B-073")
def test_it_has_the_years_dates_and_how_it_is_paid(printed: Callable[[], bytes]) -> None:
    words = words_of(printed())
    for shown in (
        "第一回募集締切4月30日（木）17時第二回5月20日（水）17時",
        "2026年4月30日17時第一回募集締切（本登録と加入申込書類一式の必着）。加入者証のお届けは5月末",
        "2026年5月20日17時第二回募集締切（本登録と加入申込書類一式の必着）。加入者証のお届けは6月末",
        "締切は加入月の前月20日（土日・祝日の場合は直前の営業日）、加入者証のお届けは加入月の月末頃",
        "月割（年額保険料×未経過月数÷12か月）",
        "1回目2026年8月12日（水）2回目2026年9月14日（月）",
        "12回目2027年7月12日（月）",
        "開始月の翌々月12日、以降毎月12日（金融機関の休業日の場合は翌営業日）",
        "「ケイビホケン」または「NSケイビホケン」",
        "確定精算は、現金・貴重品補償特約も含めて不要です。",
        "翌月の振替日に2か月分の保険料および制度維持費を併徴します。",
        "原則不払解除となります。",
        "0120-258-189",
    ):
        assert shown in words, shown


@pytest.mark.req("B-015", "B-046", "D-40")
def test_another_years_rules_are_printed_as_they_are(
    session: Session, year: SchemeYear, printed: Callable[[], bytes]
) -> None:
    year.debit_day, year.first_debit_after_months, year.deadline_time = 20, 1, time(16, 30)
    year.lead_share_percent, year.account_change_day = 15, 10
    session.execute(
        update(SchemeDeadline).where(SchemeDeadline.is_renewal, SchemeDeadline.closing == 1).values(day=10)
    )
    session.execute(
        update(SchemeDeadline).where(SchemeDeadline.is_renewal.is_(False)).values(months_before=2, day=5)
    )
    words = words_of(printed())
    for shown in (
        "4月10日（金）16時30分",
        "1回目2026年7月21日（火）",
        "開始月の翌月20日、以降毎月20日",
        "加入月の前々月5日",
        "たいよう共済（分担15%）非幹事募集代理店（分担85%）",
        "毎月10日までに到着したもの",
    ):
        assert shown in words, shown


@pytest.mark.req("B-045", "B-046", "B-054", "P-019")
def test_the_way_is_drawn_in_nine_steps_and_told_to_who_hears_it(printed: Callable[[], bytes]) -> None:
    pdf = printed()
    words = words_of(pdf)
    steps = (
        "パンフレット発送", "問い合わせ取引のある代理店へ", "賦課金見積システムで作成", "加入申込票口座振替依頼書※", "申込本登録",
        "書類一式を回送", "計上処理", "加入者証を発送第一回分5月末頃、第二回分6月末頃", "1回目賦課金",
    )  # fmt: skip
    places = [words.index(f"{number}{step}") for number, step in enumerate(steps, start=1)]
    assert places == sorted(places)
    assert (
        "2026年2月18日加盟員へパンフレットを発送（全国警備業協会機関誌に同封）2026年2月25日頃既加入者への" in words
    )
    (spoken,) = [text for text in spoken_of(pdf) if "①" in text]
    assert [mark for mark in "①②③④⑤⑥⑦⑧⑨" if mark not in spoken] == []


def spoken_of(pdf: bytes) -> list[str]:
    """The texts that a reader aloud says in place of the figures."""
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if node.get("/S") == "/Figure":
                found.append(str(node["/Alt"]))
            if "/K" in node:
                walk(node["/K"])

    walk(PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"])  # type: ignore[index]
    return found


@pytest.mark.req("B-008", "B-109")
def test_eight_insurers_and_thirty_agencies_fit_on_four_pages(
    session: Session, year: SchemeYear, printed: Callable[[], bytes]
) -> None:
    agencies = [f"みなと総合保険サービス第{number}号店株式会社" for number in range(MOST_OFFICES)]
    insurers = [f"見本野{number}火災海上保険株式会社" for number in "一二三四五"]
    add_registrations(session, agencies)
    add_insurers(session, year, insurers)
    pdf = printed()
    assert MOST_OFFICES == 30
    assert pages_of(pdf) == 4
    assert "".join(outside(pdf, left=19, right=19)) == ""
    words = words_of(pdf)
    assert [name for name in (*agencies, *insurers) if bare(name) not in words] == []
    assert "電話03-1000-0029" in words


@pytest.mark.req("B-109")
def test_more_agencies_than_make_a_list_are_not_listed(session: Session, printed: Callable[[], bytes]) -> None:
    add_registrations(session, [f"やまと保険{number}" for number in range(MOST_OFFICES + 1)])
    words = words_of(printed())
    assert "やまと保険" not in words
    assert "お取引のある代理店へお問い合わせください。" in words


@pytest.mark.req("B-109")
def test_the_longest_that_may_be_entered_stays_within_the_margins(
    session: Session, year: SchemeYear, printed: Callable[[], bytes]
) -> None:
    add_registrations(session, ["W" * 97 + str(number) for number in range(100, 100 + MOST_OFFICES)])
    add_insurers(session, year, ["X" * 99 + str(number) for number in range(5)])
    year.name, year.policyholder = "W" * 100, ("一般社団法人全国警備業協会" * 8)[:100]
    year.product, year.contract_form, year.rules_version = "P" * 100, "団" * 40, "V" * 40
    session.execute(update(SchemeCover).values(deductible_text="A" * 100, limit_text="L" * 500))
    session.execute(update(SchemeDuty).values(content="C" * 200, example="例" * 200))
    assert "".join(outside(printed(), left=19, right=19)) == ""


@pytest.mark.req("B-109")
def test_what_is_missing_is_named(session: Session, year: SchemeYear, printed: Callable[[], bytes]) -> None:
    session.execute(update(SchemeCover).values(choices=""))
    with pytest.raises(Refused) as refusal:
        printed()
    assert refusal.value.code == "brochure_incomplete"
    session.execute(update(RateTableVersion).values(valid_from=date(2026, 7, 1)))
    with pytest.raises(Refused) as refusal:
        printed()
    assert refusal.value.code == "no_rates"


@pytest.fixture
def site(app: Flask) -> Flask:
    add_agency(app, "みなと代理店", ms="M-1")
    transact(enter)
    add_user(app, "agency", Role.AGENCY, agency="みなと代理店")
    add_user(app, "insurer", Role.INSURER, insurer="ms")
    add_user(app, "lead", Role.LEAD_OFFICE, insurer="ms")
    add_user(app, "co_insurer", Role.CO_INSURER, insurer="nisshin")
    add_user(app, "group", Role.GROUP_ASSOCIATION)
    add_user(app, "tokyo", Role.PREFECTURE)
    add_user(app, "kyokai", Role.ASSOCIATION)
    return app


@pytest.mark.req("B-109", "P-006", "P-007", "P-011", "A11")
def test_whoever_may_see_the_year_gets_it_and_each_download_is_noted(site: Flask) -> None:
    readers = ("agency", "insurer", "lead", "co_insurer", "group", "tokyo")
    clients = {name: log_in(site, name) for name in (*readers, "kyokai")}
    for name in readers:
        answer = clients[name].get(ADDRESS)
        assert answer.content_type == "application/pdf"
        assert answer.headers["Cache-Control"] == "no-store"
        assert ".pdf" in answer.headers["Content-Disposition"]
    noted = fresh().scalars(select(AuditEntry).where(AuditEntry.action == "guardkun.document_made")).all()
    assert [(entry.actor_name, entry.object_kind, entry.object_id) for entry in noted] == [
        (name, "guardkun_scheme_year", "1") for name in readers
    ]
    assert clients["kyokai"].get(ADDRESS, status="*").status_int == 403
    assert browser(site).get(ADDRESS, status="*").status_int == 302
    assert clients["agency"].get("/guardkun/years/99/brochure.pdf", status="*").status_int == 404


@pytest.mark.req("B-015", "B-109", "P-007")
def test_a_drafts_brochure_is_its_keepers_alone(site: Flask) -> None:
    transact(lambda session: session.execute(update(SchemeYear).values(state=YearState.DRAFT.value)))
    assert log_in(site, "agency").get(ADDRESS, status="*").status_int == 404
    assert log_in(site, "group").get(ADDRESS, status="*").status_int == 404
    lead = log_in(site, "lead")
    assert lead.get(ADDRESS).status_int == 200
    transact(lambda session: session.execute(update(RateTableVersion).values(valid_from=date(2026, 7, 1))))
    refused = lead.get(ADDRESS, status="*")
    assert refused.status_int == 400
    assert "2026-06-01始期に使える料率表がまだ承認されていません。" in refused.text


@pytest.mark.req("B-109")
def test_the_year_the_calendar_and_the_quote_lead_to_it(site: Flask) -> None:
    agency = log_in(site, "agency")
    for page in ("/scheme/years/show/1", "/scheme/calendar/", "/guardkun/quoting/"):
        assert agency.get(page).html.select(f'a[href="{ADDRESS}"]'), page
