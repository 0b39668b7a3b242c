"""The month's premium, its shares and its statements: the numbers of docs/algorithms/ledger.md."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.clock import FixedClock, jst
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.platform.actor import SYSTEM
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.plugins.debits.models.remittances import Remittance, RemittanceLine
from hoshou.plugins.debits.rules.accounts_chart import Account
from hoshou.plugins.debits.rules.events import LevyTransferred
from hoshou.plugins.debits.rules.sharing import (
    AgencyShares,
    CommissionMonths,
    agency_shares,
    collection_fees,
    commission_months,
    handoff_day,
)
from hoshou.plugins.debits.services.ledger.balances import prove, trial_balance
from hoshou.plugins.debits.services.ledger.post import post
from hoshou.plugins.debits.services.month_end.remit import due_months, remit_due
from hoshou.plugins.debits.services.month_end.statements import Sums, by_agency, by_branch, by_insurer, total
from hoshou.plugins.guardkun.rules.calendar import remittance_day
from tests.accounts import fresh
from tests.plugins.debits.ledger.test_post import book
from tests.plugins.debits.ledger.worked import AUGUST, SEPTEMBER, Scheme, august, part, september
from tests.plugins.retention.ground import run

JOB = "debits.remit"
END_OF_AUGUST = jst(2026, 8, 31, 18)


@pytest.fixture
def calendar() -> BusinessCalendar:
    return japanese_calendar()


@pytest.mark.req("B-093", "D-30")
def test_the_lead_agencys_share_is_floored_and_both_sum_to_the_premium() -> None:
    assert agency_shares(100_001, 10) == AgencyShares(10_000, 90_001)
    assert agency_shares(424, 10) == AgencyShares(42, 382)
    assert agency_shares(0, 10) == AgencyShares(0, 0)


@pytest.mark.req("B-010", "D-20", "D-23")
def test_the_collection_fee_is_split_as_the_maintenance_fee_is() -> None:
    assert collection_fees(250, 12) == (30,) + (20,) * 11
    assert sum(collection_fees(3_127, 7)) == 3_127


@pytest.mark.req("B-097", "B-098", "B-099")
def test_commission_follows_the_debit_by_one_or_two_months() -> None:
    """Start June, debit August."""
    assert commission_months(AUGUST, insurer_leads=True) == CommissionMonths(AUGUST, SEPTEMBER)
    assert commission_months(AUGUST, insurer_leads=False) == CommissionMonths(SEPTEMBER, date(2026, 10, 1))
    assert commission_months(date(2026, 12, 14), insurer_leads=False).commission == date(2027, 2, 1)


@pytest.mark.req("B-071", "B-099")
def test_days_of_the_month_end(calendar: BusinessCalendar) -> None:
    """31 October 2026 is a Saturday; 31 December is no business day; 15 November is a Sunday."""
    assert remittance_day(AUGUST, calendar) == date(2026, 8, 31)
    assert remittance_day(date(2026, 10, 1), calendar) == date(2026, 10, 30)
    assert remittance_day(date(2026, 12, 1), calendar) == date(2026, 12, 30)
    assert remittance_day(date(2027, 2, 1), calendar) == date(2027, 2, 26)
    assert handoff_day(AUGUST, calendar) == date(2026, 9, 15)
    assert handoff_day(date(2026, 10, 1), calendar) == date(2026, 11, 16)
    assert handoff_day(date(2026, 12, 1), calendar) == date(2027, 1, 15)


def remit(clock: FixedClock, *, fee_deducted: bool = False) -> list[Remittance]:
    return transact(lambda session: remit_due(session, clock, SYSTEM, fee_deducted=fee_deducted))


@pytest.mark.req("B-010", "B-071", "D-20")
@pytest.mark.parametrize(("fee_deducted", "paid"), [(False, 5_624), (True, 5_334)])
def test_augusts_premium_goes_on_the_last_business_day(
    scheme: Scheme, clock: FixedClock, *, fee_deducted: bool, paid: int
) -> None:
    book(clock, august, scheme)
    clock.move_to(jst(2026, 8, 30, 23, 59))
    assert remit(clock, fee_deducted=fee_deducted) == []
    clock.move_to(END_OF_AUGUST)
    [made] = remit(clock, fee_deducted=fee_deducted)
    assert (made.month, made.day, made.instalments) == (AUGUST, date(2026, 8, 31), 2)
    assert (made.premium, made.collection_fee, made.paid) == (5_624, 290, paid)
    figures = {row.account: row.closing for row in trial_balance(db.session(), AUGUST)}
    assert figures[Account.REMITTANCE] == -paid
    assert figures[Account.COLLECTION_FEE] == -290
    assert figures[Account.COLLECTION_FEE_RECEIVABLE] == (0 if fee_deducted else 290)
    assert figures[Account.PREMIUM_PAYABLE] == -10_400
    assert prove(db.session()).holds


@pytest.mark.req("B-071", "B2")
def test_run_again_nothing_is_remitted_twice(scheme: Scheme, clock: FixedClock) -> None:
    book(clock, august, scheme)
    clock.move_to(END_OF_AUGUST)
    assert len(remit(clock)) == 1
    assert remit(clock) == []
    book(clock, september, scheme)
    assert remit(clock) == []
    clock.move_to(jst(2026, 9, 30, 18))
    [second] = remit(clock)
    assert (second.month, second.instalments, second.premium, second.collection_fee) == (
        SEPTEMBER,
        4,
        26_416,
        1_320,
    )
    assert db.session.scalar(select(func.count()).select_from(RemittanceLine)) == 6


@pytest.mark.req("F8")
def test_missed_months_are_made_up_for_each_with_its_own_payments(scheme: Scheme, clock: FixedClock) -> None:
    book(clock, august, scheme)
    book(clock, september, scheme)
    clock.move_to(jst(2026, 11, 4, 9))
    assert [due.month.month for due in due_months(db.session(), clock.today())] == [8, 9, 10]
    made = remit(clock)
    assert [(run_.month.month, run_.day.day, run_.premium) for run_ in made] == [
        (8, 31, 5_624),
        (9, 30, 26_416),
        (10, 30, 0),
    ]


@pytest.mark.req("B-071")
def test_a_payment_booked_late_goes_with_the_next_run(scheme: Scheme, clock: FixedClock) -> None:
    book(clock, august, scheme)
    clock.move_to(END_OF_AUGUST)
    remit(clock)
    late = part(db.session(), scheme.enrolments[2], 1)
    transact(lambda session: post(session, clock, LevyTransferred(1, (late,), date(2026, 8, 28))))
    clock.move_to(jst(2026, 9, 30, 18))
    [made] = remit(clock)
    assert (made.month, made.premium) == (SEPTEMBER, 10_400)


@pytest.mark.req("B-093", "B-094", "B-097", "B-098", "B-010")
def test_statements_come_to_the_run_by_every_way(scheme: Scheme, clock: FixedClock) -> None:
    book(clock, august, scheme)
    clock.move_to(END_OF_AUGUST)
    [made] = remit(clock)
    session = db.session()
    lead, co = by_insurer(session, made)
    assert (lead.whose.code, lead.sums) == ("ms", Sums(1, 5_200, 260, 520, 4_680))
    assert lead.months == CommissionMonths(AUGUST, SEPTEMBER)
    assert (co.whose.code, co.sums) == ("aioi", Sums(1, 424, 30, 42, 382))
    assert co.months == CommissionMonths(SEPTEMBER, date(2026, 10, 1))
    assert total([lead, co]) == Sums(2, 5_624, 290, 562, 5_062)
    assert total([lead, co]).net == 5_334
    branches = by_branch(session, made)
    assert [(row.whose.name, row.whose.insurer.code, row.sums.premium) for row in branches] == [
        ("東京第一支社", "aioi", 424),
        ("東京第一支社", "ms", 5_200),
    ]
    first = by_agency(session, made, limit=1)
    second = by_agency(session, made, after=first[0].whose.id, limit=1)
    assert [row.whose.registration_number for row in (*first, *second)] == ["10000000001", "20000000002"]
    assert by_agency(session, made, after=second[0].whose.id) == []


@pytest.mark.req("B-071", "P-009", "F8")
def test_the_job_makes_the_run_and_a_dry_run_only_tells_it(app: Flask, clock: FixedClock, scheme: Scheme) -> None:
    book(clock, august, scheme)
    told = [
        {
            "month": "2026-08",
            "day": "2026-08-31",
            "instalments": 2,
            "premium": 5_624,
            "collection_fee": 290,
            "paid": 5_624,
        }
    ]
    assert run(app, JOB, END_OF_AUGUST, dry_run=True) == {"remittances": told}
    assert fresh().scalar(select(func.count()).select_from(Remittance)) == 0
    assert run(app, JOB, END_OF_AUGUST) == {"remittances": []}, "a day that hasn't come"
    clock.move_to(END_OF_AUGUST + timedelta(hours=1))
    assert run(app, JOB, clock.now()) == {"remittances": told}
    assert run(app, JOB, clock.now() + timedelta(minutes=1)) == {"remittances": []}
    actions = fresh().scalars(select(AuditEntry.action)).all()
    assert actions.count("debits_remittance.made") == 1


@pytest.mark.req("B2", "B-071", "B-093")
def test_the_database_keeps_a_run_as_it_is(scheme_on_both: Scheme, clock: FixedClock) -> None:
    """No line changes or goes, none is there twice, and none that isn't paid."""
    book(clock, august, scheme_on_both)
    clock.move_to(END_OF_AUGUST)
    [made] = remit(clock)
    run_id = made.id
    for model, column in ((Remittance, "paid"), (RemittanceLine, "lead_share")):
        for statement in (update(model).values({column: 0}), delete(model)):
            with pytest.raises(DBAPIError, match="append-only"), unit_of_work() as session:
                session.execute(statement)
    copied = "SELECT instalment_id, :run, 'paid', enrolment_id, registration_id, {rest} FROM debits_ledger_levy "
    rest = "1, 1, {yes}, day, premium, maintenance_fee, collection_fee, 0, premium"
    into = (
        "INSERT INTO debits_remittance_line (instalment_id, remittance_id, follows, enrolment_id, registration_id,"
        " insurer_id, branch_id, insurer_leads, paid_on, premium, maintenance_fee, collection_fee, lead_share,"
        " soliciting_share) "
    )
    for where in (
        "WHERE step = 'paid'",
        f"WHERE step = 'due' AND enrolment_id = {scheme_on_both.enrolments[2]}",
    ):
        statement = text(into + copied.format(rest=rest.format(yes="true")) + where)
        with pytest.raises(IntegrityError), unit_of_work() as session:
            session.execute(statement, {"run": run_id})


@pytest.mark.req("B2")
@pytest.mark.sqlite
def test_the_proof_job_fails_when_the_books_are_broken(app: Flask, clock: FixedClock, scheme: Scheme) -> None:
    book(clock, august, scheme)
    assert run(app, "debits.ledger_proof", clock.now()) == {"entries": 5, "balance": 0}
    with unit_of_work() as session:
        session.execute(text("DROP TRIGGER debits_ledger_posting_no_delete"))
        session.execute(text("DELETE FROM debits_ledger_posting WHERE id = 1"))
    with pytest.raises(AssertionError, match="failed"):
        run(app, "debits.ledger_proof", clock.now() + timedelta(days=1))
