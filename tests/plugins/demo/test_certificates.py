"""The demo's documents: what they say, how long they are, and their scans."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdfium2
import pytest
from pypdf import PdfReader

from hoshou.base.errors import DomainError
from hoshou.plugins.demo.certificates import certificate_pdf, scanned
from hoshou.plugins.demo.rules.certificate import (
    Amendment,
    BreakdownLine,
    CertificateData,
    ContractType,
    DocumentKind,
)

DATA = CertificateData(
    contract_type=ContractType.BOND,
    insurer="ＡＩＧ損害保険株式会社",
    policy_number="B26-02-00417",
    contractor="髙嶺﨑建設株式会社",
    contractor_address="東雲県青葉野市本町二丁目4番8号",
    orderer="青葉野市長",
    project_name="市道環状線（第3工区）改良工事 #panic()",
    contracted_on=date(2026, 4, 1),
    contract_amount=184_800_000,
    guaranteed_amount=55_440_000,
    premium=331_480,
    insured_from=date(2026, 4, 2),
    insured_to=date(2027, 3, 19),
    issued_on=date(2026, 4, 3),
    agency="株式会社みらい野保険サービス",
)
AMENDED = replace(
    DATA,
    amendment=Amendment(
        changed_on=date(2026, 8, 1),
        reason="工期の延長",
        additional_premium=12_300,
        contract_amount_before=184_800_000,
        guaranteed_amount_before=50_000_000,
        insured_to_before=date(2027, 1, 31),
    ),
)


def pages_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


@pytest.mark.req("A-001")
@pytest.mark.parametrize(
    ("contract_type", "title", "pages"),
    [
        (ContractType.BOND, "公共工事履行保証証券", 2),
        (ContractType.BID, "入札保証保険証券", 1),
        (ContractType.PERFORMANCE, "履行保証保険証券", 2),
    ],
)
def test_a_certificate_of_each_type_states_the_contract(
    contract_type: ContractType, title: str, pages: int
) -> None:
    texts = pages_of(certificate_pdf(DocumentKind.CERTIFICATE, replace(DATA, contract_type=contract_type)))

    assert len(texts) == pages
    assert title in texts[0]
    for fact in (
        DATA.insurer,
        DATA.policy_number,
        DATA.contractor,
        DATA.orderer,
        DATA.project_name,
        DATA.agency,
        "184,800,000円",
        "55,440,000",
        "331,480円",
        "2026年4月2日（令和8年）から",
        "2027年3月19日（令和9年）まで",
        "2026年4月3日（令和8年4月3日）発行",
    ):
        assert fact in texts[0]


@pytest.mark.req("A-008")
@pytest.mark.parametrize("kind", DocumentKind)
def test_every_page_is_marked_as_a_specimen(kind: DocumentKind) -> None:
    assert all("見本" in text for text in pages_of(certificate_pdf(kind, AMENDED)))


@pytest.mark.req("A-008")
@pytest.mark.parametrize(("rows", "pages"), [(10, 2), (60, 3), (190, 6)])
def test_an_annex_grows_with_its_breakdown(rows: int, pages: int) -> None:
    lines = tuple(BreakdownLine(f"工種{row}", row, "m²", 1_000) for row in range(1, rows + 1))
    texts = pages_of(certificate_pdf(DocumentKind.ANNEX, replace(DATA, breakdown=lines)))

    assert len(texts) == pages
    assert f"工種{rows}" in "".join(texts)
    assert "お手続きのご案内" in texts[-1]


@pytest.mark.req("A-018")
def test_a_change_notice_lists_what_changed_and_nothing_else() -> None:
    (text,) = pages_of(certificate_pdf(DocumentKind.CHANGE_NOTICE, AMENDED))

    assert "50,000,000円 55,440,000円" in " ".join(text.split())
    assert "2027年1月31日（令和9年） 2027年3月19日（令和9年）" in " ".join(text.split())
    assert "12,300円" in text
    assert "184,800,000円" not in text


def test_a_change_notice_needs_an_amendment() -> None:
    with pytest.raises(DomainError):
        certificate_pdf(DocumentKind.CHANGE_NOTICE, DATA)


def test_a_scan_has_the_pages_as_pictures_and_no_text() -> None:
    original = certificate_pdf(DocumentKind.CERTIFICATE, DATA)
    scan = scanned(original)
    pages = PdfReader(BytesIO(scan)).pages

    assert scan == scanned(original)
    assert pages_of(scan) == ["", ""]
    assert [len(page.images) for page in pages] == [1, 1]
    assert [round(float(side) * 25.4 / 72) for side in pages[0].mediabox[2:]] == [210, 297]
