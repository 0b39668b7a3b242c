"""見積書, 加入申込票, 口座振替依頼書, 帳票送付状, チェックリスト, 分担表, 事故報告書: what each must say."""

from datetime import date

import pypdfium2
import pytest
import segno
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock
from hoshou.base.errors import Refused
from hoshou.plugins.guardkun.rules.checklist import CHECKLIST
from hoshou.plugins.guardkun.rules.net_banks import NET_BANKS
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.services.documents.application_form import application_form
from hoshou.plugins.guardkun.services.documents.share_table import share_table
from hoshou.plugins.guardkun.services.documents.slip import slip
from tests.plugins.guardkun.documents.reading import bare, words_of
from tests.plugins.guardkun.documents.shelf import Shelf, fill, lay, particulars_of
from tests.plugins.guardkun.ground import add_enrolment, add_quote

TICKED = "✓"


@pytest.mark.req("B-037", "B-042", "B-051", "B-070")
def test_a_quotation_shows_premium_fee_levy_and_every_month(session: Session, clock: FixedClock) -> None:
    """62,400 yen a year is 46,800 for nine months, 5 percent of it 2,340, and a ninth of each falls due a month."""
    shelf = fill(session, clock, start="2026-09-01", options={})
    words = words_of(shelf.make("quotation"))
    for shown in (
        "見本警備株式会社御中",
        "2026年9月1日（令和8年）から2027年6月1日（令和9年）まで（9か月）",
        "基本補償120,000,000円62,400円",
        "年額保険料62,400円",
        "46,800円（年額保険料×未経過月数9か月÷12か月",
        "制度維持費2,340円（保険料の5%）",
        "賦課金49,140円（保険料＋制度維持費）",
        "うち集金事務費2,340円",
        "12026年11月12日5,200円260円5,460円",
        "92027年7月12日5,200円260円5,460円",
        "合計46,800円2,340円49,140円",
        "加入期間の終了後の確定精算はありません。",
        "「ケイビホケン」または「NSケイビホケン」",
    ):
        assert shown in words, shown


@pytest.mark.req("B-033")
def test_a_quotation_by_a_business_plan_says_that_it_is_final(session: Session, clock: FixedClock) -> None:
    shelf = fill(session, clock, options={})
    final = "事業計画値により算出した保険料は確定保険料です。加入期間の終了後に実際の売上高を通知する必要はありません。"
    assert final not in words_of(shelf.make("quotation"))
    shelf.enrolment.quote.is_business_plan = True
    words = words_of(shelf.make("quotation"))
    assert "事業計画値（警備業務）120,000,000円" in words
    assert final in words


@pytest.mark.req("B-051")
def test_an_application_form_shows_who_applies_for_what_and_at_which_levy(shelf: Shelf) -> None:
    """The levy is that of docs/algorithms/premium.md's request for a year, with 1,500 yen for what is transported."""
    words = words_of(shelf.make("application_form"))
    for shown in (
        "見本警備株式会社",
        "13-00001",
        "2026年6月1日（令和8年）から2027年6月1日（令和9年）まで（12か月）",
        "基本補償（身体障害・財物損壊共通）1事故・保険期間中1億円",
        "特約9労働争議補償特約（オプション4）",
        "警備業務の売上高120,000,000円",
        "施設警備業務雑踏警備業務交通誘導警備業務輸送警備業務身辺警備業務機械警備業務",
        "137,100円",
        "6,855円",
        "143,955円",
        "12026年8月12日11,999円",
        "みなと代理店",
    ):
        assert shown in words, shown


@pytest.mark.req("B-002", "B-060")
def test_an_application_form_states_its_version_and_that_the_applicant_is_the_insured(shelf: Shelf) -> None:
    shelf.enrolment.form_version = 2
    words = words_of(shelf.make("application_form"))
    assert "第2版" in words
    assert f"{shelf.enrolment.quote.number}-2" in words
    assert "申込人は被保険者と同一であり、加入期間の開始時点で加盟員です。" in words
    assert bare(particulars_of(shelf).address) in words


def test_an_application_form_needs_a_member(session: Session, clock: FixedClock) -> None:
    enrolment = add_enrolment(session, lay(session), stage=Stage.QUOTED)
    enrolment.unit = None
    session.flush()
    with pytest.raises(Refused) as refusal:
        application_form(session, enrolment, clock)
    assert refusal.value.code == "no_member_yet"


