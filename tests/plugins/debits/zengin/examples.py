"""Runs to start from: the worked example of the interface, and whatever hypothesis finds within the rules."""

import io
import json
import string
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from hoshou.plugins.debits.zengin.entries import DebitLine, DebitSet, Header, Totals
from hoshou.plugins.debits.zengin.problems import Problem
from hoshou.plugins.debits.zengin.profiles import STANDARD, Profile
from hoshou.plugins.debits.zengin.reader import Entry, read_file
from hoshou.plugins.debits.zengin.writer import write_file

DOCS = Path(__file__).parents[4] / "docs" / "algorithms" / "zengin.md"

RUN = """
{"consignor": {"code": "1234567890", "name": "ｾﾞﾝｺｸｹｲﾋﾞｷﾞﾖｳｷﾖｳｶｲ"}, "date": "2026-08-12",
 "bank": {"code": "0005", "name": "ﾐﾂﾋﾞｼUFJ", "branch_code": "001", "branch_name": "ﾎﾝﾃﾝ",
          "account_type": "1", "account_number": "0012345"},
 "lines": [{"bank_code": "0001", "bank_name": "ﾐｽﾞﾎ", "branch_code": "123", "branch_name": "ｼﾝｼﾞﾕｸ",
            "account_type": "1", "account_number": "1234567", "name": "ｶ)ｻﾝﾌﾟﾙ", "amount": 8750,
            "new_code": "1", "customer_number": "26060000000000000010", "result_code": "0"}],
 "totals": {"count": 1, "amount": 8750, "paid_count": 0, "paid_amount": 0,
            "failed_count": 0, "failed_amount": 0}}
"""
RUN_FILE = (
    ("19101234567890ｾﾞﾝｺｸｹｲﾋﾞｷﾞﾖｳｷﾖｳｶｲ" + " " * 22 + "08120005ﾐﾂﾋﾞｼUFJ" + " " * 7)
    + ("001ﾎﾝﾃﾝ" + " " * 11 + "10012345" + " " * 17 + "\r\n")
    + ("20001ﾐｽﾞﾎ" + " " * 11 + "123ｼﾝｼﾞﾕｸ" + " " * 9 + " " * 4 + "11234567ｶ)ｻﾝﾌﾟﾙ" + " " * 23)
    + ("0000008750" + "1" + "26060000000000000010" + "0" + " " * 8 + "\r\n")
    + ("8" + "000001" + "000000008750" + "0" * 36 + " " * 65 + "\r\n")
    + ("9" + " " * 119 + "\r\n")
).encode("cp932")

HEADER = Header("1234567890", "ｾﾞﾝｺｸｹｲﾋﾞｷﾞﾖｳｷﾖｳｶｲ", "0812", "0005", "ﾐﾂﾋﾞｼUFJ", "001", "ﾎﾝﾃﾝ", "1", "0012345")
LINE = DebitLine("0001", "ﾐｽﾞﾎ", "123", "ｼﾝｼﾞﾕｸ", "1", "1234567", "ｶ)ｻﾝﾌﾟﾙ", 8750, "1", "26060000000000000010")
OTHER_LINE = DebitLine("9900", "ﾕｳﾁﾖ", "018", "", "1", "7654321", "ｶﾞ-ﾄﾞ.ｼﾞﾔﾊﾟﾝ(ﾕ", 21500, "0", "26060000000000000028")
ANSWERED = DebitSet(HEADER, [LINE, replace(OTHER_LINE, result_code="1")], Totals(2, 30250, 1, 8750, 1, 21500))


def written(*sets: DebitSet, profile: Profile = STANDARD) -> bytes:
    out = io.BytesIO()
    write_file(out, sets, profile)
    return out.getvalue()


def read(data: bytes, profile: Profile = STANDARD) -> list[Entry]:
    return list(read_file(io.BytesIO(data), profile))


def faults(entries: list[Entry]) -> list[tuple[int, int, str]]:
    """Record, position and code of each problem."""
    return [(entry.record, entry.position, entry.code) for entry in entries if isinstance(entry, Problem)]


def run() -> dict[str, Any]:
    document = json.loads(RUN)
    assert isinstance(document, dict)
    return document


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text(string.digits, min_size=length, max_size=length)


def names(symbols: str, length: int, least: int = 0) -> st.SearchStrategy[str]:
    kana = "".join(map(chr, range(0xFF71, 0xFFA0)))
    text = st.text(kana + string.ascii_uppercase + string.digits + " " + symbols, max_size=length)
    return text.map(lambda name: name.strip(" ")).filter(lambda name: len(name) >= least)


any_text = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=45),  # all of Unicode, surrogates too
    st.text("".join(map(chr, range(0xFF61, 0xFFA0))) + "Aa0 -(.,\r\n", max_size=45),
)

headers = st.builds(
    Header,
    consignor_code=digits(10),
    consignor_name=names("().-", 40),
    debit_date=st.dates().map(lambda day: f"{day:%m%d}"),
    bank_code=digits(4),
    bank_name=names("-", 15),
    branch_code=digits(3),
    branch_name=names("-", 15),
    account_type=st.sampled_from("129"),
    account_number=digits(7),
)


def debit_lines(results: str) -> st.SearchStrategy[list[DebitLine]]:
    line = st.builds(
        DebitLine,
        bank_code=digits(4),
        bank_name=names("-", 15),
        branch_code=digits(3),
        branch_name=names("-", 15),
        account_type=st.sampled_from("1239"),
        account_number=digits(7),
        name=names("().-", 30, least=1),
        amount=st.integers(0, 9_999_999_999),
        new_code=st.sampled_from("012"),
        customer_number=digits(20),
        result_code=st.sampled_from(results),
    )
    return st.lists(line, max_size=6, unique_by=lambda line: line.customer_number)
