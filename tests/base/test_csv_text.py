"""CSV that computes nothing and gives back what went in (B7)."""

import csv
import io
import subprocess
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

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
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=WEBSERVICE("http://evil.example/")',
    '+HYPERLINK("http://evil.example/";"口座")',
    '=DDE("soffice";"passwd.ods";"A1")',
    '="a"&"b"',
    "={1;2}",
    "=A1:B9",
    "-A1",
    "@A1",
    "\t+1",
    "\r@A1",
    "\n-1",
    '＝HYPERLINK("http://evil.example")',
    "'+1",
]


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.req("B7")
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_starts_a_formula_and_the_value_comes_back(payload: str) -> None:
    [[written]] = cells(csv_text([[payload]]))
    assert written.startswith("'")
    assert cell_value(written) == payload


@pytest.mark.slow
@pytest.mark.req("B7")
def test_a_spreadsheet_reads_texts_and_computes_nothing(tmp_path: Path) -> None:
    """LibreOffice opens the export; a bare formula beside it shows that it would compute one."""
    program = which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    path = tmp_path / "export.csv"
    path.write_bytes(utf8_bytes(csv_text([[payload, "x"] for payload in PAYLOADS]) + "=1+1,x\r\n"))
    subprocess.run(
        [
            program,
            "--headless",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--convert-to",
            "xlsx",
            path.name,
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    *rows, bare = load_workbook(tmp_path / "export.xlsx").active.iter_rows()
    assert bare[0].data_type == "f"
    assert len(rows) == len(PAYLOADS) == 30
    assert all((cell.data_type, beside.value) == ("s", "x") for cell, beside in rows)


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