@pytest.mark.req("B-052", "B-070", "B-079", "B-080", "B-081", "B-082")
@pytest.mark.parametrize("name", ["mandate_form", "empty_mandate_form"])
def test_a_mandate_says_when_to_seal_it_and_what_the_passbook_shows(shelf: Shelf, name: str) -> None:
    words = words_of(shelf.make(name))
    assert (
        "印鑑（サイン）を設定している場合は、押印（サイン）が必要です。設定していない場合は空白でかまいません。"
        in words
    )
    assert "「ケイビホケン」または「NSケイビホケン」" in words
    assert "お届け印" in words
    assert "三菱UFJニコス" in words
    assert "振替の案内および領収証は発行しません。" in words
    assert "毎月20日までに" in words
    assert "更改で口座の変更が無い場合は、提出不要です。" in words
    assert [bank for bank in NET_BANKS.values() if bare(bank) not in words] == []
    assert len(NET_BANKS) == 8


@pytest.mark.req("B-009", "B-033", "B-054", "B-055", "B-056", "B-095")
def test_a_slip_names_the_way_of_the_papers_and_the_share_pattern(shelf: Shelf) -> None:
    shelf.enrolment.agency_copy_kept = True
    shelf.enrolment.branch_note = "代表者の記名を確認済み"
    words = words_of(shelf.make("slip"))
    way = ["①募集代理店", "②所属保険会社担当課支社", "③制度幹事保険会社"]
    places = [words.index(station) for station in way]
    assert places == sorted(places)
    assert "募集代理店から三井住友海上火災保険株式会社公務第一部営業第一課へは送付しないでください。" in words
    assert "分担パターン番号（3桁）123" in words
    assert "分担表添付します" in words
    assert "幹事代理店たいよう共済（10%）" in words
    assert "募集代理店みなと代理店（90%）" in words
    assert "担当課からの連絡事項代表者の記名を確認済み" in words
    assert words.count("写しを保管") == 3
    assert words.count(TICKED) == 1
    assert "事業計画値を算出の基礎とします（該当しません）" in words


@pytest.mark.req("B-033", "B-096")
def test_a_slip_of_another_insurers_agency_has_its_number_and_the_business_plan(
    session: Session, clock: FixedClock
) -> None:
    shelf = fill(session, clock, registration="20000000002", options={})
    shelf.enrolment.quote.is_business_plan = True
    shelf.enrolment.quote.evidence = "事業計画書"
    words = words_of(shelf.make("slip"))
    assert "代理店登録番号（11桁）20000000002" in words
    assert "分担パターン番号" not in words
    assert "新設法人等のため、事業計画値を算出の基礎とします。確認資料：事業計画書" in words
    assert "分担表三井住友海上所属代理店のみ不要不要不要" in words


@pytest.mark.req("B-052")
@pytest.mark.parametrize(
    ("is_renewal", "collected", "enclosed"), [(True, False, False), (True, True, True), (False, False, True)]
)
def test_only_a_renewal_with_the_same_account_goes_without_a_mandate(
    session: Session, clock: FixedClock, *, is_renewal: bool, collected: bool, enclosed: bool
) -> None:
    ground = lay(session)
    previous = add_enrolment(session, ground, 2)
    shelf = fill(session, clock, ground, options={})
    shelf.enrolment.previous_id = previous.id if is_renewal else None
    shelf.enrolment.account_unchanged, shelf.enrolment.mandate_collected = True, collected
    left_out = "口座振替依頼書更改で口座変更が無い場合は不要不要不要不要"
    assert (left_out not in words_of(shelf.make("slip"))) is enclosed
    ticked = "添付します" if enclosed else "更改であり口座の変更が無いため、添付しません"
    assert f"{TICKED}{ticked}" in words_of(shelf.make("application_form"))


