"""Rate tables out of strangers' XLSX and CSV files: what is read, and which cell is at fault (D-21)."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from hoshou.base.errors import DomainError, Invalid
from hoshou.plugins.premium.rules.golden import SAMPLE_FILE
from hoshou.plugins.premium.rules.limits import BASIC_LIMITS
from hoshou.plugins.premium.rules.rates import parse_rates
from hoshou.plugins.premium.services.sheet_file import (
    MAX_BYTES,
    MAX_ROWS,
    MAX_UNPACKED_BYTES,
    read_sheet_file,
    write_sheet_file,
)

SAMPLE = SAMPLE_FILE.read_text(encoding="utf-8")
LINES = [line.split(",") for line in SAMPLE.splitlines()]
ROW_OF_ONE_OKU = 6
"""基本補償 1億円, counted as people count rows."""


def workbook(lines, **cells):
    """An XLSX file of the lines, with single cells replaced."""
    book = Workbook()
    for line in lines:
        book.active.append(line)
    for place, value in cells.items():
        book.active[place] = value
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def altered(old, new):
    assert SAMPLE.count(old) == 1, old
    return SAMPLE.replace(old, new).encode()


def faults(content):
    with pytest.raises(DomainError) as refused:
        read_sheet_file(content)
    errors = refused.value.errors if isinstance(refused.value, Invalid) else (refused.value,)
    assert all("%(" not in str(error) for error in errors)
    return [(error.code, error.values.get("cell")) for error in errors]


@pytest.mark.req("B-017", "B-024", "B-025", "D-21")
def test_the_sample_has_every_limit_of_the_manual_and_says_that_it_is_one():
    sheet = read_sheet_file(SAMPLE.encode())
    assert sheet.is_sample
    rates = parse_rates({**sheet.document, "version": 1})
    assert list(rates.basic) == [100_000_000 * number for number in range(1, 11)]
    assert list(rates.key_recreation) == [5_000_000, 10_000_000, 20_000_000]
    assert list(rates.valuables_other) == list(rates.valuables_transport) == [30_000_000, 50_000_000, 100_000_000]
    assert rates.basic[100_000_000].text == "0.52"
    assert (rates.minimum_premium, rates.valuables_floor_per_mille) == (5_000, 2)
    assert (rates.maintenance_fee_percent, rates.collection_fee_percent) == (5, 5)
    assert (rates.valid_from, rates.rounding.unit) == (date(2026, 6, 1), 10)


@pytest.mark.req("D-21")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_csv_file_in_each_encoding_of_a_japanese_spreadsheet(encoding):
    assert read_sheet_file(SAMPLE.replace("\n", "\r\n").encode(encoding)) == read_sheet_file(SAMPLE.encode())


@pytest.mark.req("D-21", "P-018")
def test_a_workbook_with_numbers_and_days_as_such_says_the_same_to_the_last_digit():
    lines = [
        [item, int(limit) if limit.isdecimal() else limit, float(value) if "." in value else value]
        for item, limit, value in LINES
    ]
    sheet = read_sheet_file(workbook(lines, C4=date(2026, 6, 1), C5=1000.0))
    rates, wanted = (
        parse_rates({**found.document, "version": 1}) for found in (sheet, read_sheet_file(SAMPLE.encode()))
    )
    for limit in BASIC_LIMITS:
        assert rates.basic[limit][1:] == wanted.basic[limit][1:]
    assert rates.valuables_transport[30_000_000][1:] == (3, 1000)
    assert (rates.unit, rates.valid_from) == (1000, date(2026, 6, 1))


@pytest.mark.req("D-21", "B7")
def test_what_is_written_is_read_again():
    sheet = read_sheet_file(SAMPLE.encode())
    assert read_sheet_file(write_sheet_file(sheet)) == sheet


@pytest.mark.req("D-21", "B7")
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (altered("0.52", "0.5x"), ("cell_value", f"C{ROW_OF_ONE_OKU}")),
        (altered("0.52", "-0.52"), ("cell_value", f"C{ROW_OF_ONE_OKU}")),
        (altered("0.52", "0.5200000001"), ("cell_value", f"C{ROW_OF_ONE_OKU}")),
        (altered("0.52", "1e3"), ("cell_value", f"C{ROW_OF_ONE_OKU}")),
        (altered("0.52", "NaN"), ("cell_value", f"C{ROW_OF_ONE_OKU}")),
        (altered("0.52", "=1+1"), ("cell_formula", f"C{ROW_OF_ONE_OKU}")),
        (altered("0.52", "@SUM(A1)"), ("cell_formula", f"C{ROW_OF_ONE_OKU}")),
        (altered("基本補償,100000000,", "基本補償,150000000,"), ("cell_limit", f"B{ROW_OF_ONE_OKU}")),
        (altered("基本補償,100000000,", "基本補償,1100000000,"), ("cell_limit", f"B{ROW_OF_ONE_OKU}")),
        (altered("基本補償,100000000,", "基本補償,,"), ("cell_limit", f"B{ROW_OF_ONE_OKU}")),
        (altered("基本補償,100000000,", "基本補償,200000000,"), ("cell_twice", f"A{ROW_OF_ONE_OKU + 1}")),
        (altered("基本補償,100000000,", "戦争補償,100000000,"), ("cell_item", f"A{ROW_OF_ONE_OKU}")),
        (altered("2026-06-01", "2026-13-01"), ("cell_value", "C4")),
        (altered("sample", "=cmd|'/c calc'!A1"), ("cell_formula", "C2")),
        (altered("sample", "-cmd"), ("cell_value", "C2")),
        (altered("四捨五入", "銀行丸め"), ("cell_value", "C32")),
        (altered("最低保険料（円）,,5000", "最低保険料（円）,,-1"), ("cell_value", "C27")),
        (altered("基本補償,100000000,0.52\n", ""), ("row_missing", None)),
        (altered("運送業務補償特約,,0.08\n", ""), ("row_missing", None)),
        (workbook(LINES, C6="=0.5+0.02"), ("cell_formula", "C6")),
        (workbook(LINES, C6=-0.52), ("cell_value", "C6")),
        (workbook(LINES, C6=True), ("cell_value", "C6")),
        (workbook(LINES, C6="#DIV/0!"), ("cell_value", "C6")),
    ],
)
def test_a_cell_at_fault_is_named(content, expected):
    assert faults(content) == [expected]


@pytest.mark.req("D-21")
def test_every_cell_at_fault_is_named_at_once():
    content = altered("0.52", "x").decode().replace("0.60", "y").encode()
    assert faults(content) == [("cell_value", "C6"), ("cell_value", "C7")]


def bomb(part, text):
    """A workbook, one of whose parts is something else."""
    source, target = zipfile.ZipFile(io.BytesIO(workbook(LINES))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, text if name == part else source.read(name))
    return target.getvalue()


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<sheetData><row r="1"><c r="A1" t="str"><v>&b;</v></c></row></sheetData></worksheet>'
)
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.req("D-21", "A13")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_missing"),
        (b"x" * (MAX_BYTES + 1), "file_too_large"),
        (bomb(SHEET, b"\0" * (MAX_UNPACKED_BYTES + 1)), "file_too_large"),
        (bomb(SHEET, ENTITIES), "file_unreadable"),
        (bomb(SHEET, ENTITIES.encode("utf-16")), "file_unreadable"),
        (bomb(SHEET, "<worksheet>"), "file_unreadable"),
        (bomb("xl/workbook.xml", "no xml"), "file_unreadable"),
        (workbook(LINES)[:2000], "file_unreadable"),
        (b"PK\x03\x04 and nothing else", "file_unreadable"),
        (b"\x89PNG\r\n\x1a\n\x81", "file_unreadable"),
        (b'"never closed', "file_unreadable"),
        (SAMPLE.encode() + "基本補償,100000000,0.52\n".encode() * MAX_ROWS, "too_many_rows"),
        ("何か,ほか\n".encode(), "sheet_header"),
        (workbook([["項目"]]), "sheet_header"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_file_is_refused(content, code):
    assert faults(content) == [(code, None)]
