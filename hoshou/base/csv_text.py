"""Tables as CSV, the one way out: a spreadsheet shows what is in them and computes nothing (threat B7)."""

import csv
import io
from collections.abc import Iterable, Sequence

UTF8_MARK = "\ufeff"
"""At the start of a file it tells spreadsheets that the text is UTF-8."""

SUBSTITUTE = "〓"
"""Stands for a character that CP932 doesn't have, as printers use it for a missing type."""

_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠'")


def csv_text(rows: Iterable[Sequence[str | int]]) -> str:
    """The rows, each ended by CR LF. A text that could start a formula gets an apostrophe in front; numbers don't.

    ``cell_value`` takes it away again.
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS_FORMULA) else value


def cell_value(cell: str) -> str:
    """What was meant by a cell that ``csv_text`` wrote."""
    return cell[1:] if cell.startswith("'") else cell


def utf8_bytes(text: str) -> bytes:
    """The text as UTF-8 with the mark at its start."""
    return (UTF8_MARK + text).encode()


def cp932_bytes(text: str) -> tuple[bytes, int]:
    """The text as CP932, and how many of its characters had to be replaced by 〓."""
    try:
        return text.encode("cp932"), 0
    except UnicodeEncodeError:
        pass
    written = [_encoded(character) for character in text]
    return b"".join(one or SUBSTITUTE.encode("cp932") for one in written), written.count(b"")


def _encoded(character: str) -> bytes:
    return character.encode("cp932", "ignore")