@pytest.mark.req("B-054")
def test_the_qr_code_of_a_slip_is_its_number(shelf: Shelf) -> None:
    """Read off the page, module by module, within the box that the drawing fills."""
    expected = [[bool(dark) for dark in row] for row in segno.make("S0000001", error="m", micro=False).matrix]
    with pypdfium2.PdfDocument(shelf.make("slip")) as document:
        picture = document[0].render(scale=4).to_pil().convert("L")
    right, top = picture.width - 19 * 4 * 72 // 25.4, 38 * 4 * 72 // 25.4
    corner = picture.crop((int(right - 32 * 4 * 72 / 25.4), int(top), int(right), int(top + 33 * 4 * 72 / 25.4)))
    box = corner.point([255 if level < 40 else 0 for level in range(256)]).getbbox()
    assert box is not None
    side = box[2] - box[0]
    module = side / len(expected)
    seen = [
        [
            corner.getpixel((int(box[0] + (x + 0.5) * module), int(box[1] + (y + 0.5) * module))) < 128
            for x in range(len(expected))
        ]
        for y in range(len(expected))
    ]
    assert seen == expected


@pytest.mark.req("B-054")
def test_there_is_no_slip_before_the_registration(session: Session, clock: FixedClock) -> None:
    enrolment = add_enrolment(session, lay(session), stage=Stage.APPLIED)
    with pytest.raises(Refused) as refusal:
        slip(session, enrolment, clock)
    assert refusal.value.code == "no_slip_number"


@pytest.mark.req("B-055")
def test_the_checklist_has_every_item_and_ticks_what_is_checked(shelf: Shelf) -> None:
    keys = [item.key for item in CHECKLIST]
    assert len(set(keys)) == len(keys)
    assert len(",".join(keys)) <= 500
    shelf.enrolment.checks = ",".join(keys[:3])
    words = words_of(shelf.make("checklist"))
    assert [item.title for item in CHECKLIST if bare(item.title) not in words] == []
    assert words.count(TICKED) == 3


@pytest.mark.req("B-093", "B-094", "B-095")
def test_the_share_table_splits_the_premium_exactly(session: Session, clock: FixedClock) -> None:
    shelf = fill(session, clock, options={})
    shelf.enrolment.quote.premium = 100_001
    words = words_of(shelf.make("share_table"))
    assert "たいよう共済" in words
    assert "10%10,000円" in words
    assert "90%90,001円" in words
    assert "合計100%100,001円" in words
    assert "募集代理店の所属課支社三井住友海上火災保険株式会社東京第一支社100%" in words


@pytest.mark.req("B-096")
def test_another_insurers_agency_has_no_share_table(session: Session, clock: FixedClock) -> None:
    with pytest.raises(Refused) as refusal:
        share_table(session, add_enrolment(session, lay(session), registration="30000000003"), clock)
    assert refusal.value.code == "no_share_table"


@pytest.mark.req("B-105", "B-106")
def test_an_accident_report_says_where_to_call_and_who_handles_it(shelf: Shelf) -> None:
    words = words_of(shelf.make("accident_report"))
    assert "0120-258-189" in words
    assert "火災新種損害サポート部・第一保険金お支払センター" in words
    assert f"証券番号{shelf.enrolment.policy_number}" in words


@pytest.mark.req("B-062")
def test_a_proof_says_what_is_insured_until_the_cover_really_ends(shelf: Shelf) -> None:
    words = words_of(shelf.make("proof_of_cover"))
    assert "2026年6月1日（令和8年）から2027年6月1日（令和9年）まで（12か月）" in words
    assert f"証券番号{shelf.enrolment.policy_number}" in words
    assert "被保険者加入者ならびにその下請の警備業者" in words
    shelf.enrolment.ending, shelf.enrolment.ended_on = "withdrawn", date(2026, 9, 1)
    shelf.session.flush()
    assert "2026年6月1日（令和8年）から2026年9月1日（令和8年）まで（3か月）" in words_of(
        shelf.make("proof_of_cover")
    )


@pytest.mark.req("B-059", "B-062")
def test_only_a_booked_enrolment_has_them(session: Session, clock: FixedClock) -> None:
    shelf = fill(session, clock, stage=Stage.AT_LEAD)
    for name in ("proof_of_cover", "empty_change_notice", "first_failure_letter", "accident_report"):
        with pytest.raises(Refused) as refusal:
            shelf.make(name)
        assert refusal.value.code == "not_booked"


@pytest.mark.req("B-051")
def test_a_quotation_needs_no_member(session: Session, clock: FixedClock) -> None:
    ground = lay(session)
    quote = add_quote(session, ground)
    enrolment = add_enrolment(session, ground)
    enrolment.quote = quote
    assert quote.number in words_of(Shelf(session, clock, enrolment, None).make("quotation"))  # type: ignore[arg-type]
