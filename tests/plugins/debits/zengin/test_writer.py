"""What is written, and that nothing is when anything is wrong."""

import io
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshou.plugins.debits.zengin.entries import DebitLine, DebitSet, Header, Totals
from hoshou.plugins.debits.zengin.layout import DATA, HEADER
from hoshou.plugins.debits.zengin.problems import MOST_PROBLEMS, FileRefused
from hoshou.plugins.debits.zengin.profiles import STANDARD, WIDE, Profile
from hoshou.plugins.debits.zengin.tally import totals_of
from hoshou.plugins.debits.zengin.writer import write_file

from .examples import (
    ANSWERED,
    LINE,
    OTHER_LINE,
    any_text,
    debit_lines,
    faults,
    headers,
    read,
    written,
)
from .examples import HEADER as HEADER_ENTRY

HEADER_TEXTS = [f.name for f in fields(Header)]
LINE_TEXTS = [f.name for f in fields(DebitLine) if f.type is str]


def refusal(*sets: DebitSet, profile: Profile = STANDARD) -> list[tuple[int, int, str]]:
    """The faults for which a file is refused; nothing may have reached the stream."""
    out = io.BytesIO()
    with pytest.raises(FileRefused) as refused:
        write_file(out, sets, profile)
    assert out.getvalue() == b""
    assert refused.value.code == refused.value.problems[0].code
    return faults(list(refused.value.problems))


def check_records(file: bytes, lines: list[DebitLine]) -> None:
    """The shape of a request, without help of the reader."""
    records = file.split(b"\r\n")
    assert records.pop() == b""
    assert [len(record) for record in records] == [120] * (len(lines) + 3)
    for record in records:
        text = record.decode("cp932")
        assert len(text) == 120
        assert all(" " <= c <= "~" or "｡" <= c <= "ﾟ" for c in text)
    assert int(records[-2][1:7]) == len(lines)
    assert int(records[-2][7:19]) == sum(int(record[80:90]) for record in records[1:-2])


@pytest.mark.req("B3", "B-067")
@given(headers, debit_lines("0"))
def test_a_valid_request_reads_back_as_it_was(header: Header, lines: list[DebitLine]) -> None:
    file = written(DebitSet(header, lines))
    check_records(file, lines)
    assert read(file) == [header, *lines, Totals(len(lines), sum(line.amount for line in lines))]


@pytest.mark.req("B5", "D-35")
@given(headers, debit_lines("0123489NE "))
def test_a_valid_result_reads_back_as_it_was(header: Header, lines: list[DebitLine]) -> None:
    totals = totals_of([LINE, *lines])
    answered = DebitSet(header, [LINE, *(line for line in lines if line != LINE)], totals)
    assert read(written(answered)) == [header, *answered.lines, totals]


@pytest.mark.req("B3")
@given(st.sampled_from(LINE_TEXTS), any_text, st.sampled_from((STANDARD, WIDE)))
def test_any_text_in_a_line_is_refused_or_fits(name: str, text: str, profile: Profile) -> None:
    changed: Any = {name: text}
    lines = [OTHER_LINE, replace(LINE, **changed)]
    check_refused_or_right(DebitSet(HEADER_ENTRY, lines), 3, DATA.field(name), profile)


@pytest.mark.req("B3")
@given(st.sampled_from(HEADER_TEXTS), any_text, st.sampled_from((STANDARD, WIDE)))
def test_any_text_in_a_header_is_refused_or_fits(name: str, text: str, profile: Profile) -> None:
    changed: Any = {name: text}
    check_refused_or_right(DebitSet(replace(HEADER_ENTRY, **changed), [LINE]), 1, HEADER.field(name), profile)


def check_refused_or_right(debit_set: DebitSet, record: int, field: Any, profile: Profile) -> None:
    lines = list(debit_set.lines)
    out = io.BytesIO()
    try:
        write_file(out, [debit_set], profile)
    except FileRefused as refused:
        assert out.getvalue() == b""
        for problem in refused.problems:
            # A result code in a request is told at the trailer.
            if problem.code != "results_without_totals":
                assert problem.record == record
                assert field.position <= problem.position < field.position + field.length
            assert str(problem)
    else:
        check_records(out.getvalue(), lines)


