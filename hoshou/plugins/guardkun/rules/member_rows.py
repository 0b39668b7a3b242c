"""A file of members: CSV in CP932 or UTF-8 with a mark, each fault named by its row (B-004)."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from hoshou.base.dates import parse_date
from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import fold
from hoshou.plugins.guardkun.rules.lines import check_all, one_line

COLUMNS = {
    "prefecture": "都道府県コード",
    "member_number": "加盟員番号",
    "name": "会社名",
    "name_kana": "会社名カナ",
    "joined_on": "入会日",
    "left_on": "退会日",
}
MOST_ROWS = 20_000
MOST_FAULTS = 100
UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One line of the file; ``number`` is its row, the heading being row 1."""

    number: int
    prefecture: int
    member_number: str
    name: str
    name_kana: str
    joined_on: date
    left_on: date | None


def read_members(content: bytes) -> list[MemberRow]:
    """The rows of the file.

    Raises Refused ``not_text``, ``columns`` or ``too_many_rows`` for the file as a whole, and Invalid with a fault
    for each wrong field, whose ``about`` is the row.
    """
    rows: list[MemberRow] = []
    faults: list[Refused] = []
    seen: set[tuple[int, str]] = set()
    for number, fields in _lines(content):
        if number > MOST_ROWS + 1:
            raise Refused("too_many_rows", N_("一度に取り込めるのは%(limit)d行までです。"), limit=MOST_ROWS)
        try:
            row = _row(number, fields)
            key = (row.prefecture, row.member_number)
            if key in seen:
                raise Refused(
                    "repeated", N_("同じ加盟員番号の行がファイルの中にあります。"), field="member_number"
                )
            seen.add(key)
            rows.append(row)
        except Refused as error:
            for fault in error.errors if isinstance(error, Invalid) else (error,):
                fault.about = str(number)
                faults.append(fault)
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise Invalid(faults)
    return rows


def _lines(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig" if content.startswith(UTF8_MARK) else "cp932")
    except UnicodeDecodeError:
        raise Refused(
            "not_text", N_("文字コードを読み取れません。シフトJIS（CP932）またはBOM付きUTF-8で保存してください。")
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = [cell.strip() for cell in next(reader, [])]
        if heading != list(COLUMNS.values()):
            raise Refused(
                "columns", N_("1行目は「%(columns)s」としてください。"), columns=",".join(COLUMNS.values())
            )
        for number, cells in enumerate(reader, start=2):
            if any(cell.strip() for cell in cells):
                padded = [*cells, *[""] * (len(COLUMNS) - len(cells))]
                yield number, dict(zip(COLUMNS, padded, strict=False))
    except csv.Error:
        raise Refused("not_csv", N_("CSVとして読み取れません。")) from None


def _row(number: int, fields: dict[str, str]) -> MemberRow:
    texts = check_all(
        {
            "prefecture": partial(_prefecture, fields["prefecture"]),
            "member_number": lambda: fold(one_line(fields["member_number"], "member_number", 20)),
            "name": partial(one_line, fields["name"], "name", 100),
            "name_kana": partial(one_line, fields["name_kana"], "name_kana", 100),
            "joined_on": partial(_day, fields["joined_on"], "joined_on"),
            "left_on": partial(_day, fields["left_on"], "left_on", optional=True),
        }
    )
    joined_on = date.fromisoformat(texts["joined_on"])
    left_on = date.fromisoformat(texts["left_on"]) if texts["left_on"] else None
    if left_on is not None and left_on < joined_on:
        raise Refused("left_before_joined", N_("退会日は入会日以後の日としてください。"), field="left_on")
    return MemberRow(
        number,
        int(texts["prefecture"]),
        texts["member_number"],
        texts["name"],
        texts["name_kana"],
        joined_on,
        left_on,
    )


def _prefecture(text: str) -> str:
    digits = fold(text)
    if not (digits.isascii() and digits.isdecimal() and 1 <= int(digits) <= 47):
        raise Refused("prefecture", N_("都道府県コードは1から47で入力してください。"), field="prefecture")
    return digits


def _day(text: str, field: str, *, optional: bool = False) -> str:
    folded = fold(text).replace("/", "-")
    if optional and not folded:
        return ""
    parts = folded.split("-")
    written = "-".join([parts[0], *(part.zfill(2) for part in parts[1:])])
    try:
        return parse_date(written, field).isoformat()
    except Refused:
        raise Refused("day", N_("日付は「2026/06/01」の形で入力してください。"), field=field) from None
