"""A result file counts only as the answer to its own request, and only once (B5, F12)."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.base.errors import Refused
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.plugins.debits.models.failures import Standing
from hoshou.plugins.debits.models.runs import DebitLine, DebitResult, DebitRun
from hoshou.plugins.debits.models.settlements import Settlement
from hoshou.plugins.debits.rules.runs import LineState
from hoshou.plugins.debits.services import posting, results, runs
from hoshou.plugins.debits.services.posting import decide, post_result
from hoshou.plugins.debits.services.results import ResultRefused
from hoshou.plugins.debits.zengin.entries import DebitLine as FileLine
from hoshou.plugins.debits.zengin.results import Outcome
from tests.plugins.debits.ground import (
    AUGUST,
    GROUP,
    GROUP_ACTOR,
    LEVY,
    SEPTEMBER,
    build_run,
    lay_month,
    line_of,
    move_to,
    no_progress,
    release_run,
    request_bytes,
    result_bytes,
    seal_run,
    sent,
    take,
)


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def states(run_id: int) -> list[str]:
    db.session.rollback()
    return list(
        db.session.scalars(
            select(DebitLine.state).where(DebitLine.run_id == run_id).order_by(DebitLine.enrolment_id)
        )
    )


@pytest.fixture
def run(app: Flask) -> int:
    """A released run of three debits, on the day of the answer."""
    lay_month(3)
    run_id = sent(AUGUST)
    move_to(2026, 8, 20)
    return run_id


def refused(run_id: int, data: bytes) -> list[tuple[int, str]]:
    """The problems by record, after nothing has changed."""
    with pytest.raises(ResultRefused) as found:
        take(run_id, data)
    assert set(states(run_id)) == {LineState.WAITING}
    assert (count(DebitResult), count(Settlement)) == (0, 0)
    return [(problem.record, problem.code) for problem in found.value.problems]


@pytest.mark.req("D-35", "B-072")
def test_every_code_does_what_it_means(app_on_both: Flask) -> None:
    numbers = lay_month(10)
    run_id = sent(AUGUST)
    codes = dict(zip(numbers, "012348 9NE", strict=True))
    move_to(2026, 8, 20)
    take(run_id, result_bytes(request_bytes(run_id), codes))
    assert states(run_id) == ["paid", *["failed"] * 4, "stopped", *["undecided"] * 4]
    settled = db.session.scalars(select(Settlement.instalment_id)).all()
    assert len(settled) == 1
    standing = dict(db.session.execute(select(Standing.enrolment_id, Standing.failures)).tuples().all())
    assert standing == dict.fromkeys(numbers[1:5], 1)


Change = Callable[[list[FileLine]], list[FileLine]]


@pytest.mark.req("B5")
@pytest.mark.parametrize(
    ("change", "problems"),
    [
        (lambda lines: [replace(lines[0], amount=LEVY + 1), *lines[1:]], [(2, "other_amount")]),
        (lambda lines: [lines[0], replace(lines[1], account_number="9999999"), lines[2]], [(3, "other_account")]),
        (lambda lines: [*lines[:2], replace(lines[2], bank_code="0009")], [(4, "other_account")]),
        (lambda lines: lines[:2], [(4, "missing_lines")]),
        (lambda lines: [*lines, replace(lines[0], customer_number="26080000010000000099")], [(5, "unknown_line")]),
        (
            lambda lines: [replace(line, customer_number="2607" + line.customer_number[4:]) for line in lines],
            [(2, "unknown_line"), (3, "unknown_line"), (4, "unknown_line")],
        ),
    ],
    ids=["amount", "account", "bank", "line missing", "line too many", "another month's"],
)
def test_a_result_that_is_not_the_requests_own_is_refused_whole(
    run: int, change: Change, problems: list[tuple[int, str]]
) -> None:
    assert refused(run, result_bytes(request_bytes(run), change=change)) == problems


@pytest.mark.req("B5")
@pytest.mark.parametrize(
    ("values", "code"),
    [({"consignor_code": "1111111111"}, "other_consignor"), ({"debit_date": "0914"}, "other_date")],
)
def test_a_foreign_header_is_refused(run: int, values: dict[str, str], code: str) -> None:
    data = result_bytes(request_bytes(run), header=lambda found: replace(found, **values))
    assert refused(run, data) == [(1, code)]


@pytest.mark.req("B5")
def test_a_request_is_never_taken_for_a_result(run: int) -> None:
    assert refused(run, request_bytes(run)) == [(5, "request_file")]


@pytest.mark.req("B5")
def test_a_trailer_that_does_not_add_up_is_refused(run: int) -> None:
    data = result_bytes(request_bytes(run)).replace(b"8000003", b"8000002")
    assert refused(run, data) == [(5, "total_mismatch")]
    assert refused(run, result_bytes(request_bytes(run))[:-122]) == [(6, "end_expected")]


@pytest.mark.req("B5")
def test_codes_without_a_meaning_are_refused_by_line(run: int) -> None:
    for code in "567":
        data = bytearray(result_bytes(request_bytes(run), {2: "1"}))
        data[2 * 122 + 111] = ord(code)
        assert (3, "value_not_allowed") in refused(run, bytes(data))


@pytest.mark.req("B5", "F12")
def test_the_same_rows_again_change_nothing(app_on_both: Flask) -> None:
    lay_month(3)
    run_id = sent(AUGUST)
    move_to(2026, 8, 20)
    request = request_bytes(run_id)
    first = take(run_id, result_bytes(request, {2: "1"}))
    before = states(run_id)
    assert take(run_id, result_bytes(request, {2: "1"})) == first
    assert take(run_id, result_bytes(request, {2: "1"}, change=lambda lines: lines[::-1])) == first
    assert (states(run_id), count(DebitResult), count(Settlement)) == (before, 1, 2)
    assert db.session.scalars(select(Standing.failures)).all() == [1]


@pytest.mark.req("B5")
def test_what_is_settled_is_not_unsettled_by_another_file(run: int) -> None:
    request = request_bytes(run)
    take(run, result_bytes(request, {2: "1"}))
    with pytest.raises(ResultRefused) as found:
        take(run, result_bytes(request, {2: "0", 3: "1"}))
    assert [(problem.record, problem.code) for problem in found.value.problems] == [
        (3, "contradicts"),
        (4, "contradicts"),
    ]
    assert states(run) == ["paid", "failed", "paid"]


@pytest.mark.req("D-35")
def test_a_later_file_answers_what_was_pending(run: int) -> None:
    request = request_bytes(run)
    take(run, result_bytes(request, {2: "N"}))
    assert states(run) == ["paid", "undecided", "paid"]
    take(run, result_bytes(request, {2: "1"}))
    assert states(run) == ["paid", "failed", "paid"]
    assert count(DebitResult) == 2


@pytest.mark.req("D-35", "B-072")
def test_what_nobody_can_say_waits_for_a_person_and_keeps_the_run_open(run: int) -> None:
    take(run, result_bytes(request_bytes(run), {2: "9"}))
    here = platform()

    def close() -> None:
        transact(lambda session: runs.close(session, here.clock, GROUP_ACTOR, GROUP, run))

    def say(outcome: Outcome, note: str) -> None:
        transact(lambda session: decide(session, here.clock, here.keys, GROUP_ACTOR, GROUP, 2, outcome, note))

    with pytest.raises(Refused) as found:
        close()
    assert (found.value.code, found.value.values["count"]) == ("lines_open", 1)
    for outcome, note, code in ((Outcome.FAILED, " ", "note"), (Outcome.PENDING, "x", "decision")):
        with pytest.raises(Refused) as found:
            say(outcome, note)
        assert found.value.code == code
    say(Outcome.FAILED, "代行会社に電話で確認")
    with pytest.raises(Refused) as found:
        say(Outcome.PAID, "二度目")
    assert found.value.code == "line_decided"
    line = line_of(db.session(), run, 2)
    assert line is not None
    assert (line.state, line.result_code, line.decided_by, line.note) == (
        "failed", "9", "group", "代行会社に電話で確認",
    )  # fmt: skip
    close()
    assert db.session.get_one(DebitRun, run).state == "closed"
    with pytest.raises(Refused) as found:
        take(run, result_bytes(request_bytes(run), {2: "0"}))
    assert found.value.code == "contradicts"


@pytest.mark.req("D-35")
def test_an_open_result_keeps_the_enrolment_out_of_the_next_run(run: int) -> None:
    take(run, result_bytes(request_bytes(run), {2: "9"}))
    move_to(2026, 9, 2)
    september = build_run(SEPTEMBER)
    assert line_of(db.session(), september, 2) is None
    assert [line_of(db.session(), september, number) is not None for number in (1, 3)] == [True, True]


@pytest.mark.req("B5", "B4")
def test_no_result_before_the_release(app: Flask) -> None:
    lay_month(1)
    move_to(2026, 8, 2)
    run_id = build_run(AUGUST)
    seal_run(run_id)
    with pytest.raises(Refused) as found:
        take(run_id, b"1" * 120)
    assert found.value.code == "not_released"


@pytest.mark.req("B5")
def test_the_lines_of_one_file_are_answered_together(app: Flask) -> None:
    lay_month(4)
    move_to(2026, 8, 2)
    run_id = build_run(AUGUST)
    seal_run(run_id, most_lines=2)
    release_run(run_id)
    first, second = request_bytes(run_id, 1), request_bytes(run_id, 2)
    mixed = result_bytes(
        first, change=lambda lines: [lines[0], replace(lines[1], customer_number="26080000010000000003")]
    )
    with pytest.raises(ResultRefused) as found:
        take(run_id, mixed)
    assert (3, "other_file") in [(problem.record, problem.code) for problem in found.value.problems]
    take(run_id, result_bytes(second, {3: "1"}))
    assert states(run_id) == ["waiting", "waiting", "failed", "paid"]
    take(run_id, result_bytes(first))
    assert states(run_id) == ["paid", "paid", "failed", "paid"]


@pytest.mark.req("F6")
def test_a_posting_that_was_cut_off_goes_on_where_it_stopped(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_month(5)
    run_id = sent(AUGUST)
    move_to(2026, 8, 20)
    monkeypatch.setattr(posting, "CHUNK", 2)
    monkeypatch.setattr(results, "CHUNK", 2)

    def stop(done: int, _total: int) -> None:
        if done == 4:
            raise RuntimeError("cut off")

    here = platform()
    data = result_bytes(request_bytes(run_id), {4: "1"})
    blob = here.files.put(data)
    number = transact(
        lambda session: results.accept(
            session, here.clock, here.keys, GROUP_ACTOR, GROUP, run_id, data, "r.txt", blob
        )
    )
    with pytest.raises(RuntimeError):
        post_result(unit_of_work, here.clock, here.keys, here.files, GROUP_ACTOR, number, stop)
    assert states(run_id) == ["paid", "paid", "paid", "failed", "waiting"]
    with unit_of_work() as session:
        assert posting.unfinished(session) == [number]
    # Whoever goes on may cut the file elsewhere.
    monkeypatch.setattr(posting, "CHUNK", 3)
    post_result(unit_of_work, here.clock, here.keys, here.files, GROUP_ACTOR, number, no_progress)
    assert states(run_id) == ["paid", "paid", "paid", "failed", "paid"]
    assert count(Settlement) == 4
    assert posting.unfinished(db.session()) == []
