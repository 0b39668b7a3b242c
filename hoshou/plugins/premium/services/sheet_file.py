"""A stranger's XLSX or CSV file as the rows of a rate sheet (D-21).

A workbook is a zip of XML: its size unpacked is looked at before anything is read, a document type is refused (that
is where XML hides its bombs), and only the corner that a rate table can fill is looked at.
"""

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.premium.rules.rate_sheet import FILE, HEADER, Cell, RateSheet, read_sheet, sheet_rows

MAX_BYTES = 512 * 1024
MAX_UNPACKED_BYTES = 4 * 1024 * 1024
MAX_PARTS = 200
MAX_ROWS = 200

_ZIP = b"PK\x03\x04"
_BYTE_ORDER_MARK = "\ufeff"


def read_sheet_file(content: bytes) -> RateSheet:
    """The rate table in an XLSX or CSV file, told apart by its content.

    Raises Refused ``file_missing``, ``file_too_large``, ``file_unreadable``, ``too_many_rows``, and as
    :func:`read_sheet` does.
    """
    if not content:
        raise Refused("file_missing", N_("料率表のファイルを選んでください。"), field=FILE)
    if len(content) > MAX_BYTES:
        raise _too_large()
    return read_sheet(_workbook_rows(content) if content.startswith(_ZIP) else _csv_rows(content))


def write_sheet_file(sheet: RateSheet) -> bytes:
    """The CSV file that :func:`read_sheet_file` reads and spreadsheets open."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *sheet_rows(sheet)])
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()


def _csv_rows(content: bytes) -> list[list[Cell]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp932")
        except UnicodeDecodeError as error:
            raise _unreadable() from error
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _unreadable() from error
    return _limited(
        [_row(number, [(value, False) for value in line]) for number, line in enumerate(lines, start=1)]
    )


def _workbook_rows(content: bytes) -> list[list[Cell]]:
    _check_parts(content)
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            lines = workbook.worksheets[0].iter_rows(max_row=MAX_ROWS + 1, max_col=len(HEADER))
            rows = [
                _row(number, [(_text(cell.value), cell.data_type == "f") for cell in line])
                for number, line in enumerate(lines, start=1)
            ]
        finally:
            workbook.close()
    except MemoryError:
        raise
    except Exception as error:
        # A crooked workbook fails anywhere in the library, with any error.
        raise _unreadable() from error
    return _limited(rows)


def _check_parts(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise _too_large()
            for part in parts:
                # Without the zeros that UTF-16 puts between its letters.
                if b"<!DOCTYPE" in archive.read(part).replace(b"\0", b""):
                    raise _unreadable()
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
    ) as error:
        raise _unreadable() from error


def _row(number: int, values: list[tuple[str, bool]]) -> list[Cell]:
    width = len(HEADER)
    padded = (values + [("", False)] * width)[:width]
    return [
        Cell(f"{get_column_letter(column)}{number}", text, is_formula)
        for column, (text, is_formula) in enumerate(padded, start=1)
    ]


def _text(value: Any) -> str:
    """A cell's value as a person would have typed it; a number as its shortest exact decimal."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        number = Decimal(repr(value))
        return format(number.quantize(Decimal(1)) if number == number.to_integral_value() else number, "f")
    return str(value)


def _limited(rows: list[list[Cell]]) -> list[list[Cell]]:
    if len(rows) > MAX_ROWS:
        raise Refused(
            "too_many_rows", N_("行が多すぎます。%(most)s行以内にしてください。"), field=FILE, most=MAX_ROWS
        )
    return rows


def _too_large() -> Refused:
    return Refused("file_too_large", N_("ファイルが大きすぎます。"), field=FILE)


def _unreadable() -> Refused:
    return Refused(
        "file_unreadable", N_("ファイルを読み取れません。XLSXまたはCSVで保存し直してください。"), field=FILE
    )
