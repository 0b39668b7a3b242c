"""One record to and from text, checked against its layout.

A record as a whole is proved by a pattern made from the layout; only when it fails are the
fields looked at one by one, to say what is wrong and where.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from hoshou.base.errors import noop_gettext as N_

from .layout import EBCDIC, RECORDS, Field, Kind, Record
from .problems import Problem
from .profiles import Profile

MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9])|(?:0[13-9]|1[0-2])30|(?:0[13578]|1[02])31"
"""Every day of the year as MMDD; 0229 too, since the year is unknown."""
NAMES = (Kind.STORE_NAME, Kind.PARTY_NAME)


class RecordCodec:
    """Writes and reads one record type as an agent's profile wants it.

    An entry's attributes have the names and the order of the record's fields, FIXED ones left out.
    """

    def __init__(self, record: Record, profile: Profile) -> None:
        self._fields = record.fields
        self._profile = profile
        self._patterns = {field: re.compile(self._pattern(field)) for field in record.fields}
        self._whole = re.compile("".join(f"(?:{p.pattern})" for p in self._patterns.values()))
        self._template = "".join(
            field.allowed
            if field.kind is Kind.FIXED
            else f"{{0.{field.name}:{'0>' if field.kind is Kind.NUMBER else '<'}{field.length}}}"
            for field in record.fields
        )
        self._places = [
            (
                field.position - 1,
                field.position - 1 + field.length,
                field.kind is Kind.NUMBER,
                field.kind in NAMES,
            )
            for field in record.fields
            if field.kind is not Kind.FIXED
        ]

    def compose(self, record: int, entry: object) -> str | list[Problem]:
        """The 120 characters that say the entry in the record of that number, or why there are none."""
        text = self._template.format(entry)
        if self._is_sound(text):
            return text
        # Something doesn't fit, or a code is shorter than its field and wants its zeros.
        parts = [
            field.allowed if field.kind is Kind.FIXED else _fill(field, str(getattr(entry, field.name)))
            for field in self._fields
        ]
        return list(self._explain(record, parts)) or "".join(parts)

    def problems(self, record: int, text: str) -> list[Problem]:
        """What is wrong with 120 characters that were read."""
        if self._is_sound(text):
            return []
        return list(
            self._explain(record, [text[f.position - 1 : f.position - 1 + f.length] for f in self._fields])
        )

    def values(self, text: str) -> list[str | int] | None:
        """The entry's attributes in 120 characters, or None when a number can't be read."""
        found: list[str | int] = []
        for start, end, is_number, is_name in self._places:
            part = text[start:end]
            if is_number:
                if not (part.isascii() and part.isdecimal()):
                    return None
                found.append(int(part))
            else:
                found.append(part.rstrip(" ") if is_name else part)
        return found

    def _is_sound(self, text: str) -> bool:
        # The pattern takes 120 characters only. When composing, no field comes out too short, so
        # one that is too long can't be made up for by another.
        return self._whole.fullmatch(text) is not None

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
def codecs_for(profile: Profile) -> Mapping[str, RecordCodec]:
    """The codecs of a profile by データ区分, made once."""
    return {mark: RecordCodec(record, profile) for mark, record in RECORDS.items()}
