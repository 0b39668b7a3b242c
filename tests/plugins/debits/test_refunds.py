"""What came in beyond what was owed goes back, and the books say so (B-088, D-36): the month of docs/algorithms/ledger.md."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from hoshou.base.errors import DomainError
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.plugins.debits.models.refunds import Overpayment
from hoshou.plugins.debits.rules.accounts_chart import Account
from hoshou.plugins.debits.rules.transfers import OpenInstalment, settled_at_most
from hoshou.plugins.debits.services.foresight import foresee
from hoshou.plugins.debits.services.ledger.balances import Figures, prove, trial_balance
from hoshou.plugins.debits.services.month_end.remit import remit_due
from hoshou.plugins.debits.services.refunds import Payment, open_refunds, pay_back, returns_awaited, take_return
from hoshou.plugins.debits.services.transfers import Transfer, receive
from hoshou.plugins.debits.services.waiting import Waiting, waiting_for
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from tests.accounts import log_in
from tests.plugins.debits.ground import (
    AUGUST,
    GROUP,
    GROUP_ACTOR,
    LEAD,
    LEVY,
    OCTOBER,
    SEPTEMBER,
    answered,
    lay_month,
    move_to,
    request_bytes,
    result_bytes,
    sent,
    take,
)
from tests.plugins.debits.test_endings import end, open_now
from tests.plugins.debits.test_screens import press, today

PREMIUM, FEE = 5_200, 260


def remit(deducted: bool = False) -> list[int]:
    runs = transact(lambda session: remit_due(session, platform().clock, GROUP_ACTOR, fee_deducted=deducted))
    return [run.premium for run in runs]


def pay(amount: int, reference: str, day: date | None = None) -> int:
    payment = Payment(1, amount, day or platform().clock.today(), reference)
    return transact(lambda session: pay_back(session, platform().clock, GROUP_ACTOR, GROUP, payment))


def transfer(amount: int, reference: str, *, refund_excess: bool = True) -> int:
    sent_in = Transfer(1, amount, platform().clock.today(), reference, refund_excess=refund_excess)
    return transact(lambda session: receive(session, platform().clock, GROUP_ACTOR, GROUP, sent_in))


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        work()
    return refused.value.code


def figures(month: date) -> dict[Account, Figures]:
    db.session.rollback()
    rows = trial_balance(db.session(), month)
    assert sum(row.opening for row in rows) == sum(row.debit - row.credit for row in rows) == 0
    assert prove(db.session()).holds
    return {row.account: row for row in rows}


def to_get_back() -> int:
    db.session.rollback()
    enrolment = db.session.get_one(Enrolment, 1)
    told = foresee(db.session(), enrolment, platform().clock.today()).refund
    assert told == sum(row.amount for row in open_refunds(db.session()))
    waiting = {what: count for what, count, _due in waiting_for(db.session(), GROUP)}
    assert (waiting.get(Waiting.REFUND) == 1) == (told > 0)
    return told


def lay_october() -> None:
    """Two months paid and remitted, the third in a file, when an end on 1 July is told: one instalment is required."""
    lay_month(1)
    for month, day in ((AUGUST, (2026, 8, 31)), (SEPTEMBER, (2026, 9, 30))):
        answered(month)
        move_to(*day)
        assert remit() == [PREMIUM]
    run_id = sent(OCTOBER)
    data = result_bytes(request_bytes(run_id))
    move_to(2026, 10, 5)
    end(date(2026, 7, 1))
    open_now()
    # The second instalment is remitted; the third waits for its result.
    assert to_get_back() == LEVY
    move_to(2026, 10, 20)
    take(run_id, data)


@pytest.mark.req("B-088", "D-36", "D-20", "B2")
def test_two_instalments_too_many_are_refunded(app_on_both: Flask) -> None:
    lay_october()
    assert to_get_back() == 2 * LEVY == 10_920
    assert open_now() == 0
    [owed] = [row.amount for row in open_refunds(db.session())]
    move_to(2026, 10, 28)
    assert code_of(lambda: pay(LEVY, "R-1")) == "refund_amount"
    assert code_of(lambda: pay(owed, "R-1", date(2026, 10, 29))) == "paid_later"
    assert code_of(lambda: pay(owed, "R-1", date(2026, 10, 19))) == "paid_before"
    assert code_of(lambda: pay(owed, " ")) == "reference"
    assert pay(owed, "R-1") == pay(owed, "R-1") == 1
    assert code_of(lambda: pay(owed, "R-2")) == "refund_amount"
    assert code_of(lambda: pay(LEVY, "R-1")) == "reference_taken"
    assert to_get_back() == 0
    move_to(2026, 10, 30)
    [returned] = returns_awaited(db.session())
    assert (returned.instalment_id, returned.to_return) == (2, PREMIUM)
    number = returned.id

    def take_back(day: date) -> None:
        transact(lambda session: take_return(session, platform().clock, GROUP_ACTOR, GROUP, number, day))

    assert code_of(lambda: take_back(date(2026, 10, 31))) == "returned_later"
    take_back(date(2026, 10, 30))
    assert code_of(lambda: take_back(date(2026, 10, 30))) == "return_taken"
    assert returns_awaited(db.session()) == []
    # The third instalment's premium never goes to the insurer.
    assert remit() == [0]
    october = figures(OCTOBER)
    assert october[Account.OVERPAYMENT] == Figures(Account.OVERPAYMENT, 0, 10_920, 10_920)
    assert october[Account.REFUND] == Figures(Account.REFUND, 0, 0, 10_920)
    assert october[Account.PREMIUM_RETURN] == Figures(Account.PREMIUM_RETURN, 0, 5_200, 5_200)
    closing = {account: row.closing for account, row in october.items() if row.closing}
    assert closing == {
        Account.AGENT_CLEARING: 3 * LEVY,
        Account.MAINTENANCE_FEE: -FEE,
        Account.COLLECTION_FEE_RECEIVABLE: FEE,
        Account.COLLECTION_FEE: -FEE,
        Account.REMITTANCE: -PREMIUM,
        Account.REFUND: -2 * LEVY,
    }


@pytest.mark.req("B-088", "D-20")
def test_where_the_fee_was_kept_back_the_insurer_returns_the_net_premium(app: Flask) -> None:
    lay_month(1)
    answered(AUGUST)
    answered(SEPTEMBER)
    move_to(2026, 9, 30)
    remit(deducted=True)
    end(date(2026, 7, 1))
    open_now()
    [returned] = returns_awaited(db.session())
    assert returned.to_return == PREMIUM - FEE
    assert figures(SEPTEMBER)[Account.COLLECTION_FEE].closing == -FEE


@pytest.mark.req("B-076", "B-088", "B2")
def test_a_transfer_and_a_debit_that_both_came_in(app_on_both: Flask) -> None:
    lay_month(1)
    run_id = sent(AUGUST)
    data = result_bytes(request_bytes(run_id))
    move_to(2026, 8, 13)
    # Nobody knows yet what the debit brings: the entry waits for it.
    assert code_of(lambda: transfer(LEVY, "T-1")) == "result_open"
    move_to(2026, 8, 20)
    take(run_id, data)
    assert code_of(lambda: transfer(LEVY, "T-1", refund_excess=False)) == "transfer_amount"
    assert transfer(LEVY, "T-1") == transfer(LEVY, "T-1") == 1
    assert to_get_back() == LEVY
    assert figures(AUGUST)[Account.TRANSFERS].closing == LEVY
    pay(LEVY, "R-1")
    assert figures(AUGUST)[Account.OVERPAYMENT].closing == 0
    assert to_get_back() == 0


@pytest.mark.req("B-076", "B-088")
def test_what_a_transfer_covers_whole_is_settled_and_the_rest_goes_back(app: Flask) -> None:
    owed = [OpenInstalment(1, LEVY), OpenInstalment(2, LEVY)]
    assert settled_at_most(2 * LEVY - 1, owed) == ((owed[0],), LEVY - 1)
    assert settled_at_most(2 * LEVY + 7, owed) == ((*owed,), 7)
    assert settled_at_most(7, []) == ((), 7)
    lay_month(1)
    answered(AUGUST, {1: "1"})
    transfer(LEVY + 40, "T-1")
    assert to_get_back() == 40
    assert figures(AUGUST)[Account.LEVY_RECEIVABLE].closing == 0


@pytest.mark.req("B2", "B-088")
def test_the_database_refuses_a_second_overpayment_and_what_has_no_source(app_on_both: Flask) -> None:
    lay_october()
    for values in (
        {"instalment_id": 2, "amount": 1},
        {"amount": 1},
        {"instalment_id": 4, "transfer_id": 1, "amount": 1},
        {"instalment_id": 4, "amount": 0},
        {"instalment_id": 4, "amount": 9, "to_return": 9},
    ):
        wrong = Overpayment(enrolment_id=1, found_on=date(2026, 10, 20), **values)  # type: ignore[arg-type]
        with pytest.raises(IntegrityError):
            transact(lambda session, wrong=wrong: session.add(wrong))  # type: ignore[misc]
    db.session.rollback()
    again = update(Overpayment).where(Overpayment.instalment_id == 3).values(instalment_id=2)
    with pytest.raises(IntegrityError):
        transact(lambda session: session.execute(again))
    db.session.rollback()


@pytest.mark.req("B-088", "B8")
def test_the_screen_pays_back_and_only_the_association_may(office: Flask) -> None:
    today(office, 2026, 8, 3)
    with office.app_context():
        run_id = sent(AUGUST)
        data = result_bytes(request_bytes(run_id))
        move_to(2026, 8, 20)
        take(run_id, data)
    lead, group = log_in(office, "lead"), log_in(office, "group")
    page, form = "/debits/refunds/list/", "/debits/receivables/1/transfer"
    press(group, form, form, amount="5460", received_on="2026-08-20", reference="T-1", refund_excess="1")
    assert "過入金の返金" in group.get("/home/")
    assert "振込 T-1：5,460円" in lead.get(page)
    assert press(lead, "/account/", "/debits/refunds/1/pay", amount="5460").status_int == 403
    wrong = press(group, page, "/debits/refunds/1/pay", amount="5461", paid_on="2026-08-20", reference="R-1")
    assert (wrong.status_int, "過入金の合計（5,460円）" in wrong) == (400, True)
    assert "5,460円" in group.get("/debits/foresight/show/1")
    press(group, page, "/debits/refunds/1/pay", amount="5460", paid_on="2026-08-20", reference="R-1")
    assert "返金の対象はありません。" in lead.get(page)
    assert press(group, page, "/debits/refunds/9/return", returned_on="2026-08-20").status_int == 404
    with office.app_context():
        assert db.session.scalars(select(Overpayment.refund_id)).all() == [1]


@pytest.mark.req("B-088")
def test_the_lead_office_cannot_enter_payments(app: Flask) -> None:
    lay_month(1)
    payment = Payment(1, LEVY, date(2026, 8, 1), "R-1")
    assert (
        code_of(lambda: transact(lambda session: pay_back(session, platform().clock, GROUP_ACTOR, LEAD, payment)))
        == "association_only"
    )
