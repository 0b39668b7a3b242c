"""What people type and paste becomes what was meant."""

import pytest

from hoshou.base.errors import Refused
from hoshou.base.japanese import digits_only, fold, fold_for_search, fold_pasted_url, is_full_width


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("　ＡＢＣ１２３　", "ABC123"),
        ("ｶﾞｰﾄﾞｸﾝ", "ガードクン"),
        ("a\u200bb\ufeffc\u00ad", "abc"),
        ("\u202eabc", "abc"),
        ("東京 都\r\n", "東京 都"),
        ("髙﨑", "髙﨑"),
    ],
)
def test_folding(pasted, meant):
    assert fold(pasted) == meant


@pytest.mark.parametrize("text", ["ﾊﾟｽﾜｰﾄﾞ", "パスワード", "ぱすわーど"])
def test_what_is_searched_for_is_found_in_any_kana(text):
    assert fold_for_search(text) == "ぱすわーど"


def test_small_kana_and_letters_of_any_width_are_alike():
    assert fold_for_search("キャッシュ Ｑ９") == fold_for_search("きやつしゆ q9")


@pytest.mark.parametrize(
    "pasted",
    [
        "12345678",
        "1234 5678",
        "１２３４　５６７８",
        "1234-5678",
        "１２３４－５６７８",
        "１２３４ー５６７８",
        "12\u200b34\n5678\r\n",
        "\ufeff1234\t5678",
    ],
)
def test_the_digits_of_a_pasted_code(pasted):
    assert digits_only(pasted) == "12345678"


@pytest.mark.parametrize("pasted", ["", "  ", "1234567a", "１２３４円", "١٢٣٤", "1234.5678", "-"])
def test_what_is_no_code_is_refused(pasted):
    with pytest.raises(Refused) as refused:
        digits_only(pasted)
    assert refused.value.code == "not_digits"


@pytest.mark.parametrize(
    "pasted",
    [
        "https://hoshou.example/v/AbC_-9",
        "  https://hoshou.example/v/AbC_-9\r\n",
        "https://hoshou.exam\r\n ple/v/AbC\n_-9",
        "<https://hoshou.example/v/AbC_-9>",
        "「https://hoshou.example/v/AbC_-9」",
        "ｈｔｔｐｓ：／／ｈｏｓｈｏｕ．ｅｘａｍｐｌｅ／ｖ／ＡｂＣ＿－９",
        "\ufeffhttps://hoshou.example/v/AbC\u200b_-9",
    ],
)
def test_a_url_pasted_out_of_a_mail(pasted):
    assert fold_pasted_url(pasted) == "https://hoshou.example/v/AbC_-9"


def test_a_lone_bracket_is_no_wrapping():
    assert fold_pasted_url("<") == "<"
    assert fold_pasted_url("") == ""


@pytest.mark.parametrize(
    ("text", "full_width"),
    [
        ("株式会社サンプル警備", True),
        ("ＡＢＣ１２３", True),
        ("㈱髙﨑〜", True),
        ("株式会社Sample", False),
        ("ｻﾝﾌﾟﾙ", False),
        ("東京 都", False),
        ("東京　都", True),
    ],
)
def test_full_width(text, full_width):
    assert is_full_width(text) is full_width
