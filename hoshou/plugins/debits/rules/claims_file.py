"""The CSV of paid claims: five columns under a head, every fault named by its row (B-104)."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from hoshou.base.csv_text import UTF8_MARK, cell_value
from hoshou.base.dates import parse_date
from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.money import MAX_YEN

HEAD = ("事故受付番号", "証券番号", "事故日", "支払日", "支払保険金")
MOST_FAULTS = 50
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim; ``row`` is its line in the file, the head being line 1; ``paid`` is yen paid so far."""

    row: int
    number: str
    policy_number: str
    occurred_on: date
    paid_on: date
    paid: int


def read_claims(content: bytes) -> list[ClaimRow]:
    """The rows of a file in UTF-8 or CP932.

    Raises Refused ``claims_encoding``, ``claims_head``, ``claims_too_many``, and Invalid with the first faults
    by row.
    """
    lines = _lines(_text(content))
    if tuple(next(lines, (0, []))[1]) != HEAD:
        raise Refused(
            "claims_head", N_("1行目の見出しは「%(head)s」にしてください。"), field="file", head="、".join(HEAD)
        )
    rows: list[ClaimRow] = []
    faults: list[Refused] = []
    seen: dict[str, int] = {}
    for number, cells in lines:
        if len(rows) + len(faults) >= MOST_ROWS:
            raise Refused(
                "claims_too_many", N_("1つのファイルは%(most)s行までです。"), field="file", most=MOST_ROWS
            )
        try:
            row = _row(number, cells)
            if row.number in seen:
                raise Refused(
                    "claim_twice",
                    N_("事故受付番号が%(other)s行目と重複しています。"),
                    field="file",
                    other=seen[row.number],
                )
            seen[row.number] = number
            rows.append(row)
        except Refused as fault:
            faults.append(at_row(number, fault))
    refuse(faults)
    return rows


def refuse(faults: Sequence[Refused]) -> None:
    """Raise Invalid with the first faults, if there are any."""
    if faults:
        raise Invalid(faults[:MOST_FAULTS])


def at_row(number: int, fault: Refused) -> Refused:
    """The fault with the row that it is in."""
    fault.about = f"{number}行目"
    return fault


def _text(content: bytes) -> str:
    for encoding in ("utf-8", "cp932"):
        try:
            return content.decode(encoding).removeprefix(UTF8_MARK)
        except UnicodeDecodeError:
            continue
    raise Refused("claims_encoding", N_("文字コードはUTF-8またはShift_JISにしてください。"), field="file")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell_value(cell.strip()) for cell in cells]
    except csv.Error as error:
        raise Refused("claims_csv", N_("CSVとして読み取れません。"), field="file") from error


def _row(number: int, cells: list[str]) -> ClaimRow:
    if len(cells) != len(HEAD):
        raise Refused("claim_columns", N_("列の数が%(columns)sではありません。"), field="file", columns=len(HEAD))
    claim, policy, occurred_on, paid_on, paid = cells
    if not 1 <= len(claim) <= 40:
        raise Refused("claim_number", N_("事故受付番号は1文字以上40文字以内で入力してください。"), field="file")
    if not (paid.isascii() and paid.isdecimal() and len(paid) <= 16 and int(paid) <= MAX_YEN):
        raise Refused("claim_amount", N_("支払保険金は0以上の整数（円）で入力してください。"), field="file")
    row = ClaimRow(
        number, claim, policy, parse_date(occurred_on, HEAD[2]), parse_date(paid_on, HEAD[3]), int(paid)
    )
    if row.paid_on < row.occurred_on:
        raise Refused("claim_days", N_("支払日が事故日より前です。"), field="file")
    return row