@pytest.mark.req("B3")
@pytest.mark.parametrize(
    ("change", "position", "code"),
    [
        ({"name": "ｶ)株式"}, 53, "character_not_allowed"),
        ({"name": "Ａ"}, 51, "character_not_allowed"),
        ({"name": "ﾊﾝﾊﾞｲａ"}, 56, "character_not_allowed"),
        ({"name": "ｼｬﾁｮｳ"}, 52, "character_not_allowed"),
        ({"name": "ｺｰﾋ"}, 52, "character_not_allowed"),
        ({"name": "ｦ"}, 51, "character_not_allowed"),
        ({"name": "a"}, 51, "character_not_allowed"),
        ({"name": "ｱ,ｲ"}, 52, "character_not_allowed"),
        ({"name": "ｱ\r\n2"}, 52, "character_not_allowed"),
        ({"name": "ｱ\n"}, 52, "character_not_allowed"),
        ({"name": "ｱ\x00"}, 52, "character_not_allowed"),
        ({"name": "ｱ\ud800"}, 52, "character_not_allowed"),
        ({"name": "ガ"}, 51, "character_not_allowed"),
        ({"name": "ｱ" * 29 + "ｶﾞ"}, 51, "too_long"),
        ({"name": ""}, 51, "required"),
        ({"name": "   "}, 51, "required"),
        ({"name": " ｱ"}, 51, "leading_space"),
        ({"bank_name": "ﾐｽﾞﾎ(ｶ"}, 10, "character_not_allowed"),
        ({"bank_name": "ｱ" * 16}, 6, "too_long"),
        ({"branch_name": "ﾎﾝ.ﾃﾝ"}, 26, "character_not_allowed"),
        ({"bank_code": "12345"}, 2, "number_too_large"),
        ({"bank_code": "１２３４"}, 2, "not_digits"),
        ({"bank_code": "12a4"}, 4, "not_digits"),
        ({"bank_code": ""}, 2, "not_digits"),
        ({"branch_code": "-12"}, 21, "not_digits"),
        ({"account_number": "12345678"}, 44, "number_too_large"),
        ({"account_number": "٣٣٣٣٣٣٣"}, 44, "not_digits"),
        ({"account_type": "4"}, 43, "value_not_allowed"),
        ({"account_type": "11"}, 43, "value_not_allowed"),
        ({"amount": 10_000_000_000}, 81, "number_too_large"),
        ({"amount": -1}, 89, "not_digits"),
        ({"new_code": "3"}, 91, "value_not_allowed"),
        ({"customer_number": "1234567890123456789"}, 92, "wrong_length"),
        ({"customer_number": "123456789012345678901"}, 92, "wrong_length"),
        ({"customer_number": "2606000000000000001X"}, 111, "not_digits"),
        ({"result_code": "5"}, 112, "value_not_allowed"),
    ],
)
def test_a_faulty_line_is_named(change: Any, position: int, code: str) -> None:
    found = refusal(DebitSet(HEADER_ENTRY, [OTHER_LINE, replace(LINE, **change)]))
    assert found[0] == (3, position, code)


@pytest.mark.req("B3")
@pytest.mark.parametrize(
    ("change", "position", "code"),
    [
        ({"consignor_name": "ｱ" * 41}, 15, "too_long"),
        ({"consignor_code": "12345678901"}, 5, "number_too_large"),
        ({"debit_date": "0230"}, 55, "no_such_day"),
        ({"debit_date": "1301"}, 55, "no_such_day"),
        ({"debit_date": "0431"}, 55, "no_such_day"),
        ({"account_type": "3"}, 96, "value_not_allowed"),
    ],
)
def test_a_faulty_header_is_named(change: Any, position: int, code: str) -> None:
    assert refusal(DebitSet(replace(HEADER_ENTRY, **change), [LINE])) == [(1, position, code)]


@pytest.mark.req("B3")
def test_two_fields_that_make_up_for_each_other_are_refused() -> None:
    # One digit short and one character long: the record would have 120 characters again.
    line = replace(LINE, name="ｱ" * 30 + "1", customer_number="1" * 19)
    assert refusal(DebitSet(HEADER_ENTRY, [line])) == [(2, 51, "too_long"), (2, 92, "wrong_length")]


def test_numbers_are_filled_with_zeros() -> None:
    file = written(DebitSet(HEADER_ENTRY, [replace(LINE, bank_code="1", account_number="42")]))
    assert file[122 + 1 : 122 + 5] == b"0001"
    assert file[122 + 43 : 122 + 50] == b"0000042"


def test_a_full_name_keeps_its_last_mark() -> None:
    file = written(DebitSet(HEADER_ENTRY, [replace(LINE, name="ｱ" * 28 + "ｶﾞ")]))
    assert file[122 + 50 : 122 + 80] == b"\xb1" * 28 + b"\xb6\xde"


