"""What holds for each document of the scheme: fonts, glyphs, margins, number, date, and the mark of a sample."""

import json
from dataclasses import asdict

import pytest
from sqlalchemy import select

from hoshou.base.errors import DomainError
from hoshou.plugins.guardkun.services.particulars import facts_of
from hoshou.plugins.premium.models import RateTableVersion
from tests.plugins.guardkun.documents.reading import bare, fonts_of, outside, pages_of, words_of
from tests.plugins.guardkun.documents.shelf import NAMES, Shelf, particulars_of, stretch

EMBEDDED = {"NotoSansCJKjp-Regular": True, "NotoSansCJKjp-Bold": True}
SAMPLE = "見本"
WITHOUT_AMOUNTS = {
    "mandate_form",
    "empty_mandate_form",
    "slip",
    "checklist",
    "validity_statement",
    "empty_validity_statement",
    "accident_report",
}
WITHOUT_NAME = {"brochure", "empty_mandate_form", "validity_statement", "empty_validity_statement"}


@pytest.mark.req("B-109", "P-019")
def test_each_is_drawn_with_embedded_fonts_and_shows_rare_characters(shelf: Shelf) -> None:
    company = "株式会社髙﨑〜𠮷野葛\U000e0100城警備"
    particulars_of(shelf).company_name = company
    shelf.enrolment.quote.prospect_name = company
    pdfs = {name: make() for name, make in shelf.makers.items()}
    assert {name: fonts_of(pdf) for name, pdf in pdfs.items()} == dict.fromkeys(NAMES, EMBEDDED)
    assert {name for name, pdf in pdfs.items() if company not in words_of(pdf)} == WITHOUT_NAME


TITLES = {
    "quotation": "見積書",
    "application_form": "加入申込票",
    "mandate_form": "口座振替依頼書",
    "slip": "帳票送付状",
    "checklist": "チェックリスト",
    "share_table": "分担表",
    "certificate": "加入者証",
    "proof_of_cover": "付保証明書",
    "change_notice": "変更届出書",
    "change_confirmation": "変更確認書",
    "first_failure_letter": "口座振替不能のご案内",
    "second_failure_letter": "口座振替不能のご案内",
    "validity_statement": "妥当性確認書",
    "accident_report": "事故報告書",
}


@pytest.mark.req("B-109")
@pytest.mark.parametrize("name", TITLES)
def test_the_whole_set_is_there_under_its_titles(shelf: Shelf, name: str) -> None:
    assert TITLES[name] in words_of(shelf.make(name))


@pytest.mark.req("B-109")
def test_the_longest_names_and_addresses_stay_within_the_margins(shelf: Shelf) -> None:
    stretch(shelf)
    pdfs = {name: make() for name, make in shelf.makers.items()}
    assert {name: "".join(outside(pdf, left=19, right=19)) for name, pdf in pdfs.items()} == dict.fromkeys(
        NAMES, ""
    )
    company = bare(particulars_of(shelf).company_name)
    assert {name for name, pdf in pdfs.items() if company not in words_of(pdf)} == WITHOUT_NAME


@pytest.mark.req("B-109")
def test_a_document_of_usual_length_has_one_page_or_two_and_the_brochure_four(shelf: Shelf) -> None:
    more = {"quotation": 2, "application_form": 2, "certificate": 2, "brochure": 4}
    pages = {name: pages_of(make()) for name, make in shelf.makers.items()}
    assert pages == {name: more.get(name, 1) for name in NAMES}


@pytest.mark.req("D-21")
def test_what_comes_from_sample_rates_says_so(shelf: Shelf) -> None:
    shelf.enrolment.quote.prospect_name = "港警備株式会社"
    row = particulars_of(shelf)
    row.company_name, row.company_kana, row.representative = "港警備株式会社", "ミナトケイビ", "港 一郎"
    shelf.change.details = json.dumps({"facts": {**asdict(facts_of(row)), "address": "東京都港区新橋2-2-2"}})
    marked = {name for name, make in shelf.makers.items() if SAMPLE in words_of(make())}
    assert marked == set(NAMES) - WITHOUT_AMOUNTS
    shelf.enrolment.quote.is_sample = False
    shelf.session.scalars(select(RateTableVersion)).one().is_sample = False
    assert [name for name in marked if SAMPLE in words_of(shelf.make(name))] == []


@pytest.mark.req("B-109")
def test_it_has_a_number_its_day_and_counted_pages(shelf: Shelf) -> None:
    numbers = {
        "certificate": shelf.enrolment.policy_number,
        "quotation": shelf.enrolment.quote.number,
        "slip": shelf.enrolment.slip_number,
        "proof_of_cover": f"{shelf.enrolment.policy_number}-P20260415",
    }
    for name, number in numbers.items():
        pdf = shelf.make(name)
        words = words_of(pdf)
        assert f"{number}" in words
        assert "2026年4月15日" in words
        assert f"1/{pages_of(pdf)}" in words


@pytest.mark.req("P-019")
def test_a_character_that_the_fonts_lack_refuses_the_document_and_tells_no_log_the_rest(shelf: Shelf) -> None:
    particulars_of(shelf).company_name = "山\ue000田警備"
    particulars_of(shelf).address = "秘密の住所"
    with pytest.raises(DomainError) as failure:
        shelf.make("certificate")
    assert failure.value.code == "document-not-rendered"
    cause = failure.value.__cause__
    assert cause is not None
    assert "秘密の住所" not in f"{cause}{cause.__notes__}"


@pytest.mark.req("B-109")
def test_the_same_rows_make_the_same_bytes(shelf: Shelf) -> None:
    first = [shelf.make("certificate"), shelf.make("brochure")]
    shelf.make("quotation")
    assert [shelf.make("certificate"), shelf.make("brochure")] == first
