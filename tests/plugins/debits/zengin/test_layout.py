"""The records counted by hand in docs/algorithms/zengin.md, against the layout and the writer."""

import re
from dataclasses import fields
from typing import Any

import pytest

from hoshou.plugins.debits.zengin.entries import DebitLine, Header, Totals
from hoshou.plugins.debits.zengin.layout import DATA, END, HEADER, TRAILER, Kind, Record

from .examples import ANSWERED, DOCS, read, written

TEXT = DOCS.read_text(encoding="utf-8")
RECORDS = re.findall(r"^[1289]\S{119}$", TEXT, re.MULTILINE)
TABLES = re.findall(r"^### Record (\d), \w+\n\n\|.*\n\|.*\n((?:\|.*\n)+)", TEXT, re.MULTILINE)


def rows(table: str) -> list[list[str]]:
    return [[cell.strip(" `") for cell in row.split("|")[1:-1]] for row in table.splitlines()]


def test_the_page_has_its_five_records_and_four_tables() -> None:
    assert [len(record) for record in RECORDS] == [120] * 5
    assert [number for number, _ in TABLES] == ["1", "3", "4", "5"]


@pytest.mark.req("B-067")
@pytest.mark.parametrize(
    ("number", "table", "record"),
    [(*found, record) for found, record in zip(TABLES, (HEADER, DATA, TRAILER, END), strict=True)],
)
def test_layout_is_the_table_of_the_page(number: str, table: str, record: Record) -> None:
    text = RECORDS[int(number) - 1]
    described = []
    for start, length, kind, label, here in rows(table):
        assert text[int(start) - 1 : int(start) - 1 + int(length)] == here
        described.append((int(start), int(length), kind, label))
    names = (Kind.STORE_NAME, Kind.PARTY_NAME)
    assert described == [
        (f.position, f.length, "C" if f.kind in names or f.name == "spaces" else "N", f.label)
        for f in record.fields
    ]


@pytest.mark.req("B-067", "B-069", "D-35")
def test_the_page_is_written_and_read_byte_for_byte() -> None:
    file = "".join(record.replace("␣", " ") + "\r\n" for record in RECORDS).encode("cp932")
    assert written(ANSWERED) == file
    assert read(file) == [ANSWERED.header, *ANSWERED.lines, ANSWERED.totals]


@pytest.mark.parametrize(
    ("record", "entry"), [(HEADER, Header), (DATA, DebitLine), (TRAILER, Totals)], ids=["1", "2", "8"]
)
def test_entries_have_the_fields_of_their_record_in_order(record: Record, entry: type[Any]) -> None:
    assert [f.name for f in fields(entry)] == [f.name for f in record.fields if f.kind is not Kind.FIXED]
