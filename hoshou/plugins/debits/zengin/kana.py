"""Turns kana as people type it into the characters a bank reads, and says what was lost.

Nothing is guessed and nothing dropped: what has no reading here (kanji), or only another one
(ヰ, ヲ where ｦ is forbidden), is refused, for it would be another name.
"""

import unicodedata
from dataclasses import dataclass

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

from .characters import PARTY_NAME

_HALF_WIDTH = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
_FULL_WIDTH = {half: full for full, half in _HALF_WIDTH.items()}
_SMALL = dict(zip("ァィゥェォャュョッヮヵヶ", "アイウエオヤユヨツワカケ", strict=True))
_SYMBOLS = {"\u3000": " ", "￥": "\\", "¥": "\\", "「": "｢", "」": "｣"}
_MARKS = {"\u3099": "ﾞ", "\u309a": "ﾟ", "゛": "ﾞ", "゜": "ﾟ", "ﾞ": "ﾞ", "ﾟ": "ﾟ"}
_TAKES_MARK = {"ﾞ": frozenset("ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ"), "ﾟ": frozenset("ﾊﾋﾌﾍﾎ")}
_LONG_VOWELS = "ーｰ"
_FULL_WIDTH_ASCII = range(0xFF01, 0xFF5F)
_HIRAGANA = range(ord("ぁ"), ord("ゖ") + 1)
_TO_KATAKANA = ord("ァ") - ord("ぁ")


@dataclass(frozen=True, slots=True)
class Loss:
    """One character that the result no longer tells apart: `index` counts from 0 in the text as typed.

    `kind` is `hiragana`, `small_kana`, `long_vowel` or `lower_case`.
    """

    index: int
    source: str
    target: str
    kind: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """The text for the file, and everything that can't be turned back."""

    text: str
    losses: tuple[Loss, ...]


def to_bank_kana(text: str, allowed: frozenset[str] = PARTY_NAME) -> Conversion:
    """Convert for a field that takes the `allowed` characters.

    Full width becomes half width and ガ becomes ｶﾞ without loss; hiragana, small kana, ー and
    lower case become what the standard has, each reported. Raises Refused: `kanji` for a kanji,
    `character_not_allowed` for anything else that the field doesn't take, `voicing_mark` for a
    ゛ or ゜ that its kana can't carry.
    """
    converted = ""
    losses: list[Loss] = []
    for index, typed in enumerate(text):
        plain, kinds = _plain(typed)
        target = _half_width(plain)
        if target in _TAKES_MARK and converted[-1:] not in _TAKES_MARK[target]:
            raise Refused(
                "voicing_mark",
                N_("%(place)s文字目の濁点・半濁点を付けられる仮名がありません。"),
                place=index + 1,
            )
        if not allowed.issuperset(target) or (len(target) == 2 and target[0] not in _TAKES_MARK[target[1]]):
            raise _refusal(index, typed)
        losses += [Loss(index, typed, target, kind) for kind in kinds]
        converted += target
    return Conversion(converted, tuple(losses))


def _plain(typed: str) -> tuple[str, list[str]]:
    """Large full-width katakana, or half-width upper-case ASCII, and the kinds of loss on the way."""
    kinds = []
    plain = typed if typed in _MARKS else _SYMBOLS.get(typed, typed)
    if ord(plain) in _FULL_WIDTH_ASCII:
        plain = chr(ord(plain) - 0xFEE0)
    if ord(plain) in _HIRAGANA:
        plain = chr(ord(plain) + _TO_KATAKANA)
        kinds.append("hiragana")
    if plain in _LONG_VOWELS:
        return "-", [*kinds, "long_vowel"]
    large = _SMALL.get(_FULL_WIDTH.get(plain, plain))
    if large:
        return large, [*kinds, "small_kana"]
    if plain.isascii() and plain.islower():
        return plain.upper(), [*kinds, "lower_case"]
    return plain, kinds


def _half_width(plain: str) -> str:
    if plain in _MARKS:
        return _MARKS[plain]
    decomposed = unicodedata.normalize("NFD", plain)
    kana = _HALF_WIDTH.get(decomposed[0])
    if kana is None:
        return plain
    return kana + "".join(_MARKS.get(mark, mark) for mark in decomposed[1:])


def _refusal(index: int, typed: str) -> Refused:
    place = index + 1
    if unicodedata.name(typed, "").startswith("CJK ") or typed in "々〆":
        return Refused("kanji", N_("%(place)s文字目が漢字です。読みをカナで入力してください。"), place=place)
    return Refused(
        "character_not_allowed",
        N_("%(place)s文字目に使えない文字（%(character)s）があります。"),
        place=place,
        character=f"U+{ord(typed):04X}",
    )
