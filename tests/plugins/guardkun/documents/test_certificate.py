"""加入者証: the entered data as it was entered, the right clauses, the wording (B-007, B-016 to B-030, B-043)."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock
from hoshou.base.errors import Refused
from hoshou.platform.db import db
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.models.members import Particulars
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.services.documents.certificate import print_certificate
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts, enrolments_facts
from tests.plugins.guardkun.documents.reading import bare, words_of
from tests.plugins.guardkun.documents.shelf import Shelf, fill, lay, particulars_of
from tests.plugins.guardkun.documents.wording import COVERS
from tests.plugins.guardkun.ground import add_enrolment


@pytest.mark.req("B-043", "B-065")
def test_every_entered_field_stands_on_the_certificate_as_it_was_entered(shelf: Shelf) -> None:
    enrolment = shelf.enrolment
    row, quote, agency = particulars_of(shelf), enrolment.quote, enrolment.registration
    row.email = "somu.hoken-tanto@mihon-keibi.example.jp"
    assert enrolment.unit is not None
    enrolment.unit.name = "横浜支店"
    words = words_of(shelf.make("certificate"))
    entered = [
        row.company_name,
        row.company_kana,
        enrolment.unit.name,
        f"〒{row.postal_code}{row.address}",
        row.representative_title + row.representative,
        row.phone,
        row.email,
        enrolment.unit.member.prefecture.name,
        enrolment.unit.member.member_number,
        f"警備業務の売上高{quote.sales:,}円",
        "会計年度の末日2025年12月31日",
        f"確認資料{quote.evidence}",
        "8,000,000円",
        "500,000,000円",
        "1回の輸送額の最大値20,000,000円",
        "基本補償（身体障害・財物損壊共通）1事故・保険期間中1億円",
        "特約6鍵再作成費用補償特約（オプション1）★1事故・保険期間中500万円",
        "特約7現金・貴重品補償特約（オプション2）1事故・保険期間中3,000万円",
        "特約8運送業務補償特約（オプション3）基本補償の支払限度額が適用されます。",
        "特約9労働争議補償特約（オプション4）基本補償の支払限度額が適用されます。",
        agency.agency.name,
        agency.registration_number,
        agency.office_code,
        f"〒{agency.postal_code}{agency.address}",
        agency.contact_name,
        agency.phone,
        agency.insurer.name,
        agency.branch.name,
        enrolment.policy_number,
    ]
    assert [field for field in entered if bare(field) not in words] == []


@pytest.mark.req("B-037", "B-042", "B-043")
def test_it_shows_the_quotes_amounts_and_the_frozen_debit_days(shelf: Shelf) -> None:
    """120,000,000 yen: 62,400 basic, 1,200 key, 60,000 floor, 1,500 transported, 9,600 transport, 2,400 labour."""
    words = words_of(shelf.make("certificate"))
    assert "保険料137,100円" in words.replace("制度維持費", "").replace("賦課金（お支払いの合計）", "")
    assert "6,855円" in words
    assert "143,955円" in words
    assert "12026年8月12日11,999円22026年9月14日11,996円32026年10月13日" in words
    assert "初回11,999円（保険料11,425円、制度維持費574円）2回目以降各回11,996円" in words
    assert "「ケイビホケン」または「NSケイビホケン」" in words
    assert "確定精算はありません。" in words


@pytest.mark.req("B-068")
def test_the_debits_are_those_frozen_at_booking(shelf: Shelf) -> None:
    first = shelf.session.query(Instalment).filter_by(enrolment_id=shelf.enrolment.id, number=1).one()
    first.due_on = date(2026, 8, 13)
    shelf.session.flush()
    assert "2026年8月13日" in words_of(shelf.make("certificate"))


@pytest.mark.req("B-016")
def test_it_prints_the_clauses_and_codes_of_its_options_only(session: Session, clock: FixedClock) -> None:
    ground = lay(session)
    plain = words_of(fill(session, clock, ground, number=1, options={}).make("certificate"))
    full = words_of(fill(session, clock, ground, number=2).make("certificate"))
    always = (
        "58警備業者特別約款", "P5賠償責任保険追加特約（自動セット）", "A6保険料確定特約",
        "88警備契約書拡張補償特約", "共通支払限度額特約（自動セット）", "共同保険に関する特約",
        "B6人格権侵害補償特約（警備業者用）", "B7見舞費用補償特約", "P9初期対応費用補償特約",
        "P8訴訟対応費用補償特約", "88使用不能損害拡張補償特約（警備業用）", "B9保険料支払に関する特約",
        "保険料大口分割払特約",
    )  # fmt: skip
    optional = ("88鍵再作成費用補償特約", "B4・B5現金・貴重品補償特約", "B1運送業務補償特約", "B3労働争議補償特約")
    assert [clause for clause in always if clause not in plain or clause not in full] == []
    assert [clause for clause in optional if clause in plain] == []
    assert [clause for clause in optional if clause not in full] == []
    guarded = {"valuables": {"limit": 30_000_000, "other_sales": 8_000_000, "transported": 0}}
    words = words_of(fill(session, clock, ground, number=3, options=guarded).make("certificate"))
    assert "B4現金・貴重品補償特約" in words
    assert "B5" not in words


@pytest.mark.req("B-018", "B-019", "B-020", "B-021", "B-022", "B-023")
def test_the_basic_cover_stands_there_with_its_limits_and_deductibles(session: Session, clock: FixedClock) -> None:
    words = words_of(fill(session, clock, options={}, limit=1_000_000_000).make("certificate"))
    assert "基本補償（身体障害・財物損壊共通）1事故・保険期間中10億円なし" in words
    assert "警備契約書拡張補償★1名・1事故1,000万円なし" in words
    assert "特約1人格権侵害補償特約（基本プラン）1名1,000万円1事故・保険期間中1億円1事故1千円" in words
    assert "特約3初期対応費用補償特約（基本プラン）1事故・保険期間中1,000万円なし" in words
    assert "特約4訴訟対応費用補償特約（基本プラン）1事故・保険期間中1,000万円なし" in words
    assert "特約5使用不能損害拡張補償特約（基本プラン）1事故500万円なし" in words
    consolation = next(limit for _, title, _, limit, _, _ in COVERS if "見舞" in title)
    assert [line for line in consolation.splitlines() if bare(line) not in words] == []
    assert "オプション" not in words


@pytest.mark.req("B-001", "B-007", "B-008", "B-029", "B-030", "B-105")
def test_the_wording_of_the_manual_stands_there(shelf: Shelf) -> None:
    words = words_of(shelf.make("certificate"))
    for wording in (
        "警備業者賠償責任保険（団体契約）",
        "保険契約者一般社団法人全国警備業協会",
        "引受保険会社（幹事）三井住友海上火災保険株式会社",
        "（非幹事）あいおいニッセイ同和損害保険株式会社",
        "（非幹事）日新火災海上保険株式会社",
        "施設警備業務雑踏警備業務交通誘導警備業務輸送警備業務身辺警備業務機械警備業務",
        "被保険者は、加入者ならびにその下請の警備業者です。",
        "日本国内において遂行する",
        "警備契約書に記載された、警備業務に付随する業務も対象です。",
        "警備契約書に記載されたものに限ります",
        "0120-258-189",
    ):
        assert wording in words, wording


@pytest.mark.req("B-012", "B-040")
def test_a_mid_term_enrolment_says_its_months(session: Session, clock: FixedClock) -> None:
    words = words_of(fill(session, clock, start="2026-09-01", options={}).make("certificate"))
    assert "2026年9月1日（令和8年）から2027年6月1日（令和9年）まで（9か月）" in words
    assert "1年分の保険料62,400円" in words
    assert "46,800円" in words


@pytest.mark.req("B-043", "B-091")
def test_it_prints_what_was_known_at_the_registration_not_what_came_later(shelf: Shelf) -> None:
    known = particulars_of(shelf)
    registered_at = shelf.enrolment.registered_at
    assert registered_at is not None
    for name, known_at, true_from in (
        ("訂正済警備株式会社", registered_at - timedelta(hours=1), known.true_from),
        ("後日警備株式会社", registered_at + timedelta(hours=1), known.true_from),
        ("将来警備株式会社", registered_at - timedelta(hours=1), date(2026, 6, 2)),
    ):
        values = {
            column.name: getattr(known, column.name)
            for column in Particulars.__table__.columns
            if column.name != "id"
        }
        shelf.session.add(
            Particulars(**{**values, "company_name": name, "known_at": known_at, "true_from": true_from})
        )
    shelf.session.flush()
    words = words_of(shelf.make("certificate"))
    assert "訂正済警備株式会社" in words
    assert "後日警備株式会社" not in words
    assert "将来警備株式会社" not in words


@pytest.mark.req("B-059", "B-061")
def test_there_is_no_certificate_before_booking(session: Session, clock: FixedClock) -> None:
    enrolment = add_enrolment(session, lay(session), stage=Stage.AT_LEAD)
    facts = enrolment_facts(session, enrolment, clock.now())
    with pytest.raises(Refused) as refusal:
        print_certificate(facts, clock.today())
    assert refusal.value.code == "not_booked"


@pytest.mark.req("B-061")
def test_a_batch_reads_its_facts_in_few_statements(session: Session, clock: FixedClock) -> None:
    ground = lay(session)
    for number in range(1, 31):
        add_enrolment(session, ground, number)
    session.expunge_all()
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    enrolments = session.scalars(select(Enrolment).order_by(Enrolment.id)).all()
    facts = [fact for fact in enrolments_facts(session, enrolments, clock.now()) if not isinstance(fact, Refused)]
    assert len(statements) < 20
    assert [fact.policy_number for fact in facts] == [f"G26{number:08d}" for number in range(1, 31)]
    assert {len(fact.quote.price.instalments) for fact in facts} == {12}
    assert json.loads(enrolments[0].quote.result)["premium"] == facts[0].quote.price.premium == 62_400
