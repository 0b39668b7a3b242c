"""What people type, what the bank gets, and what was lost on the way."""

import re

import pytest
from hypothesis import given

from hoshou.base.errors import Refused
from hoshou.plugins.debits.zengin.characters import PARTY_NAME, STORE_NAME, WIDE_NAME, encode
from hoshou.plugins.debits.zengin.kana import Conversion, Loss, to_bank_kana

from .examples import DOCS, any_text

PAGE = re.findall(r"^\| (\S+) \| (\S+) \| (.*?) ?\|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
EXAMPLES = ("ガード", "ジャパン", "Ａｂ１", "ｶ）ﾀﾛｳ")
CONVERSIONS = {typed: (out, lost) for typed, out, lost in PAGE if typed in EXAMPLES}


@pytest.mark.req("B3")
def test_the_conversions_of_the_page() -> None:
    assert len(CONVERSIONS) == 4
    for typed, (out, lost) in CONVERSIONS.items():
        conversion = to_bank_kana(typed)
        assert conversion.text == out
        assert " ".join(loss.kind for loss in conversion.losses) == lost


@pytest.mark.req("B3")
@pytest.mark.parametrize(
    ("typed", "text", "lost"),
    [
        ("ガギグゲゴ", "ｶﾞｷﾞｸﾞｹﾞｺﾞ", []),
        ("パピプペポ", "ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟ", []),
        ("ヴ", "ｳﾞ", []),
        ("か\u3099", "ｶﾞ", ["hiragana"]),
        ("ハ゜", "ﾊﾟ", []),
        ("ｬｭｮｯ", "ﾔﾕﾖﾂ", ["small_kana"] * 4),
        ("ァィゥェォャュョッヮヵヶ", "ｱｲｳｴｵﾔﾕﾖﾂﾜｶｹ", ["small_kana"] * 12),
        ("ｺｰﾋｰ", "ｺ-ﾋ-", ["long_vowel"] * 2),
        ("っ", "ﾂ", ["hiragana", "small_kana"]),
        ("アン　ドウ", "ｱﾝ ﾄﾞｳ", []),
        ("（．）－", "(.)-", []),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ﾔﾏﾀﾞ ﾀﾛｳ", []),
    ],
)
def test_conversion(typed: str, text: str, lost: list[str]) -> None:
    conversion = to_bank_kana(typed)
    assert conversion.text == text
    assert [loss.kind for loss in conversion.losses] == lost


def test_a_loss_says_where() -> None:
    assert to_bank_kana("ヨーコ").losses == (Loss(1, "ー", "-", "long_vowel"),)


@pytest.mark.req("B3")
@pytest.mark.parametrize(
    ("typed", "code", "place"),
    [
        ("ｶ)警備", "kanji", 3),
        ("々", "kanji", 1),
        ("㈱アイ", "character_not_allowed", 1),
        ("ヰ", "character_not_allowed", 1),
        ("ヲ", "character_not_allowed", 1),
        ("ヷ", "character_not_allowed", 1),
        ("ｱ,ｲ", "character_not_allowed", 2),
        ("ｱ\nｲ", "character_not_allowed", 2),
        ("ﾞｱ", "voicing_mark", 1),
        ("ア゛", "voicing_mark", 2),
        ("ガ゛", "voicing_mark", 2),
        ("カ゜", "voicing_mark", 2),
    ],
)
def test_what_would_be_another_name_is_refused(typed: str, code: str, place: int) -> None:
    with pytest.raises(Refused) as refused:
        to_bank_kana(typed)
    assert refused.value.code == code
    assert f"{place}文字目" in str(refused.value)


def test_the_field_decides() -> None:
    assert to_bank_kana("ヲ￥「」／", WIDE_NAME).text == "ｦ\\｢｣/"
    with pytest.raises(Refused, match="1文字目"):
        to_bank_kana("（", STORE_NAME)


@pytest.mark.req("B3")
@given(any_text)
def test_any_text_is_refused_or_fit_for_a_file(typed: str) -> None:
    try:
        conversion = to_bank_kana(typed)
    except Refused:
        return
    assert PARTY_NAME.issuperset(conversion.text)
    assert len(encode(conversion.text)) == len(conversion.text) >= len(typed)
    assert to_bank_kana(conversion.text) == Conversion(conversion.text, ())
