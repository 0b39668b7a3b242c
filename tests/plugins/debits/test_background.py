"""What a page begins and a job finishes: once, whatever comes between, and with its troubles told (F4, F6, F12)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hoshou.base.errors import DomainError, Refused
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.files.model import StoredFile
from hoshou.platform.jobs.commands import run_by_hand
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.mandates import Mandate
from hoshou.plugins.debits.models.runs import DebitResult, DebitRun, ResultUpload
from hoshou.plugins.debits.rules.runs import RunState
from hoshou.plugins.debits.services import background, runs, sealing, uploads
from hoshou.plugins.debits.services.building import begin_run
from tests.plugins.debits.ground import (
    AUGUST,
    GROUP,
    GROUP_ACTOR,
    LEAD,
    LEAD_ACTOR,
    add_agent,
    build_run,
    lay_month,
    move_to,
    request_bytes,
    result_bytes,
    sent,
)
from tests.plugins.debits.ground import background as a_turn


def begun(agent_id: int = 1) -> int:
    move_to(2026, 8, 3)
    return transact(lambda session: begin_run(session, platform().clock, LEAD_ACTOR, agent_id, AUGUST))


def fix(run_id: int) -> None:
    transact(lambda session: sealing.fix_lines(session, platform().clock, LEAD_ACTOR, LEAD, run_id))


def state_of(run_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(DebitRun, run_id).state


def handed_in(run_id: int, data: bytes) -> int:
    here = platform()
    blob = here.files.put(data)
    return transact(
        lambda session: uploads.hand_in(session, here.clock, GROUP_ACTOR, GROUP, run_id, "result.txt", blob)
    )


def upload(number: int) -> ResultUpload:
    db.session.rollback()
    return db.session.get_one(ResultUpload, number)


@pytest.mark.req("B-067", "B4", "F4")
def test_a_turn_builds_and_another_writes_the_file_in_the_names_of_people(app: Flask) -> None:
    lay_month(3)
    run_id = begun()
    assert state_of(run_id) == RunState.BUILDING
    a_turn(app)
    assert state_of(run_id) == RunState.BUILT
    fix(run_id)
    a_turn(app)
    run = db.session.get_one(DebitRun, run_id, populate_existing=True)
    assert (run.state, run.built_by, run.sealed_by) == ("sealed", "lead", "lead")
    assert (run.built_by_id, run.sealed_by_id) == (LEAD.user_id, LEAD.user_id)


@pytest.mark.req("B2", "F4")
def test_a_day_that_comes_meanwhile_does_not_leave_a_run_half_built(app: Flask) -> None:
    lay_month(3)
    run_id = begun()
    move_to(2026, 8, 13)
    a_turn(app)
    assert state_of(run_id) == RunState.BUILT


@pytest.mark.req("B5", "F12")
def test_a_refused_file_says_why_and_is_erased(app: Flask) -> None:
    lay_month(3)
    run_id = sent(AUGUST)
    request = request_bytes(run_id)
    move_to(2026, 8, 20)
    number = handed_in(run_id, request)
    a_turn(app)
    refused = upload(number)
    told = uploads.refusal_of(refused)
    assert told is not None
    assert str(told[0]).startswith("結果ファイルを取り込めません")
    assert [problem.code for problem in told[1]] == ["request_file"]
    assert refused.stored_file.erased_at is not None
    assert not platform().files.exists(refused.stored_file.storage_key)
    assert db.session.scalars(select(DebitResult)).all() == []


@pytest.mark.req("B5", "F12")
def test_the_same_rows_handed_in_again_lead_to_the_same_result(app: Flask) -> None:
    lay_month(3)
    run_id = sent(AUGUST)
    data = result_bytes(request_bytes(run_id), {2: "1"})
    turned = result_bytes(request_bytes(run_id), {2: "1"}, change=lambda lines: lines[::-1])
    move_to(2026, 8, 20)
    first = handed_in(run_id, data)
    a_turn(app)
    second = handed_in(run_id, turned)
    a_turn(app)
    assert upload(first).result_id == upload(second).result_id is not None
    assert upload(second).stored_file.erased_at is not None
    result = db.session.scalars(select(DebitResult)).one()
    assert result.stored_file_id == upload(first).stored_file_id
    assert result.accepted_by == "group"
    assert platform().files.read(result.stored_file.blob) == data


@pytest.mark.req("B5", "F6", "F12")
def test_a_check_that_dies_before_its_end_is_made_again_and_takes_the_file_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_month(3)
    run_id = sent(AUGUST)
    number = handed_in(run_id, result_bytes(request_bytes(run_id)))
    take_in = uploads.take_in

    def dies(*arguments: Any) -> int:
        take_in(*arguments)
        raise OSError("gone")

    monkeypatch.setattr(uploads, "take_in", dies)
    with pytest.raises(DomainError):
        a_turn(app)
    assert (upload(number).state, db.session.scalars(select(DebitResult)).all()) == ("waiting", [])
    monkeypatch.undo()
    a_turn(app)
    a_turn(app)
    taken = upload(number)
    result = db.session.scalars(select(DebitResult)).one()
    assert taken.result_id == result.id
    assert result.posted_at is not None


@pytest.mark.req("F12")
def test_one_file_of_a_run_is_checked_at_a_time(app: Flask) -> None:
    lay_month(3)
    run_id = sent(AUGUST)
    data = result_bytes(request_bytes(run_id))
    handed_in(run_id, data)
    with pytest.raises(Refused) as refused:
        handed_in(run_id, data)
    assert refused.value.code == "result_waits"

    def past_the_service(session: Session) -> None:
        first = session.scalars(select(ResultUpload)).one()
        file = session.scalars(select(StoredFile).where(StoredFile.id != first.stored_file_id)).first()
        assert file is not None
        session.add(
            ResultUpload(
                run_id=run_id, stored_file_id=file.id, received_at=platform().clock.now(), received_by="x"
            )
        )

    with pytest.raises(IntegrityError):
        transact(past_the_service)


@pytest.mark.req("B4", "B5")
def test_only_who_handles_debits_hands_in_and_only_for_what_went_out(app: Flask) -> None:
    lay_month(3)
    move_to(2026, 8, 3)
    run_id = build_run(AUGUST)
    here = platform()
    blob = here.files.put(b"x")
    branch = Subject(7, "x", "x@example.jp", frozenset({Role.INSURER.value}), insurer_id=1)
    codes = []
    for subject in (LEAD, branch):
        with pytest.raises(DomainError) as refused, unit_of_work() as session:
            uploads.hand_in(session, here.clock, LEAD_ACTOR, subject, run_id, "r.txt", blob)
        codes.append(refused.value.code)
    assert codes == ["not_released", "debits_only"]


@pytest.mark.req("B3", "F4")
def test_what_stops_a_file_is_told_until_somebody_has_it_tried_again(app: Flask) -> None:
    """A name that the agent's strict profile doesn't take: it was entered while the agent had a wider one."""
    lay_month(3)
    run_id = begun()
    a_turn(app)

    def rename(holder: str) -> None:
        transact(lambda session: setattr(session.get_one(Mandate, 2), "holder", holder))

    rename("ｦｶﾞﾜ")
    fix(run_id)
    a_turn(app)
    run = db.session.get_one(DebitRun, run_id, populate_existing=True)
    told = background.trouble_of(run)
    assert told is not None
    assert "口座振替ファイルを作成できません" in str(told)
    assert background.unfinished_work(db.session()).fixed == []
    rename("ｵｶﾞﾜ")
    a_turn(app)
    assert state_of(run_id) == RunState.SEALING
    transact(lambda session: background.try_again(session, platform().clock, LEAD_ACTOR, LEAD, run_id))
    a_turn(app)
    assert state_of(run_id) == RunState.SEALED


def test_a_stopped_run_can_be_given_up(app: Flask) -> None:
    lay_month(3)
    run_id = begun()
    a_turn(app)
    fix(run_id)
    transact(lambda session: runs.discard(session, platform().clock, LEAD_ACTOR, LEAD, run_id, "名義の誤り"))
    a_turn(app)
    assert state_of(run_id) == RunState.DISCARDED


@pytest.mark.req("F4")
def test_what_breaks_does_not_stand_in_the_way_of_the_rest(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_month(3)
    transact(lambda session: add_agent(session, "別の集金代行会社", "9876543210"))
    broken, other = begun(), begun(agent_id=2)
    build_on = background.build_on

    def breaks(unit: Any, clock: Any, actor: Any, run_id: int, progress: Any) -> None:
        if run_id == broken:
            raise OSError("no space left")
        build_on(unit, clock, actor, run_id, progress)

    monkeypatch.setattr(background, "build_on", breaks)
    with pytest.raises(DomainError) as failed:
        a_turn(app)
    assert failed.value.code == "job_failed"
    assert [state_of(broken), state_of(other)] == ["building", "built"]
    assert background.failure_reference(db.session()) == failed.value.values["reference"]
    monkeypatch.undo()
    a_turn(app)
    assert state_of(broken) == RunState.BUILT
    assert background.failure_reference(db.session()) == ""


def test_a_dry_run_tells_what_waits(app: Flask) -> None:
    lay_month(3)
    run_id = begun()
    told = run_by_hand(app, background.JOB, dry_run=True)["result"]
    assert told == {"begun": [run_id], "fixed": [], "uploads": [], "results": []}
    assert state_of(run_id) == RunState.BUILDING
