"""A debit run from the dry run to the file that the agent gets."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from hoshou.base.errors import Forbidden, Refused, Unavailable
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.mandates import Mandate
from hoshou.plugins.debits.models.runs import DebitFile, DebitLine, DebitLinePart, DebitOmission, DebitRun
from hoshou.plugins.debits.rules.mandates import MandateState
from hoshou.plugins.debits.rules.runs import LineState, Omission, RunState
from hoshou.plugins.debits.services import planning, runs, sealing
from hoshou.plugins.debits.services.building import outline
from hoshou.plugins.debits.services.planning import PlannedLine
from hoshou.plugins.debits.services.sealing import file_bytes, pieces_of
from hoshou.plugins.debits.zengin.entries import DebitLine as FileLine
from hoshou.plugins.debits.zengin.entries import Header, Totals
from hoshou.plugins.debits.zengin.reader import read_file
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from tests.plugins.debits.ground import (
    AUGUST,
    GROUP,
    GROUP_ACTOR,
    LEAD,
    LEAD_ACTOR,
    LEVY,
    SEPTEMBER,
    add_agent,
    add_mandate,
    at,
    build_run,
    enrolment,
    lay_month,
    move_to,
    release_run,
    request_bytes,
    seal_run,
    sent,
)


def lines(run_id: int) -> Sequence[DebitLine]:
    db.session.rollback()
    return db.session.scalars(select(DebitLine).where(DebitLine.run_id == run_id).order_by(DebitLine.id)).all()


def state(run_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(DebitRun, run_id).state


def parsed(data: bytes) -> list[object]:
    return list(read_file(BytesIO(data)))


@pytest.mark.req("B-067", "B-068", "B-070")
def test_a_run_takes_what_is_due_and_the_file_says_so(app: Flask, tmp_path: Path) -> None:
    lay_month(3)
    run_id = sent(AUGUST)
    header, *entries = parsed(request_bytes(run_id))
    assert isinstance(header, Header)
    assert (header.consignor_name, header.debit_date) == ("ｹｲﾋﾞ ﾎｹﾝ", "0812")
    debits = [entry for entry in entries if isinstance(entry, FileLine)]
    assert [line.account_number for line in debits] == ["0000001", "0000002", "0000003"]
    assert {(line.amount, line.new_code, line.result_code) for line in debits} == {(LEVY, "1", "0")}
    assert entries[-1] == Totals(3, 3 * LEVY)


@pytest.mark.req("B-067", "P-009")
def test_the_dry_run_tells_exactly_what_the_run_then_holds(app: Flask) -> None:
    first, second, third = lay_month(3)
    move_to(2026, 8, 2)
    transact(
        lambda session: session.execute(
            update(Mandate)
            .where(Mandate.tail == "0002")
            .values(state=MandateState.RETURNED.value, returned_on=date(2026, 7, 1), return_reason="印鑑相違")
        )
    )
    with unit_of_work() as session:
        planned = list(outline(session, 1, date(2026, 8, 12)))
        told = [
            (one.enrolment_id, one.amount, [part.number for part in one.instalments])
            for one in planned
            if isinstance(one, PlannedLine)
        ]
    assert db.session.scalar(select(func.count()).select_from(DebitLine)) == 0
    run_id = build_run(AUGUST)
    held = [
        (line.enrolment_id, line.amount, [part.instalment.number for part in line.parts]) for line in lines(run_id)
    ]
    assert told == held == [(first, LEVY, [1]), (third, LEVY, [1])]
    omitted = db.session.execute(select(DebitOmission.enrolment_id, DebitOmission.reason)).tuples().all()
    assert list(omitted) == [(second, Omission.NO_MANDATE.value)]


@pytest.mark.req("B-067", "P-008", "P-009", "F8")
def test_the_job_builds_three_days_before_the_closing_once(app: Flask) -> None:
    lay_month(2)
    job = all_jobs(app)["debits.build"]
    # Closing Tuesday 4 August 2026: three business days before it is Thursday 30 July.
    early = run_job(app, job, at(2026, 7, 29), by_hand=True)
    assert early.result["runs"] == []
    rehearsed = run_job(app, job, at(2026, 7, 30), dry_run=True, by_hand=True)
    move_to(2026, 7, 30)
    [told] = rehearsed.result["runs"]
    assert [(line["policy_number"], line["amount"], line["instalments"]) for line in told["lines"]] == [
        ("G2600000001", LEVY, (1,)),
        ("G2600000002", LEVY, (1,)),
    ]
    assert db.session.scalar(select(func.count()).select_from(DebitRun)) == 0
    done = run_job(app, job, at(2026, 7, 30), by_hand=True)
    [built] = done.result["runs"]
    assert (built["count"], built["amount"]) == (2, 2 * LEVY)
    # The scheduler was down on the day itself: the next day's run finds the work done, or would do it.
    again = run_job(app, job, at(2026, 7, 31), by_hand=True)
    assert [one["run_id"] for one in again.result["runs"]] == [built["run_id"]]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(DebitRun)) == 1


@pytest.mark.req("B2", "B-067")
def test_a_run_is_made_once_and_its_lines_too(app_on_both: Flask) -> None:
    lay_month(2)
    move_to(2026, 8, 1)
    run_id = build_run(AUGUST)
    assert build_run(AUGUST) == run_id
    assert len(lines(run_id)) == 2
    part = db.session.scalars(select(DebitLinePart)).first()
    assert part is not None
    again = DebitLinePart(line_id=2, instalment_id=part.instalment_id, premium=1, maintenance_fee=1)
    with pytest.raises(IntegrityError):
        transact(lambda session: session.add(again))


@pytest.mark.req("B-067", "F4")
def test_a_run_goes_on_in_chunks(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "CHUNK", 2)
    lay_month(5)
    move_to(2026, 8, 1)
    run_id = build_run(AUGUST)
    assert [line.enrolment_id for line in lines(run_id)] == [1, 2, 3, 4, 5]
    assert state(run_id) == RunState.BUILT


@pytest.mark.req("B-067")
def test_each_agent_gets_the_debits_of_its_own_mandates(app: Flask) -> None:
    first, second = lay_month(2)
    unit = enrolment(db.session(), second).unit_id
    assert unit is not None

    def change(session):  # type: ignore[no-untyped-def]
        other = add_agent(session, "別の代行会社", "9999999999")
        add_mandate(session, unit, other.id, date(2026, 4, 11))
        return other.id

    other = transact(change)
    move_to(2026, 8, 1)
    assert [line.enrolment_id for line in lines(build_run(AUGUST))] == [first]
    assert [line.enrolment_id for line in lines(build_run(AUGUST, other))] == [second]


@pytest.mark.req("B-082")
def test_a_changed_account_counts_from_the_month_after_next(app: Flask) -> None:
    [number] = lay_month(1)
    unit = enrolment(db.session(), number).unit_id
    assert unit is not None
    for arrived, account in ((date(2026, 7, 20), "7777777"), (date(2026, 7, 21), "8888888")):
        transact(lambda session: add_mandate(session, unit, 1, arrived, account))  # noqa: B023
    for month, expected in (
        (AUGUST, ("0000001", "1")),
        (SEPTEMBER, ("7777777", "2")),
        (date(2026, 10, 1), ("8888888", "2")),
    ):
        run_id = sent(month)
        [line] = [entry for entry in parsed(request_bytes(run_id)) if isinstance(entry, FileLine)]
        assert (line.account_number, line.new_code) == expected
        transact(lambda session: runs.take_out(session, platform().clock, run_id))  # noqa: B023


@pytest.mark.req("B4")
def test_a_second_person_releases_and_only_then_there_is_a_download(app_on_both: Flask) -> None:
    lay_month(2)
    move_to(2026, 8, 3)
    run_id = build_run(AUGUST)
    with pytest.raises(Refused) as refused:
        release_run(run_id)
    assert refused.value.code == "run_step"
    seal_run(run_id)
    with pytest.raises(Refused) as refused:
        request_bytes(run_id)
    assert refused.value.code == "not_released"
    with pytest.raises(Refused) as refused:
        transact(lambda session: sealing.release(session, platform().clock, LEAD_ACTOR, LEAD, run_id))
    assert refused.value.code == "second_person"
    release_run(run_id)
    assert request_bytes(run_id)
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "debits_run")).all()
    assert actions == [
        "debits.run_opened", "debits.run_built", "debits.run_sealed", "debits.run_released",
        "debits.file_downloaded",
    ]  # fmt: skip


@pytest.mark.req("B4")
def test_neither_who_built_nor_who_sealed_releases(app: Flask) -> None:
    """Built by the lead office, sealed by the association: a third person has to release."""
    lay_month(1)
    move_to(2026, 8, 3)
    run_id, here = build_run(AUGUST), platform()
    sealing.seal(unit_of_work, here.clock, here.keys, here.files, GROUP_ACTOR, GROUP, run_id)
    third = replace(GROUP, user_id=103)
    for subject in (LEAD, GROUP):
        with pytest.raises(Refused) as refused:
            transact(lambda session, who=subject: sealing.release(session, here.clock, LEAD_ACTOR, who, run_id))
        assert refused.value.code == "second_person"
    transact(lambda session: sealing.release(session, here.clock, GROUP_ACTOR, third, run_id))
    assert state(run_id) == RunState.RELEASED


@pytest.mark.req("B4")
@pytest.mark.parametrize("values", [{"released_by_id": 101}, {"released_by_id": None}])
def test_the_database_wants_a_second_person_too(app_on_both: Flask, values: dict[str, object]) -> None:
    lay_month(1)
    run_id = sent(AUGUST)
    with pytest.raises(IntegrityError):
        transact(lambda session: session.execute(update(DebitRun).where(DebitRun.id == run_id).values(**values)))


@pytest.mark.req("B4")
def test_a_changed_byte_is_not_handed_out(app: Flask, tmp_path: Path) -> None:
    lay_month(1)
    run_id = sent(AUGUST)
    [stored] = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    content = bytearray(stored.read_bytes())
    content[40] ^= 1
    stored.write_bytes(content)
    with pytest.raises(Unavailable) as refused:
        request_bytes(run_id)
    assert refused.value.code == "file_damaged"


@pytest.mark.req("B4")
def test_another_file_in_its_place_is_not_handed_out(app: Flask) -> None:
    lay_month(1)
    run_id = sent(AUGUST)
    transact(lambda session: session.execute(update(DebitFile).values(sha256="0" * 64)))
    with pytest.raises(Unavailable):
        request_bytes(run_id)


@pytest.mark.req("B-067")
def test_after_the_agents_closing_nothing_is_released(app: Flask) -> None:
    lay_month(1)
    move_to(2026, 8, 4, 14)
    run_id = build_run(AUGUST)
    seal_run(run_id)
    clock = move_to(2026, 8, 4, 15)
    clock.move_to(clock.now().replace(second=1))
    with pytest.raises(Refused) as refused:
        release_run(run_id)
    assert refused.value.code == "past_closing"
    move_to(2026, 8, 4, 15)
    release_run(run_id)
    assert state(run_id) == RunState.RELEASED


@pytest.mark.req("B-067")
def test_no_run_for_a_day_that_has_come(app: Flask) -> None:
    lay_month(1)
    move_to(2026, 8, 12)
    with pytest.raises(Refused) as refused:
        build_run(AUGUST)
    assert refused.value.code == "debit_past"


@pytest.mark.req("F4", "B-067")
def test_a_large_run_is_cut_into_files_that_can_be_written_again(app: Flask) -> None:
    lay_month(5)
    move_to(2026, 8, 3)
    run_id = build_run(AUGUST)
    seal_run(run_id, most_lines=2)
    release_run(run_id)
    db.session.rollback()
    files = db.session.scalars(select(DebitFile).order_by(DebitFile.number)).all()
    assert [(file.line_count, file.amount) for file in files] == [(2, 2 * LEVY), (2, 2 * LEVY), (1, LEVY)]
    sums = [file.sha256 for file in files]
    here = platform()
    for number, piece in enumerate(pieces_of(unit_of_work, run_id, 2), start=1):
        again = file_bytes(unit_of_work, here.keys, run_id, piece)
        assert again == request_bytes(run_id, number)
        assert (piece.first, piece.last) == (files[number - 1].first_number, files[number - 1].last_number)
    assert len(set(sums)) == 3


@pytest.mark.req("B-067")
def test_a_file_is_cut_before_its_sum_is_too_large(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_month(3)
    move_to(2026, 8, 3)
    monkeypatch.setattr(sealing, "MOST_YEN", 2 * LEVY)
    assert [piece.count for piece in pieces_of(unit_of_work, build_run(AUGUST))] == [2, 1]


@pytest.mark.req("B-067", "B9")
def test_a_discarded_run_makes_room_for_another(app_on_both: Flask) -> None:
    lay_month(2)
    move_to(2026, 8, 3)
    run_id = build_run(AUGUST)
    clock = platform().clock
    with pytest.raises(Refused) as refused:
        transact(lambda session: runs.discard(session, clock, LEAD_ACTOR, LEAD, run_id, " "))
    assert refused.value.code == "why"
    transact(lambda session: runs.discard(session, clock, LEAD_ACTOR, LEAD, run_id, "依頼書の訂正"))
    assert {line.state for line in lines(run_id)} == {LineState.DROPPED}
    again = build_run(AUGUST)
    assert again != run_id
    assert len(lines(again)) == 2
    seal_run(again)
    release_run(again)
    with pytest.raises(Refused) as refused:
        transact(lambda session: runs.discard(session, clock, LEAD_ACTOR, LEAD, again, "遅い"))
    assert refused.value.code == "run_step"


@pytest.mark.req("D-36", "B9")
def test_an_ending_before_the_file_is_written_takes_the_line_out(app_on_both: Flask) -> None:
    first, second = lay_month(2)
    move_to(2026, 8, 3)
    run_id = build_run(AUGUST)
    transact(
        lambda session: session.execute(
            update(Enrolment).where(Enrolment.id == first).values(ending="withdrawn", ended_on=date(2026, 9, 1))
        )
    )
    seal_run(run_id)
    release_run(run_id)
    assert [line.state for line in lines(run_id)] == [LineState.DROPPED, LineState.WAITING]
    [line] = [entry for entry in parsed(request_bytes(run_id)) if isinstance(entry, FileLine)]
    assert int(line.customer_number[10:]) == second
    move_to(2026, 9, 1)
    assert [line.enrolment_id for line in lines(build_run(SEPTEMBER))] == []


@pytest.mark.req("B-067")
def test_an_empty_run_has_no_file(app: Flask) -> None:
    lay_month(1)
    move_to(2026, 8, 3)
    run_id = build_run(AUGUST)
    transact(
        lambda session: session.execute(update(Enrolment).values(ending="withdrawn", ended_on=date(2026, 9, 1)))
    )
    with pytest.raises(Refused) as refused:
        seal_run(run_id)
    assert refused.value.code == "run_empty"
    assert state(run_id) == RunState.BUILT


@pytest.mark.req("B-078", "B4")
@pytest.mark.parametrize("role", [Role.AGENCY, Role.INSURER, Role.CO_INSURER, Role.PREFECTURE, Role.AUDITOR])
def test_nobody_else_touches_a_run(app: Flask, role: Role) -> None:
    lay_month(1)
    run_id = sent(AUGUST)
    stranger = Subject(7, "x", "x@example.jp", frozenset({role.value}), insurer_id=1, agency_id=1)
    here = platform()
    for deed in (
        lambda session: sealing.release(session, here.clock, GROUP_ACTOR, stranger, run_id),
        lambda session: sealing.download(session, here.clock, here.files, GROUP_ACTOR, stranger, 1),
        lambda session: runs.discard(session, here.clock, GROUP_ACTOR, stranger, run_id, "x"),
        lambda session: runs.close(session, here.clock, GROUP_ACTOR, stranger, run_id),
        lambda session: sealing.seal(
            unit_of_work, here.clock, here.keys, here.files, GROUP_ACTOR, stranger, run_id
        ),
    ):
        with pytest.raises(Forbidden):
            transact(deed)
    assert GROUP.has(Role.GROUP_ASSOCIATION)