@pytest.mark.req("B5")
def test_a_customer_number_stands_once_in_any_order() -> None:
    def lines(*numbers: int) -> list[DebitLine]:
        return [replace(LINE, customer_number=f"{number:020d}") for number in numbers]

    duplicate = "duplicate_customer_number"
    assert refusal(DebitSet(HEADER_ENTRY, lines(1, 2, 3, 2))) == [(5, 92, duplicate)]
    assert refusal(DebitSet(HEADER_ENTRY, lines(5, 1, 3, 1))) == [(5, 92, duplicate)]
    assert refusal(DebitSet(HEADER_ENTRY, lines(10**20 - 1, 10**20 - 1))) == [(3, 92, duplicate)]
    assert len(written(DebitSet(HEADER_ENTRY, lines(5, 1, 9, 3, 2, 8)))) == 9 * 122


@given(st.lists(st.integers(0, 12)))
def test_duplicates_are_those_a_set_would_find(numbers: list[int]) -> None:
    lines = [replace(LINE, customer_number=f"{number:020d}") for number in numbers]
    debit_set = DebitSet(HEADER_ENTRY, lines)
    repeated = [place for place, number in enumerate(numbers) if number in numbers[:place]]
    if repeated:
        assert [record for record, _, _ in refusal(debit_set)] == [place + 2 for place in repeated]
    else:
        assert written(debit_set)


def test_stated_totals_must_be_those_of_the_lines() -> None:
    assert refusal(DebitSet(HEADER_ENTRY, [LINE], Totals(2, 8751))) == [
        (3, 2, "total_mismatch"),
        (3, 8, "total_mismatch"),
    ]


@pytest.mark.req("B5")
def test_a_request_has_no_results() -> None:
    assert refusal(DebitSet(HEADER_ENTRY, [replace(LINE, result_code="1")])) == [(3, 20, "results_without_totals")]


@pytest.mark.req("B3")
def test_nothing_is_written_when_the_last_of_many_lines_is_wrong() -> None:
    lines = [replace(LINE, customer_number=f"{number:020d}") for number in range(2000)]
    lines[-1] = replace(lines[-1], name="漢字")
    assert refusal(DebitSet(HEADER_ENTRY, lines)) == [(2001, 51, "character_not_allowed")]


def test_nothing_is_written_when_the_lines_break_off() -> None:
    def lines() -> Iterator[DebitLine]:
        yield LINE
        raise ConnectionError

    out = io.BytesIO()
    with pytest.raises(ConnectionError):
        write_file(out, [DebitSet(HEADER_ENTRY, lines())])
    assert out.getvalue() == b""


def test_every_faulty_row_is_named_up_to_a_limit() -> None:
    lines = [replace(LINE, name="漢", customer_number=f"{number:020d}") for number in range(300)]
    assert [record for record, _, _ in refusal(DebitSet(HEADER_ENTRY, lines[:5]))] == [2, 3, 4, 5, 6]
    assert len(refusal(DebitSet(HEADER_ENTRY, lines))) == MOST_PROBLEMS


def test_a_sum_too_large_for_the_trailer_is_refused() -> None:
    lines = [replace(LINE, amount=9_999_999_999, customer_number=f"{number:020d}") for number in range(101)]
    assert refusal(DebitSet(HEADER_ENTRY, lines)) == [(103, 8, "number_too_large")]


def test_several_sets_only_where_the_agent_takes_them() -> None:
    sets = [ANSWERED, DebitSet(HEADER_ENTRY, [replace(LINE, customer_number="3" * 20)])]
    assert refusal(*sets) == [(5, 1, "several_sets")]
    file = written(*sets, profile=WIDE)
    assert [record[:1] for record in file.splitlines()] == [b"1", b"2", b"2", b"8", b"1", b"2", b"8", b"9"]
    assert not faults(read(file, WIDE))
    assert refusal(*[ANSWERED, ANSWERED], profile=WIDE) == [
        (6, 92, "duplicate_customer_number"),
        (7, 92, "duplicate_customer_number"),
    ]


def test_a_file_has_a_set() -> None:
    assert refusal() == [(1, 1, "header_expected")]


def test_the_wide_profile_writes_what_the_standard_refuses() -> None:
    line = replace(LINE, name="ｦ\\/｢｣")
    file = written(DebitSet(HEADER_ENTRY, [line]), profile=WIDE)
    assert file[122 + 50 : 122 + 55] == b"\xa6\x5c\x2f\xa2\xa3"
    assert faults(read(file)) == [(2, 51, "character_not_allowed")]


def test_the_refusal_is_a_sentence_with_every_place() -> None:
    with pytest.raises(FileRefused) as refused:
        written(DebitSet(HEADER_ENTRY, [replace(LINE, name="漢", bank_name="銀")]))
    assert str(refused.value).splitlines()[1:] == [
        "2-6: 「引落銀行名」に使えない文字（U+9280）があります。",
        "2-51: 「預金者名」に使えない文字（U+6F22）があります。",
    ]
