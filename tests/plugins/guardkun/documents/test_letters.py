"""変更届出書, 変更確認書, 不能案内文 and 妥当性確認書 (B-034, B-035, B-072 to B-076, B-084 to B-092)."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hoshou.base.errors import Invalid, Refused
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.guardkun.rules.failure_notice import FailureNotice
from hoshou.plugins.guardkun.services.documents.failure_letter import failure_letter
from hoshou.plugins.guardkun.services.documents.validity_statement import validity_statement
from tests.plugins.guardkun.documents.reading import words_of
from tests.plugins.guardkun.documents.shelf import AUGUST, SEPTEMBER, STATEMENT, Shelf, particulars_of

TICKED = "✓"


@pytest.mark.req("B-090")
def test_a_confirmation_is_in_the_name_of_the_lead_agency(shelf: Shelf) -> None:
    words = words_of(shelf.make("change_confirmation"))
    assert "取扱代理店（幹事）たいよう共済" in words
    assert "変更日2026年10月1日（令和8年）" in words
    assert "所在地東京都新宿区新宿1-1-1東京都港区新橋2-2-2" in words


@pytest.mark.req("B-090")
def test_nothing_is_confirmed_before_it_is_accepted(shelf: Shelf) -> None:
    shelf.change.note = "理由"
    for state in ("draft", "at_branch", "at_lead", "refused"):
        shelf.change.state = state
        with pytest.raises(Refused) as refusal:
            shelf.make("change_confirmation")
        assert refusal.value.code == "change_not_accepted"


@pytest.mark.req("B-090")
def test_a_year_without_a_lead_agency_confirms_nothing(shelf: Shelf) -> None:
    year: SchemeYear = shelf.enrolment.scheme_year
    year.lead_agency = None
    shelf.session.flush()
    with pytest.raises(Refused) as refusal:
        shelf.make("change_confirmation")
    assert refusal.value.code == "no_lead_agency"


@pytest.mark.req("B-084", "B-086")
def test_a_notice_of_withdrawal_ticks_its_kind_and_reason(shelf: Shelf) -> None:
    change = shelf.change
    change.kind, change.reason, change.note, change.details = "withdrawal", "request", "事業譲渡のため", "{}"
    words = words_of(shelf.make("change_notice"))
    assert words.count(TICKED) == 2
    assert "備考事業譲渡のため" in words
    assert "変更日の属する月の前月20日までに" in words
    assert "代理店は領収できません" in words


@pytest.mark.req("B-092")
def test_a_change_of_agency_shows_both_numbers_and_names(shelf: Shelf) -> None:
    shelf.change.kind = "agency"
    shelf.change.details = json.dumps(
        {
            "old_number": "10000000001",
            "old_name": "みなと代理店",
            "new_number": "10000000009",
            "new_name": "うみべ代理店",
        }
    )
    words = words_of(shelf.make("change_notice"))
    assert "代理店登録番号1000000000110000000009" in words
    assert "代理店名みなと代理店うみべ代理店" in words


@pytest.mark.req("B-072", "B-074")
def test_the_first_letter_announces_two_months_at_the_next_debit(shelf: Shelf) -> None:
    words = words_of(shelf.make("first_failure_letter"))
    assert "発行（保険契約者）一般社団法人全国警備業協会" in words
    assert "ご案内一般社団法人東京都警備業協会" in words
    assert "2026年8月12日5,200円260円5,460円" in words
    assert "2か月分の保険料および制度維持費を振り替えます" in words
    assert "次回の振替日2026年9月14日10,920円" in words
    assert "電話03-0000-0000" in words


@pytest.mark.req("B-072", "B-074", "B-082")
def test_the_first_letter_counts_the_months_of_a_form_that_came_late(shelf: Shelf) -> None:
    """The first debit took two months, since no form was there for August; October's takes three."""
    october = replace(SEPTEMBER, date=date(2026, 10, 13))
    notice = FailureNotice((AUGUST, SEPTEMBER), next_debit=october)
    words = words_of(failure_letter(shelf.session, shelf.enrolment, notice, shelf.clock))
    assert "口座振替ができませんでした" in words
    assert "連続" not in words
    assert "3か月分の保険料および制度維持費を振り替えます" in words
    assert "次回の振替日2026年10月13日16,380円" in words


@pytest.mark.req("B-073", "B-074", "B-076", "B-088")
def test_the_second_letter_asks_for_a_transfer_and_warns_of_the_lapse(shelf: Shelf) -> None:
    words = words_of(shelf.make("second_failure_letter"))
    assert "口座振替が2か月連続でできませんでした" in words
    assert "原則として不払解除となります" in words
    assert "お振り込みの期限2026年9月28日10,920円" in words
    assert "取扱代理店は領収できません" in words


@pytest.mark.req("B-074", "B-078", "B6")
def test_a_failure_letter_says_nothing_of_the_account(shelf: Shelf) -> None:
    words = words_of(shelf.make("first_failure_letter")) + words_of(shelf.make("second_failure_letter"))
    assert [word for word in ("銀行", "支店名", "口座番号", "名義", "普通", "当座") if word in words] == []


