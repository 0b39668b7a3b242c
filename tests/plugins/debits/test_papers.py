"""What a letter about a failed debit says, and which form goes with which contact (B-072 to B-076, D-37, D-38)."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from hoshou.base.errors import Forbidden, NotFound
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.failures import FailureTask
from hoshou.plugins.debits.models.mandates import Mandate
from hoshou.plugins.debits.services.papers import empty_form, notice_of, paper_of
from tests.plugins.debits.ground import (
    AUGUST,
    GROUP,
    LEAD,
    LEVY,
    SEPTEMBER,
    answered,
    enrolment,
    lay_month,
    move_to,
)
from tests.plugins.guardkun.documents.reading import words_of
from tests.plugins.guardkun.documents.wording import add_wording


def tasks_of(enrolment_id: int, kind: str) -> list[FailureTask]:
    db.session.rollback()
    statement = select(FailureTask).where(FailureTask.enrolment_id == enrolment_id, FailureTask.kind == kind)
    return list(db.session.scalars(statement.order_by(FailureTask.id)))


@pytest.mark.req("B-072", "B-074")
def test_the_first_letter_names_the_next_debit_of_two_months(app: Flask) -> None:
    number = lay_month(1)[0]
    answered(AUGUST, {number: "1"})
    notice = notice_of(db.session(), tasks_of(number, "prefecture")[0])
    assert ([one.date for one in notice.failed], notice.is_second) == ([date(2026, 8, 12)], False)
    assert notice.next_debit is not None
    assert (notice.next_debit.date, notice.months, notice.due) == (date(2026, 9, 14), 2, 2 * LEVY)


@pytest.mark.req("B-073", "B-074", "B-076")
def test_the_second_letter_names_the_last_bank_day_before_the_lapse(app: Flask) -> None:
    number = lay_month(1)[0]
    answered(AUGUST, {number: "1"})
    answered(SEPTEMBER, {number: "1"})
    first, second = (notice_of(db.session(), task) for task in tasks_of(number, "prefecture"))
    assert (second.is_second, second.pay_by, second.due) == (True, date(2026, 9, 30), 2 * LEVY)
    # The first letter, taken out again, still says what it said.
    assert (first.is_second, first.due) == (False, 2 * LEVY)


@pytest.mark.req("B-074", "B-082")
def test_a_first_failure_of_two_months_is_no_second_one(app: Flask) -> None:
    """No form counted for August, so that September's debit took two months, and failed."""
    number = lay_month(1)[0]
    transact(lambda session: setattr(session.get_one(Mandate, 1), "effective_from", date(2026, 9, 1)))
    answered(SEPTEMBER, {number: "1"})
    notice = notice_of(db.session(), tasks_of(number, "prefecture")[0])
    assert (len(notice.failed), notice.is_second, notice.months, notice.due) == (2, False, 3, 3 * LEVY)


@pytest.mark.req("B-074")
def test_the_letter_about_the_last_instalment_asks_for_a_transfer(app: Flask) -> None:
    number = lay_month(1, start="2027-05-01")[0]
    move_to(2027, 7, 1)
    answered(date(2027, 7, 1), {number: "1"})
    notice = notice_of(db.session(), tasks_of(number, "transfer")[0])
    assert (notice.is_second, notice.next_debit, notice.pay_by) == (False, None, date(2027, 7, 30))


@pytest.mark.req("B-074", "B-078", "B6")
def test_the_paper_is_for_whom_the_contact_is(app: Flask) -> None:
    number = lay_month(1)[0]
    transact(lambda session: add_wording(session, 1))
    answered(AUGUST, {number: "2"})
    session, clock = db.session(), platform().clock
    letter = paper_of(session, clock, GROUP, tasks_of(number, "prefecture")[0].id)
    assert "口座振替ができませんでした" in words_of(letter.content)
    assert "1234567" not in words_of(letter.content)
    form = paper_of(session, clock, GROUP, tasks_of(number, "mandate")[0].id)
    assert "口座振替依頼書" in words_of(form.content)
    assert enrolment(session, number).policy_number in letter.file_name  # type: ignore[operator]
    agency = Subject(7, "x", "x@example.jp", frozenset({Role.AGENCY.value}), agency_id=1)
    with pytest.raises(NotFound):
        paper_of(session, clock, agency, tasks_of(number, "prefecture")[0].id)


@pytest.mark.req("B-052", "B-080")
def test_a_form_without_a_name_is_for_those_who_handle_debits(app: Flask) -> None:
    lay_month(1)
    transact(lambda session: add_wording(session, 1))
    assert "auじぶん銀行" in words_of(empty_form(db.session(), platform().clock, LEAD).content)
    with pytest.raises(Forbidden):
        empty_form(db.session(), platform().clock, Subject(7, "x", "", frozenset({Role.INSURER.value})))
