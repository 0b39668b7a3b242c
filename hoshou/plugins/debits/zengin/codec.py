"""One record to and from text, checked against its layout.

A record as a whole is proved by a pattern made from the layout; only when it fails are the
fields looked at one by one, to say what is wrong and where.
"""

import re
from collections.abc import Iterator
from functools import cache

from hoshou.base.errors import noop_gettext as N_

from .layout import EBCDIC, RECORD_BYTES, Field, Kind, Record
from .problems import Problem
from .profiles import Profile

MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9])|(?:0[13-9]|1[0-2])30|(?:0[13578]|1[02])31"  # 0229 exists in some years
NAMES = (Kind.STORE_NAME, Kind.PARTY_NAME)


class RecordCodec:
    """Writes and reads one record type as an agent's profile wants it."""

    def __init__(self, record: Record, profile: Profile) -> None:
        self._fields = record.fields
        self._profile = profile
        self._patterns = {field: re.compile(self._pattern(field)) for field in record.fields}
        self._whole = re.compile("".join(f"(?:{p.pattern})" for p in self._patterns.values()))

    def compose(self, entry: object) -> list[str]:
        """The entry's attributes as fields filled up to their lengths; a value that is too long stays so."""
        return [
            field.allowed if field.kind is Kind.FIXED else _fill(field, str(getattr(entry, field.name)))
            for field in self._fields
        ]

    def split(self, text: str) -> list[str]:
        """The fields of a record of 120 characters, still filled."""
        return [text[field.position - 1 : field.position - 1 + field.length] for field in self._fields]

    def values(self, parts: list[str]) -> dict[str, str | int] | None:
        """The fields without their filling, or None when a number can't be read."""
        found: dict[str, str | int] = {}
        for field, part in zip(self._fields, parts, strict=True):
            if field.kind is Kind.NUMBER:
                if not self._patterns[field].fullmatch(part):
                    return None
                found[field.name] = int(part)
            elif field.kind is not Kind.FIXED:
                found[field.name] = part.rstrip(" ") if field.kind in NAMES else part
        return found

    def problems(self, record: int, parts: list[str]) -> list[Problem]:
        """What is wrong with the fields of the record of that number: nothing, for a sound one."""
        text = "".join(parts)
        # No part is shorter than its field, so the length is right only when every part's is.
        if len(text) == RECORD_BYTES and self._whole.fullmatch(text):
            return []
        return list(self._explain(record, parts))

    def _pattern(self, field: Field) -> str:
        match field.kind:
            case Kind.FIXED:
                return re.escape(field.allowed)
            case Kind.MONTH_DAY:
                return MONTH_DAY
            case Kind.CHOICE:
                return f"[{field.allowed}]"
            case Kind.STORE_NAME | Kind.PARTY_NAME:
                allowed = re.escape("".join(sorted(self._characters(field))))
                blank = "" if field.required else f"| {{{field.length}}}"
                return f"(?! )[{allowed}]{{{field.length}}}{blank}"
            case _:
                return f"[0-9]{{{field.length}}}"

    def _characters(self, field: Field) -> frozenset[str]:
        return self._profile.store_names if field.kind is Kind.STORE_NAME else self._profile.party_names

    def _explain(self, record: int, parts: list[str]) -> Iterator[Problem]:
        for field, part in zip(self._fields, parts, strict=True):
            if not self._patterns[field].fullmatch(part):
                offset, code, message = self._fault(field, part)
                values = {"label": field.label, "length": field.length}
                if offset < len(part):
                    values["character"] = f"U+{ord(part[offset]):04X}"
                yield Problem(record, field.position + offset, code, message, values)

    def _fault(self, field: Field, part: str) -> tuple[int, str, str]:
        """Where in the part, the code, and the message."""
        if len(part) > field.length:
            if field.kind in (Kind.NUMBER, Kind.DIGITS):
                return 0, "number_too_large", N_("「%(label)s」が%(length)s桁に収まりません。")
            if field.kind not in (Kind.FULL_DIGITS, *NAMES):
                return 0, "value_not_allowed", N_("「%(label)s」の値が正しくありません。")
        match field.kind:
            case Kind.FIXED if field.name == "code_class" and part == EBCDIC:
                return 0, "ebcdic", N_("コード区分がEBCDICです。JISのファイルだけを扱います。")
            case Kind.FIXED if field.name == "spaces":
                return _first(part, " "), "spaces_expected", N_("「%(label)s」は空白でなければなりません。")
            case Kind.STORE_NAME | Kind.PARTY_NAME:
                return self._name_fault(field, part)
            case Kind.FIXED | Kind.CHOICE:
                return 0, "value_not_allowed", N_("「%(label)s」の値が正しくありません。")
            case Kind.MONTH_DAY if re.fullmatch("[0-9]{4}", part):
                return 0, "no_such_day", N_("「%(label)s」は暦にない日です。")
            case Kind.FULL_DIGITS if re.fullmatch("[0-9]* *", part):
                return 0, "wrong_length", N_("「%(label)s」は%(length)s桁の数字でなければなりません。")
            case _:
                offset = _first(part, "0123456789")
                return offset, "not_digits", N_("「%(label)s」に数字でない文字（%(character)s）があります。")

    def _name_fault(self, field: Field, part: str) -> tuple[int, str, str]:
        strange = _first(part, self._characters(field))
        if strange < min(len(part), field.length):
            return (
                strange,
                "character_not_allowed",
                N_("「%(label)s」に使えない文字（%(character)s）があります。"),
            )
        if len(part) > field.length:
            return 0, "too_long", N_("「%(label)s」は%(length)s文字までです。名義は切り詰めません。")
        if part.strip(" "):
            return 0, "leading_space", N_("「%(label)s」は空白で始められません。")
        return 0, "required", N_("「%(label)s」がありません。")


def _fill(field: Field, text: str) -> str:
    if field.kind in (Kind.NUMBER, Kind.DIGITS) and text:
        return text.rjust(field.length, "0")
    return text.ljust(field.length)


def _first(part: str, expected: str | frozenset[str]) -> int:
    """Where the first other character stands, or the part's length."""
    return next((offset for offset, character in enumerate(part) if character not in expected), len(part))


@cache
def codec_for(record: Record, profile: Profile) -> RecordCodec:
    """The codec of a record type under a profile, made once."""
    return RecordCodec(record, profile)