@pytest.mark.req("B-074")
def test_a_letter_about_the_last_instalment_asks_for_a_transfer(shelf: Shelf) -> None:
    july = replace(AUGUST, date=date(2027, 7, 12))
    notice = FailureNotice((july,), pay_by=date(2027, 7, 30))
    words = words_of(failure_letter(shelf.session, shelf.enrolment, notice, shelf.clock))
    assert "加入期間の最後の振替であったため" in words
    assert "お振り込みの期限2027年7月30日5,460円" in words


@pytest.mark.parametrize(
    "values",
    [
        {"failed": ()},
        {"failed": (AUGUST,)},
        {"failed": (AUGUST,), "next_debit": SEPTEMBER, "pay_by": date(2026, 9, 28)},
        {"failed": (AUGUST,), "next_debit": SEPTEMBER, "is_second": True},
    ],
)
def test_a_notice_of_anything_else_is_a_fault(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"fail|names"):
        FailureNotice(**values)


@pytest.mark.req("B-034", "B-035")
def test_a_statement_prints_the_manuals_words_and_ticks_one_result(shelf: Shelf) -> None:
    words = words_of(shelf.make("validity_statement"))
    assert (
        "妥当性確認チェックポイント▶通知(告知)対象期間は、普通保険約款・特約等に照らし合わせて適切である。"
        "▶基礎数値の単位に誤りがない。(例:千円単位で通知すべきところ、誤って百万円単位とする等)"
        "▶お客さま内部の資料に記載の数値と、通知(告知)書、保険申込書、変更届出書に記載した基礎数値が一致している。"
        "▶通知(告知)書の「代理店(会社)確認欄」に確認者の押印がある。"
        "(傷害・新種の場合、かんたんPDFによる手続時は確認者押印の省略が可能)"
        "▶ゼロ精算の場合「暫定基礎数値」と「確定基礎数値」が一致していないこと(一致する場合はその理由)を確認。"
        "▶(傷害)同額更改の場合旧契約(更改前契約)の基礎数値と一致していないこと(一致する場合はその理由)を確認。"
        "▶(新種・貨物)同額更改の場合旧契約(更改前契約)の基礎数値と一致している理由を確認。"
        "ゼロ精算の場合チェック欄確認結果"
        "①暫定保険料算出時に見込んだ基礎数値と一致していないことを確認した。"
        "例:基礎数値に変動が少なかったため、結果として暫定保険料と確定保険料が同額となったケース等"
        "②暫定基礎数値と確定基礎数値が一致しているが、以下④⑤に該当する。"
        "③上記以外(具体的な理由を以下に記載してください)（）"
        "同額更改の場合チェック欄確認結果"
        "④お客さま決算月の変更、決算確定の遅れ、中途更改などの理由により、"
        "旧契約(更改前契約)と同一の会計年度の売上高等を採用している。"
        "(新規設立事業において「事業計画値」を基礎数値とし、初年度の決算数値が未確定のため、"
        "引き続き「事業計画値」を基礎数値とするケースを含む)"
        "⑤固定(特定)の請負契約費用のみを売上高とするような業態のため、結果として一致した。"
        "⑥比較的小さい数(量)を基礎数値とするため、結果として変動が発生しない。"
        "例:商店会総合、自治会、塾総合、労総(平均被用者数)等"
        "(数は必ずしも小さくはないが、仕組み上変動が生じず結果として基礎数値が完全に一致する"
        "レク(行事参加者)包括契約等を含む)"
        "⑦上記以外(具体的な理由を以下に記載してください)（同額の契約だけであるため）"
    ) in words.replace(TICKED, "")
    for shown in (
        "【ゼロ精算・同額更改】保険料算出の基礎数値妥当性確認書",
        "★保険申込書・変更届出書に添付してご提出ください。",
        f"証券番号{shelf.enrolment.policy_number}",
        "保険契約者名一般社団法人全国警備業協会",
        "保険種類警備業者賠償責任保険",
        "部課・代理店コードAAA00-1234",
        "確認太郎（社員が確認対応した場合のみチェック）",
        "総勘定元帳（閲覧日2026年4月10日）",
    ):
        assert shown in words, shown
    assert words.count(TICKED) == 2
    assert f"{TICKED}⑦上記以外" in words


@pytest.mark.req("B-035")
def test_the_other_results_need_no_words(shelf: Shelf) -> None:
    for finding in "12456":
        statement = replace(STATEMENT, finding=finding, words="", is_employee=False)
        words = words_of(validity_statement(shelf.session, shelf.enrolment, statement, shelf.clock))
        assert words.count(TICKED) == 1


@pytest.mark.req("B-035")
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"finding": "3", "words": ""}, ["words"]),
        ({"finding": "7", "words": "　 "}, ["words"]),
        ({"finding": "8"}, ["finding"]),
        ({"finding": ""}, ["finding"]),
        ({"confirmed_by": " "}, ["confirmed_by"]),
        ({"documents": ""}, ["documents"]),
        ({"checked_points": False}, ["checked_points"]),
        ({"confirmed_by": "", "finding": "7", "words": ""}, ["confirmed_by", "words"]),
    ],
)
def test_a_statement_without_what_it_needs_is_refused(changes: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        replace(STATEMENT, **changes)
    assert [fault.field for fault in refusal.value.errors] == fields


@pytest.mark.req("B-109")
def test_an_empty_statement_ticks_nothing(shelf: Shelf) -> None:
    particulars_of(shelf).company_name = "港警備株式会社"
    assert TICKED not in words_of(shelf.make("empty_validity_statement"))
