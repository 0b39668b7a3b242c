"""CSV that computes nothing and gives back what went in (B7)."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshou.base.csv_text import cell_value, cp932_bytes, csv_text, utf8_bytes

PAYLOADS = [
    "=1+1",
    '=HYPERLINK("http://evil.example")',
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "'=1",
    "=cmd|' /C calc'!A0",
]


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.req("B7")
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_starts_a_formula_and_the_value_comes_back(payload: str) -> None:
    [[written]] = cells(csv_text([[payload]]))
    assert written.startswith("'")
    assert cell_value(written) == payload


@pytest.mark.req("B7")
@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")))
def test_every_text_comes_back(value: str) -> None:
    [[written, beside]] = cells(csv_text([[value, "x"]]))
    assert (cell_value(written), beside) == (value, "x")


def test_numbers_stay_numbers() -> None:
    assert csv_text([["証券番号", -5, 12]]) == "証券番号,-5,12\r\n"


@pytest.mark.req("D-31")
def test_both_encodings() -> None:
    assert utf8_bytes("保険") == b"\xef\xbb\xbf" + "保険".encode()
    assert cp932_bytes("髙橋") == ("髙橋".encode("cp932"), 0)
    assert cp932_bytes("𠮷野") == ("〓野".encode("cp932"), 1)
