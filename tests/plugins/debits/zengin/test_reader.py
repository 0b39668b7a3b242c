"""What is read, and how a file that is not right is told."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshou.plugins.debits.zengin.entries import DebitLine, Totals, looks_like_request
from hoshou.plugins.debits.zengin.problems import MOST_PROBLEMS, Problem
from hoshou.plugins.debits.zengin.reader import read_result_file
from hoshou.plugins.debits.zengin.results import RESULTS, Outcome
from hoshou.plugins.debits.zengin.tally import totals_of

from .examples import ANSWERED, LINE, OTHER_LINE, RUN_FILE, faults, read, written

RECORDS = RUN_FILE.split(b"\r\n")[:-1]
RESULT = written(ANSWERED)


def joined(*records: bytes, end: bytes = b"\r\n") -> bytes:
    return b"".join(record + end for record in records)


def changed(file: bytes, record: int, position: int, text: str) -> bytes:
    """The file with other bytes at a place counted from 1; records have CRLF."""
    start = (record - 1) * 122 + position - 1
    data = text.encode("cp932")
    return file[:start] + data + file[start + len(data) :]


@pytest.mark.parametrize("end", [b"", b"\r", b"\n", b"\r\n"], ids=["none", "CR", "LF", "CRLF"])
@pytest.mark.parametrize("last", [b"", b"\x1a"], ids=["plain", "1A"])
@pytest.mark.parametrize("unended", [False, True])
def test_line_ends(end: bytes, last: bytes, unended: bool) -> None:
    file = joined(*RECORDS, end=end)
    if unended:
        file = file.removesuffix(end)
    assert read(file + last) == read(RUN_FILE)
    assert not faults(read(file + last))


def test_blocks_of_the_stream_may_end_anywhere() -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(7)

    assert list(read_result_file(Trickle(RESULT))) == read(RESULT)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (b"", [(1, 1, "end_expected")]),
        (b"\x1a", [(1, 1, "end_expected")]),
        (joined(*RECORDS[:3]), [(4, 1, "end_expected")]),
        (joined(*RECORDS[1:]), [(1, 1, "record_order")]),
        (joined(*RECORDS[:2], RECORDS[3]), [(3, 1, "record_order")]),
        (joined(*RECORDS, RECORDS[3]), [(5, 1, "record_order")]),
        (
            joined(*RECORDS, RECORDS[0]),
            [(5, 1, "record_order"), (5, 1, "several_sets"), (6, 1, "end_expected")],
        ),
        (joined(*RECORDS[:3], *RECORDS), [(4, 1, "several_sets"), (5, 92, "duplicate_customer_number")]),
        (joined(RECORDS[0], RECORDS[1][:-1], *RECORDS[2:]), [(2, 120, "record_length")]),
        (joined(RECORDS[0], RECORDS[1] + b" ", *RECORDS[2:]), [(2, 121, "record_length")]),
        (joined(RECORDS[0], RECORDS[1] + b" " * 70000, *RECORDS[2:]), [(2, 121, "record_length")]),
        (joined(RECORDS[0], b"", *RECORDS[1:]), [(2, 1, "record_length")]),
        (
            joined(*RECORDS[:2]) + joined(*RECORDS[2:], end=b"\n"),
            [(3, 121, "line_end"), (4, 121, "line_end")],
        ),
        (RUN_FILE + b"\x1a\x1a", [(5, 3, "record_length")]),
        (changed(RUN_FILE, 2, 1, "3"), [(2, 1, "record_kind")]),
        (changed(RUN_FILE, 1, 2, "21"), [(1, 2, "value_not_allowed")]),
        (changed(RUN_FILE, 1, 120, "x"), [(1, 120, "spaces_expected")]),
        (changed(RUN_FILE, 2, 39, "0"), [(2, 39, "spaces_expected")]),
        (changed(RUN_FILE, 2, 51, "漢"), [(2, 51, "character_not_allowed")]),
        (changed(RUN_FILE, 2, 83, " "), [(2, 83, "not_digits")]),
        (changed(RUN_FILE, 3, 2, "000002"), [(3, 2, "total_mismatch")]),
        (changed(RUN_FILE, 3, 8, "000000008751"), [(3, 8, "total_mismatch")]),
    ],
)
def test_a_file_that_is_not_right(file: bytes, expected: list[tuple[int, int, str]]) -> None:
    assert faults(read(file)) == expected


@pytest.mark.req("B3")
def test_ebcdic_is_refused_at_once() -> None:
    assert read(changed(RUN_FILE, 1, 4, "1")) == [
        Problem(
            1,
            4,
            "ebcdic",
            "コード区分がEBCDICです。JISのファイルだけを扱います。",
            {"label": "コード区分", "length": 1, "character": "U+0031"},
        )
    ]
    assert faults(read("19101234567890".ljust(120).encode("cp037"))) == [(1, 1, "ebcdic")]


def test_a_faulty_record_is_shown_as_far_as_it_can_be() -> None:
    entries = read(changed(RUN_FILE, 2, 112, "5"))
    assert faults(entries) == [(2, 112, "value_not_allowed"), (3, 20, "results_without_totals")]
    assert replace(LINE, result_code="5") in entries


def test_checking_stops_after_many_problems() -> None:
    assert len(faults(read(b"x" * 120 * 1000))) == MOST_PROBLEMS


@pytest.mark.req("B5", "D-35")
@pytest.mark.parametrize(
    ("position", "text"),
    [(20, "000002"), (26, "000000030250"), (38, "000000"), (44, "000000021501"), (2, "000003")],
)
def test_a_result_must_add_up(position: int, text: str) -> None:
    found = faults(read(changed(RESULT, 4, position, text)))
    assert found == [(4, position, "total_mismatch")]


@pytest.mark.req("B5")
def test_a_result_code_changed_on_the_way_shows() -> None:
    found = faults(read(changed(RESULT, 3, 112, "0")))
    assert found == [(4, position, "total_mismatch") for position in (20, 26, 38, 44)]


@pytest.mark.req("B5")
def test_a_request_taken_for_a_result_is_told() -> None:
    assert faults(list(read_result_file(io.BytesIO(RUN_FILE)))) == [(3, 20, "request_file")]
    assert faults(list(read_result_file(io.BytesIO(RESULT)))) == []
    assert looks_like_request(Totals(1, 8750))
    assert not looks_like_request(Totals(0, 0))
    assert not looks_like_request(Totals(1, 8750, 0, 0, 1, 8750))


@pytest.mark.req("D-35")
def test_only_codes_1_to_4_are_failures() -> None:
    outcomes = {code: result.outcome for code, result in RESULTS.items()}
    assert outcomes == {
        "0": Outcome.PAID,
        **dict.fromkeys("1234", Outcome.FAILED),
        "8": Outcome.STOPPED,
        "9": Outcome.UNDECIDED,
        **dict.fromkeys("NE ", Outcome.PENDING),
    }


@pytest.mark.req("D-35")
def test_stopped_and_undecided_lines_are_unpaid_in_the_trailer() -> None:
    assert totals_of([LINE, replace(OTHER_LINE, result_code="8")]) == Totals(2, 30250, 1, 8750, 1, 21500)
    assert totals_of([LINE, replace(OTHER_LINE, result_code="9")]) == Totals(2, 30250, 1, 8750, 1, 21500)


@pytest.mark.req("D-35")
@pytest.mark.parametrize("code", ["N", "E", " "])
def test_pending_lines_are_counted_as_unpaid_or_left_out(code: str) -> None:
    pending = changed(RESULT, 3, 112, code)
    assert faults(read(pending)) == []
    assert replace(OTHER_LINE, result_code=code) in read(pending)
    left_out = changed(pending, 4, 38, "0" * 18)
    assert faults(read(left_out)) == []
    half = changed(pending, 4, 38, "000000" + "000000021500")
    assert faults(read(half)) == [(4, 44, "total_mismatch")]


@given(st.binary(max_size=700))
def test_any_bytes_are_answered_with_problems(data: bytes) -> None:
    assert faults(read(data))


@given(st.integers(0, len(RESULT) - 1), st.integers(0, 255))
def test_one_byte_changed_is_harmless_or_told(place: int, byte: int) -> None:
    data = RESULT[:place] + bytes([byte]) + RESULT[place + 1 :]
    entries = list(read_result_file(io.BytesIO(data)))
    if not faults(entries):
        lines = [entry for entry in entries if isinstance(entry, DebitLine)]
        originals = list(ANSWERED.lines)
        assert [line.amount for line in lines] == [line.amount for line in originals]
        assert [line.result_code == "0" for line in lines] == [True, False]
