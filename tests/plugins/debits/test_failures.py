"""From the first failure to the lapse, and every way back (manual IV; B-072 to B-079)."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from hoshou.base.errors import Forbidden, NotFound, Refused
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.files.model import StoredFile
from hoshou.platform.mail.outbox import SEALING, OutboxMail
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.failures import FailureTask, Lapse, Standing, TaskState
from hoshou.plugins.debits.models.runs import DebitLine, DebitOmission
from hoshou.plugins.debits.models.settlements import Settlement
from hoshou.plugins.debits.rules.runs import Omission
from hoshou.plugins.debits.services import lapses, tasks, transfers
from hoshou.plugins.debits.services.foresight import foresee
from hoshou.plugins.debits.services.transfers import Transfer
from hoshou.plugins.guardkun.models.enrolments import Instalment
from hoshou.plugins.guardkun.models.members import Particulars, PrefectureStaff
from tests.accounts import add_user
from tests.plugins.debits.ground import (
    AUGUST,
    GROUP,
    GROUP_ACTOR,
    LEAD,
    LEAD_ACTOR,
    LEVY,
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    answered,
    build_run,
    enrolment,
    lay_month,
    line_of,
    move_to,
)


def amounts(enrolment_id: int) -> list[tuple[date, int, str]]:
    db.session.rollback()
    lines = db.session.scalars(
        select(DebitLine).where(DebitLine.enrolment_id == enrolment_id).order_by(DebitLine.id)
    )
    return [(line.run.debit_date, line.amount, line.state) for line in lines]


def open_kinds(enrolment_id: int) -> list[str]:
    db.session.rollback()
    return sorted(
        db.session.scalars(
            select(FailureTask.kind).where(
                FailureTask.enrolment_id == enrolment_id, FailureTask.state == TaskState.OPEN.value
            )
        )
    )


def lapse_of(enrolment_id: int) -> Lapse | None:
    db.session.rollback()
    return db.session.scalar(select(Lapse).where(Lapse.enrolment_id == enrolment_id).order_by(Lapse.id.desc()))


def failures_of(enrolment_id: int) -> int:
    db.session.rollback()
    return db.session.scalar(select(Standing.failures).where(Standing.enrolment_id == enrolment_id)) or 0


def pay(enrolment_id: int, amount: int, day: date, reference: str = "20260928-1", **options: str) -> int:
    transfer = Transfer(enrolment_id, amount, day, reference, **options)
    return transact(lambda session: transfers.receive(session, platform().clock, GROUP_ACTOR, GROUP, transfer))


def failed_twice(count: int = 1) -> list[int]:
    """Enrolments whose debits of August and September failed for want of funds; it is 20 September."""
    numbers = lay_month(count)
    codes = dict.fromkeys(numbers, "1")
    answered(AUGUST, codes)
    answered(SEPTEMBER, codes)
    return numbers


@pytest.mark.req("B-072")
def test_after_a_first_failure_the_next_debit_takes_two_months(app_on_both: Flask) -> None:
    first, second = lay_month(2)
    answered(AUGUST, {first: "1"})
    answered(SEPTEMBER)
    assert amounts(first) == [(date(2026, 8, 12), LEVY, "failed"), (date(2026, 9, 14), 10_920, "paid")]
    assert amounts(second) == [(date(2026, 8, 12), LEVY, "paid"), (date(2026, 9, 14), LEVY, "paid")]
    line = line_of(db.session(), 2, first)
    assert line is not None
    assert [(part.premium, part.maintenance_fee) for part in line.parts] == [(5_200, 260), (5_200, 260)]
    settled = db.session.scalars(select(Settlement.instalment_id).where(Settlement.line_id == line.id)).all()
    assert len(settled) == 2


@pytest.mark.req("B-077")
def test_a_success_starts_the_count_anew(app: Flask) -> None:
    [number] = lay_month(1)
    answered(AUGUST, {number: "1"})
    assert failures_of(number) == 1
    assert open_kinds(number) == ["prefecture"]
    answered(SEPTEMBER)
    assert (failures_of(number), open_kinds(number)) == (0, [])
    answered(OCTOBER, {number: "1"})
    assert (failures_of(number), lapse_of(number)) == (1, None)
    answered(NOVEMBER)
    assert amounts(number)[-2:] == [(date(2026, 10, 13), LEVY, "failed"), (date(2026, 11, 12), 10_920, "paid")]
    assert enrolment(db.session(), number).ended_on is None


@pytest.mark.req("B-073", "B-075", "D-26")
def test_two_failures_in_a_row_propose_the_lapse_and_stop_the_debits(app_on_both: Flask) -> None:
    [number] = failed_twice()
    assert amounts(number)[-1] == (date(2026, 9, 14), 10_920, "failed")
    lapse = lapse_of(number)
    assert lapse is not None
    assert (lapse.state, lapse.effective_on) == ("proposed", date(2026, 10, 1))
    assert enrolment(db.session(), number).ended_on is None
    # August's contact and September's; the branch and the urgent transfer with the second failure.
    assert open_kinds(number) == ["branch", "prefecture", "prefecture", "transfer"]
    move_to(2026, 9, 25)
    october = build_run(OCTOBER)
    assert line_of(db.session(), october, number) is None
    assert db.session.scalars(select(DebitOmission.reason)).all() == [Omission.LAPSE_PROPOSED.value]


@pytest.mark.req("B-073", "D-26", "B-088")
def test_a_person_confirms_the_lapse_on_a_day_of_choice(app_on_both: Flask) -> None:
    [number] = failed_twice()
    lapse = lapse_of(number)
    assert lapse is not None
    clock, lapse_id = platform().clock, lapse.id
    with pytest.raises(Refused) as refused:
        transact(lambda session: lapses.confirm(session, clock, LEAD_ACTOR, LEAD, lapse_id, date(2027, 7, 1)))
    assert refused.value.code == "change_outside_period"
    transact(
        lambda session: lapses.confirm(session, clock, LEAD_ACTOR, LEAD, lapse_id, date(2026, 11, 1), "協議済")
    )
    ended = enrolment(db.session(), number)
    assert (ended.ending, ended.ended_on) == ("lapsed", date(2026, 11, 1))
    # June to October are five months: instalments 6 to 12 are not owed.
    cancelled = db.session.scalars(
        select(Instalment.number).where(Instalment.cancelled_at.is_not(None)).order_by(Instalment.number)
    ).all()
    assert cancelled == [6, 7, 8, 9, 10, 11, 12]
    [detail] = db.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "debits.lapse_confirmed"))
    assert '"effective_on":"2026-11-01"' in detail
    assert '"proposed":"2026-10-01"' in detail
    with pytest.raises(Refused) as refused:
        transact(lambda session: lapses.waive(session, clock, LEAD_ACTOR, LEAD, lapse_id, "後から"))
    assert refused.value.code == "lapse_decided"


@pytest.mark.req("B-073")
def test_a_waived_lapse_lets_the_debits_go_on(app: Flask) -> None:
    [number] = failed_twice()
    lapse = lapse_of(number)
    assert lapse is not None
    lapse_id, clock = lapse.id, platform().clock
    with pytest.raises(Refused):
        transact(lambda session: lapses.waive(session, clock, LEAD_ACTOR, LEAD, lapse_id, ""))
    transact(lambda session: lapses.waive(session, clock, LEAD_ACTOR, LEAD, lapse_id, "口座相違が判明"))
    assert failures_of(number) == 0
    answered(OCTOBER)
    assert amounts(number)[-1] == (date(2026, 10, 13), 3 * LEVY, "paid")


@pytest.mark.req("B-076")
def test_an_urgent_transfer_before_the_day_brings_everything_back(app_on_both: Flask) -> None:
    [number] = failed_twice()
    move_to(2026, 9, 30)
    pay(number, 10_920, date(2026, 9, 30))
    lapse = lapse_of(number)
    assert lapse is not None
    assert (lapse.state, failures_of(number), open_kinds(number)) == ("paid", 0, [])
    answered(OCTOBER)
    assert amounts(number)[-1] == (date(2026, 10, 13), LEVY, "paid")


@pytest.mark.req("B-076")
@pytest.mark.parametrize(("amount", "day", "month_day"), [(LEVY, 28, 9), (10_920, 1, 10)])
def test_a_part_or_a_transfer_too_late_does_not(app: Flask, amount: int, day: int, month_day: int) -> None:
    [number] = failed_twice()
    move_to(2026, month_day, day)
    pay(number, amount, date(2026, month_day, day))
    lapse = lapse_of(number)
    assert lapse is not None
    assert (lapse.state, failures_of(number)) == ("proposed", 2)


@pytest.mark.req("B-088", "B-076", "F12")
def test_what_a_transfer_must_be(app: Flask) -> None:
    number, other = failed_twice(2)
    day = date(2026, 9, 20)
    for amount, options, code in (
        (5_000, {}, "transfer_amount"),
        (16_380, {}, "transfer_amount"),
        (10_920, {"receiver": "agency"}, "agent_receipt"),
        (10_920, {"reference": " "}, "reference"),
    ):
        with pytest.raises(Refused) as refused:
            pay(number, amount, day, **options)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        pay(number, 10_920, date(2026, 9, 21))
    assert refused.value.code == "received_later"
    receipt = pay(number, 10_920, day)
    assert pay(number, 10_920, day) == receipt
    with pytest.raises(Refused) as refused:
        pay(other, 10_920, day)
    assert refused.value.code == "reference_taken"
    agent = Subject(9, "a", "a@example.jp", frozenset({Role.AGENCY.value}), agency_id=1)

    def receive(subject: Subject) -> None:
        transfer = Transfer(other, 10_920, day, "x")
        transact(lambda session: transfers.receive(session, platform().clock, GROUP_ACTOR, subject, transfer))

    for subject in (agent, LEAD):
        with pytest.raises(Forbidden):
            receive(subject)


@pytest.mark.req("B2")
def test_what_waits_for_a_result_is_not_paid_by_transfer(app: Flask) -> None:
    [number] = lay_month(1)
    answered(AUGUST, {number: "1"})
    move_to(2026, 9, 2)
    build_run(SEPTEMBER)
    with pytest.raises(Refused) as refused:
        pay(number, LEVY, date(2026, 9, 2))
    assert refused.value.code == "transfer_amount"


@pytest.mark.req("B2")
def test_an_instalment_is_settled_once_in_the_database_too(app_on_both: Flask) -> None:
    [number] = lay_month(1)
    answered(AUGUST)
    key = db.session.scalars(select(Settlement.instalment_id)).one()
    assert enrolment(db.session(), number)
    with pytest.raises(IntegrityError):
        transact(lambda session: session.add(Settlement(instalment_id=key, line_id=1, on=AUGUST)))


@pytest.mark.req("D-35")
def test_our_own_stop_merges_without_a_failure(app: Flask) -> None:
    [number] = lay_month(1)
    answered(AUGUST, {number: "8"})
    assert (failures_of(number), open_kinds(number)) == (0, [])
    answered(SEPTEMBER, {number: "1"})
    assert amounts(number)[-1] == (date(2026, 9, 14), 10_920, "failed")
    assert (failures_of(number), lapse_of(number)) == (1, None)


@pytest.mark.req("D-38")
def test_a_mandate_that_came_too_late_is_a_failure_and_a_form_to_collect(app: Flask) -> None:
    [number] = lay_month(1)
    answered(AUGUST, {number: "4"})
    assert (failures_of(number), open_kinds(number)) == (1, ["mandate", "prefecture"])
    answered(SEPTEMBER)
    assert amounts(number)[-1][1] == 10_920


@pytest.mark.req("D-37")
def test_a_first_failure_of_the_last_instalment_asks_for_a_transfer(app: Flask) -> None:
    # A start on 1 May 2027 has one instalment, debited on 12 July 2027.
    [number] = lay_month(1, start="2027-05-01")
    july = date(2027, 7, 1)
    answered(july, {number: "1"})
    assert open_kinds(number) == ["prefecture", "transfer"]
    [(_day, amount, _state)] = amounts(number)
    pay(number, amount, date(2027, 7, 20))
    assert (failures_of(number), open_kinds(number)) == (0, [])


@pytest.mark.req("B-074", "B6")
def test_the_prefecture_association_is_told_once_and_of_no_account(app: Flask) -> None:
    failed_twice()
    mails = db.session.scalars(select(OutboxMail).where(OutboxMail.template_key == "debits.contact")).all()
    assert [(mail.recipient, mail.unique_key) for mail in mails] == [
        ("tokyo@keibi.example.jp", "debits.contact:1"),
        ("tokyo@keibi.example.jp", "debits.contact:2"),
    ]
    keys = platform().keys
    bodies = [keys.open(SEALING, mail.sealed_body or b"", mail.message_token).decode() for mail in mails]
    assert "見本警備株式会社" in bodies[0]
    assert "10,920円" in bodies[1]
    assert not [body for body in bodies if "0000001" in body]


@pytest.mark.req("B-074", "B-075", "B-078", "D-27", "B8")
def test_who_sees_which_task(app: Flask) -> None:
    first, second = lay_month(2)
    answered(AUGUST, {first: "1", second: "1"})
    answered(SEPTEMBER, {first: "1"})
    prefecture_user = add_user(app, "prefecture", Role.PREFECTURE)
    other_user = add_user(app, "osaka", Role.PREFECTURE)
    transact(lambda session: session.add(PrefectureStaff(user_id=prefecture_user, prefecture_id=1)))

    def seen(role: Role, user_id: int = 1, **home: int) -> set[tuple[int, str]]:
        subject = Subject(user_id, "x", "x@example.jp", frozenset({role.value}), **home)
        db.session.rollback()
        found = db.session.execute(
            select(FailureTask.enrolment_id, FailureTask.kind).where(tasks.visible_tasks(subject))
        )
        return set(found.tuples())

    registration = enrolment(db.session(), first).registration
    insurer, branch = registration.insurer_id, registration.branch_id
    assert seen(Role.PREFECTURE, prefecture_user) == {(first, "prefecture"), (second, "prefecture")}
    assert seen(Role.PREFECTURE, other_user) == set()
    assert seen(Role.INSURER, insurer_id=insurer) == {(first, "branch")}
    assert seen(Role.INSURER, insurer_id=insurer, branch_id=branch) == {(first, "branch")}
    assert seen(Role.INSURER, insurer_id=insurer, branch_id=branch + 1) == set()
    assert seen(Role.INSURER, insurer_id=insurer + 1) == set()
    assert seen(Role.AGENCY, agency_id=registration.agency_id) == set()
    assert seen(Role.CO_INSURER, insurer_id=insurer) == set()
    assert seen(Role.LEAD_OFFICE) == {
        (first, "prefecture"), (first, "branch"), (first, "transfer"), (second, "prefecture"),
    }  # fmt: skip


@pytest.mark.req("B-075")
def test_whom_the_association_cannot_reach_the_branch_is_told_of(app_on_both: Flask) -> None:
    [number] = lay_month(1)
    answered(AUGUST, {number: "1"})
    here = platform()
    [task] = db.session.scalars(select(FailureTask.id)).all()

    def finish(state: TaskState, note: str, subject: Subject = GROUP) -> None:
        transact(
            lambda session: tasks.finish(session, here.clock, here.keys, GROUP_ACTOR, subject, task, state, note)
        )

    with pytest.raises(Refused) as refused:
        finish(TaskState.UNREACHABLE, "")
    assert refused.value.code == "note"
    stranger = Subject(9, "a", "a@example.jp", frozenset({Role.AGENCY.value}), agency_id=1)
    with pytest.raises(NotFound):
        finish(TaskState.DONE, "", stranger)
    finish(TaskState.UNREACHABLE, "電話が通じない")
    assert open_kinds(number) == ["branch"]
    with pytest.raises(Refused) as refused:
        finish(TaskState.DONE, "")
    assert refused.value.code == "task_finished"


@pytest.mark.req("B-079")
def test_no_notice_and_no_receipt_goes_to_a_member(app: Flask) -> None:
    """Whose debit came in, and who has paid by transfer, hears nothing; the association hears of the two failures."""
    failing, _paying = lay_month(2)
    transact(lambda session: session.execute(update(Particulars).values(email="member@keibi.example.jp")))
    answered(AUGUST, {failing: "1"})
    answered(SEPTEMBER, {failing: "1"})
    pay(failing, 10_920, date(2026, 9, 20))
    assert db.session.scalars(select(OutboxMail.recipient)).all() == ["tokyo@keibi.example.jp"] * 2
    kept = db.session.scalars(select(StoredFile.original_name).order_by(StoredFile.id)).all()
    assert kept == [
        "debit_20260812_1234567890_1.txt", "result.txt", "debit_20260914_1234567890_1.txt", "result.txt",
    ]  # fmt: skip


@pytest.mark.req("B-073", "B-082")
def test_foresight_follows_the_rows(app: Flask) -> None:
    [number] = lay_month(1)
    answered(AUGUST, {number: "1"})
    seen = foresee(db.session(), enrolment(db.session(), number), date(2026, 8, 20))
    first = seen.debits[0]
    assert (first.on, first.amount, first.lapse_if_fails) == (date(2026, 9, 14), 10_920, date(2026, 10, 1))
    assert seen.debits[1].change_account_by == date(2026, 8, 20)
    answered(SEPTEMBER, {number: "1"})
    assert foresee(db.session(), enrolment(db.session(), number), date(2026, 9, 20)).stopped
