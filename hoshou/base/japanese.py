"""Japanese text as people type and paste it: full-width digits, invisible characters, broken lines."""

import unicodedata

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

_DIGIT_SEPARATORS = frozenset("-\N{HYPHEN}\N{MINUS SIGN}ー")
_SMALL = "ぁぃぅぇぉっゃゅょゎゕゖ"
_LARGE = "あいうえおつやゆよわかけ"
_KATAKANA = range(ord("ァ"), ord("ヶ") + 1)
_ALIKE = str.maketrans({code: code - 0x60 for code in _KATAKANA}) | str.maketrans(_SMALL, _LARGE)
_WRAPPERS = {"<": ">", "「": "」", '"': '"', "(": ")"}


def fold(text: str) -> str:
    """``text`` in compatibility form (NFKC), without invisible characters or white space around it."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf").strip()


def fold_for_search(text: str) -> str:
    """``text`` so that what people take for the same is the same.

    Full-width and half-width, upper and lower case, katakana and hiragana, small and large kana are alike.
    """
    return fold(text).casefold().translate(_ALIKE).translate(_ALIKE)


def digits_only(text: str) -> str:
    """The ASCII digits of a pasted code: '1234 5678' and '１２３４－５６７８' both give '12345678'.

    White space, invisible characters and hyphens are dropped. Raises Refused
    ``not_digits`` when anything else is left, or nothing.
    """
    digits = "".join(c for c in fold(text) if not c.isspace() and c not in _DIGIT_SEPARATORS)
    if not (digits.isascii() and digits.isdecimal()):
        raise Refused("not_digits", N_("数字で入力してください。"))
    return digits


def fold_pasted_url(text: str) -> str:
    """A URL as pasted out of a mail: folded, in one piece, out of its brackets.

    Only for URLs of plain ASCII such as our own, where a space can only be an accident.
    """
    url = "".join(fold(text).split())
    if len(url) > 1 and _WRAPPERS.get(url[0]) == url[-1]:
        url = url[1:-1]
    return url


def is_full_width(text: str) -> bool:
    """Whether every character is 全角: takes a full-width cell. Half-width kana and ASCII don't."""
    return all(unicodedata.east_asian_width(c) in "FWA" for c in text)
