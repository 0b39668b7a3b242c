"""Banks and their branches by code, name or kana, from the data of the package `zengin-code`.

The names are those of today: what is stored of them stays as it was on its day, for banks merge and close.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.debits.zengin.kana import to_bank_kana
from hoshou.plugins.guardkun.rules.net_banks import NET_BANKS

MOST_FOUND = 10
BANK_ENDS = ("銀行",)
BRANCH_ENDS = ("支店", "店")
"""People write them, the data leave them out."""

_LARGE = dict(zip("ァィゥェォャュョッヮヵヶ", "アイウエオヤユヨツワカケ", strict=True))
_CODE = re.compile(r"\s*([0-9]+)(?:\s.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Office:
    """A bank or a branch; ``kana`` in full width, large letters only. ``manual_name`` is what the manual calls it."""

    code: str
    name: str
    kana: str
    manual_name: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return self.name, self.kana, *([self.manual_name] if self.manual_name else [])

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


def kana_for_file(office: Office, allowed: frozenset[str]) -> str:
    """The kana name in the bank's characters, or nothing where they lack one: the field may stay empty.

    Only foreign banks have such a name (``．``).
    """
    try:
        return to_bank_kana(office.kana, allowed).text
    except Refused:
        return ""


def find_bank(typed: str) -> Office:
    """The bank of a code, a name or kana. Raises Refused ``required``, ``bank_unknown``, ``bank_ambiguous``."""
    return _found(
        typed,
        _banks(),
        BANK_ENDS,
        field="bank",
        unknown=N_("「%(typed)s」という金融機関はありません。金融機関コード（4桁）をご確認ください。"),
        ambiguous=N_("「%(typed)s」だけでは金融機関が決まりません。コードで指定してください：%(found)s"),
    )


def find_branch(bank: Office, typed: str) -> Office:
    """The bank's branch of a code, a name or kana. Raises Refused as ``find_bank`` does, ``branch_…``."""
    return _found(
        typed,
        _branches(bank.code),
        BRANCH_ENDS,
        field="branch",
        unknown=N_("「%(bank)s」に「%(typed)s」という支店はありません。支店コード（3桁）をご確認ください。"),
        ambiguous=N_("「%(typed)s」だけでは支店が決まりません。コードで指定してください：%(found)s"),
        bank=bank.name,
    )


def banks_like(words: str) -> list[Office]:
    """At most ten banks whose code, name or kana begins with the words, or else has them in it."""
    return _like(words, _banks(), BANK_ENDS)[:MOST_FOUND]


def branches_of(bank: str, words: str) -> list[Office]:
    """At most ten branches of the bank, itself by code, name or kana, likewise; none of an unknown bank."""
    try:
        code = find_bank(bank).code
    except Refused:
        return []
    return _like(words, _branches(code), BRANCH_ENDS)[:MOST_FOUND]


def _found(
    typed: str,
    offices: Iterable[Office],
    ends: tuple[str, ...],
    *,
    field: str,
    unknown: str,
    ambiguous: str,
    **values: str,
) -> Office:
    words = typed.strip()
    if not words:
        raise Refused("required", N_("入力してください。"), field=field)
    offices = list(offices)
    code = _CODE.fullmatch(unicodedata.normalize("NFKC", words))
    if code is not None:
        exact = near = [office for office in offices if office.code == code[1]]
    else:
        folded = _folded(words, ends)
        exact = [office for office in offices if folded in _folded_names(office, ends)]
        near = exact or _like(words, offices, ends)
    if len(exact) == 1:
        return exact[0]
    if not near:
        raise Refused(f"{field}_unknown", unknown, field=field, typed=words[:40], **values)
    some = "、".join(map(str, near[:MOST_FOUND])) + ("…" if len(near) > MOST_FOUND else "")
    raise Refused(f"{field}_ambiguous", ambiguous, field=field, typed=words[:40], found=some)


def _like(words: str, offices: Iterable[Office], ends: tuple[str, ...]) -> list[Office]:
    folded = _folded(words, ends)
    if not folded:
        return []
    ranked: tuple[list[Office], list[Office]] = [], []
    for office in offices:
        names = _folded_names(office, ends)
        if any(text.startswith(folded) for text in (office.code, *names)):
            ranked[0].append(office)
        elif any(folded in text for text in names):
            ranked[1].append(office)
    return ranked[0] + ranked[1]


def _folded_names(office: Office, ends: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_folded(name, ends) for name in office.names)


@lru_cache(maxsize=8192)
def _folded(text: str, ends: tuple[str, ...] = ()) -> str:
    """The text as it is compared: width, case, hiragana, small kana and long vowels don't count."""
    plain = "".join(map(_large_katakana, unicodedata.normalize("NFKC", text.strip()).lower()))
    for end in ends:
        if plain.endswith(end) and plain != end:
            return plain.removesuffix(end)
    return plain


def _large_katakana(character: str) -> str:
    if "ぁ" <= character <= "ゖ":
        character = chr(ord(character) + ord("ァ") - ord("ぁ"))
    return "-" if character == "ー" else _LARGE.get(character, character)


@cache
def _directory() -> Mapping[str, Any]:
    # The package reads all its files when it is imported (31,000 branches, 20 MB), so nobody pays for it unasked.
    found: Mapping[str, Any] = import_module("zengin_code").Bank.all
    return found


@cache
def _banks() -> tuple[Office, ...]:
    return tuple(
        Office(bank.code, bank.name, bank.kana, NET_BANKS.get(bank.code, "")) for bank in _directory().values()
    )


def _branches(bank_code: str) -> tuple[Office, ...]:
    bank = _directory().get(bank_code)
    return tuple(Office(one.code, one.name, one.kana) for one in bank.branches.values()) if bank else ()
