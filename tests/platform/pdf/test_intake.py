"""Names and sizes of uploads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshou.base.errors import Refused
from hoshou.platform.pdf import MAX_BYTES, check_filename, check_size

MEBIBYTE = 1024 * 1024


@pytest.mark.req("A-014", "D-01")
@pytest.mark.parametrize(
    "name", ["x.pdf", "x.PDF", "x.Pdf", "保証証券.pdf", "令和7年度 第1号(改).pdf", "a.b.pdf", "-x.pdf"]
)
def test_pdf_names_pass_unchanged(name):
    assert check_filename(name) == name


@pytest.mark.req("A-014", "D-01")
@pytest.mark.parametrize(
    "name", ["x.docx", "x.pdf.exe", "x", "", "pdf", ".pdf", "x.pdf ", "x.pdf.", "x.ｐｄｆ", "xpdf"]
)
def test_other_extensions_are_refused(name):
    with pytest.raises(Refused) as refused:
        check_filename(name)
    assert refused.value.code == "pdf_name_extension"
    assert refused.value.field == "file"


@pytest.mark.req("A17", "A18")
@pytest.mark.parametrize(
    "character", ["\r", "\n", "\0", "\t", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u200b", "/", "\\"]
)
def test_characters_that_a_name_cannot_have(character):
    with pytest.raises(Refused) as refused:
        check_filename(f"a{character}b.pdf")
    assert refused.value.code == "pdf_name_characters"


@pytest.mark.req("A17")
def test_names_are_kept_in_composed_form():
    assert check_filename("ハ\u309aシ\u3099.pdf") == "パジ.pdf"


@pytest.mark.req("A17")
def test_names_end_at_200_characters():
    assert check_filename("証" * 196 + ".pdf")
    with pytest.raises(Refused) as refused:
        check_filename("証" * 197 + ".pdf")
    assert refused.value.code == "pdf_name_too_long"
    assert str(refused.value) == "ファイル名が長すぎます。200文字以内にしてください。"


@pytest.mark.req("A17", "A18")
@given(st.text(max_size=300))
def test_any_name_passes_or_is_refused(name):
    try:
        kept = check_filename(name + ".pdf")
    except Refused:
        return
    assert kept.isprintable()
    assert "/" not in kept


@pytest.mark.req("D-01")
def test_twenty_mebibytes_pass_and_not_one_byte_more():
    assert MAX_BYTES == 20 * MEBIBYTE
    check_size(20 * MEBIBYTE)
    with pytest.raises(Refused) as refused:
        check_size(20 * MEBIBYTE + 1)
    assert refused.value.code == "pdf_too_large"
    assert str(refused.value) == "ファイルが大きすぎます。20MB以下のPDFを登録してください。"


@pytest.mark.req("D-01")
def test_the_limit_is_a_parameter():
    check_size(5 * MEBIBYTE, limit=5 * MEBIBYTE)
    with pytest.raises(Refused):
        check_size(5 * MEBIBYTE + 1, limit=5 * MEBIBYTE)
