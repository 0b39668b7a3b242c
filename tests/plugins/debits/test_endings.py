"""What an enrolment that ends early still owes (manual III.4.(2); B-088, D-36)."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.plugins.debits.models.ledger import LedgerEntry
from hoshou.plugins.debits.models.settlements import DueInstalment, EndingReceivable
from hoshou.plugins.debits.rules.endings import Receivable
from hoshou.plugins.debits.services.due import tell_all_due
from hoshou.plugins.debits.services.endings import open_all, receivable_of
from hoshou.plugins.debits.services.runs import discard
from hoshou.plugins.debits.services.transfers import Transfer, receive
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.rules.changes import Ending
from hoshou.plugins.guardkun.services.endings import end_cover
from tests.plugins.debits.ground import (
    AUGUST,
    GROUP,
    GROUP_ACTOR,
    LEVY,
    SEPTEMBER,
    answered,
    at,
    build_run,
    lay_month,
    line_of,
    move_to,
    request_bytes,
    result_bytes,
    sent,
    take,
)


def end(day: date, number: int = 1) -> None:
    """The enrolment ends by a withdrawal, as an accepted 変更届出書 has it."""
    clock = platform().clock
    transact(
        lambda session: end_cover(
            session, clock, GROUP_ACTOR, session.get_one(Enrolment, number), Ending.WITHDRAWN, day
        )
    )


def open_now() -> int:
    return open_all(unit_of_work, platform().clock, GROUP_ACTOR)


def owed(number: int = 1) -> Receivable:
    db.session.rollback()
    return receivable_of(db.session(), db.session.get_one(EndingReceivable, number))


def closed(number: int = 1) -> bool:
    db.session.rollback()
    return db.session.get_one(EndingReceivable, number).closed_at is not None


def discard_run(run_id: int) -> None:
    transact(lambda session: discard(session, platform().clock, GROUP_ACTOR, GROUP, run_id, "作り直し"))


def ledger_keys(beginning: str) -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(LedgerEntry.key).where(LedgerEntry.key.startswith(beginning))))


def pay(amount: int, reference: str, number: int = 1) -> None:
    today = platform().clock.today()
    transfer = Transfer(number, amount, today, reference)
    transact(lambda session: receive(session, platform().clock, GROUP_ACTOR, GROUP, transfer))


@pytest.mark.req("B-088")
def test_three_instalments_are_required_of_who_leaves_on_1_september(app_on_both: Flask) -> None:
    lay_month(1)
    answered(AUGUST)
    move_to(2026, 8, 25)
    end(date(2026, 9, 1))
    assert (open_now(), open_now()) == (1, 0)
    # Three months of cover, one debit came in: two instalments are still owed.
    assert owed() == Receivable(3, 1, 2, 2 * LEVY, 0)
    cancelled = db.session.scalars(select(Instalment.number).where(Instalment.cancelled_at.is_not(None)))
    assert sorted(cancelled) == list(range(4, 13))
    assert sorted(db.session.scalars(select(DueInstalment.instalment_id))) == [1, 2, 3]
    move_to(2026, 9, 10)
    pay(LEVY, "A-1")
    assert (owed().owed_levy, closed()) == (LEVY, False)
    pay(LEVY, "A-2")
    assert (owed().owed, closed()) == (0, True)


@pytest.mark.req("D-36")
@pytest.mark.parametrize(("code", "owed_levy"), [("0", LEVY), ("1", 2 * LEVY)])
def test_an_exported_debit_is_settled_by_its_result(app_on_both: Flask, code: str, owed_levy: int) -> None:
    lay_month(1)
    answered(AUGUST)
    run_id = sent(SEPTEMBER)
    end(date(2026, 9, 1))
    open_now()
    assert owed().owed == 2
    data = result_bytes(request_bytes(run_id), {1: code})
    move_to(2026, 9, 20)
    take(run_id, data)
    line = line_of(db.session(), run_id, 1)
    assert line is not None
    assert line.state == ("paid" if code == "0" else "failed")
    assert owed().owed_levy == owed_levy


@pytest.mark.req("D-36", "B-088")
@pytest.mark.parametrize(("code", "refund"), [("0", LEVY), ("1", 0)])
def test_a_debit_beyond_the_required_ones(app: Flask, code: str, refund: int) -> None:
    """The end was on 1 August: two instalments are required, and the third was in a file already."""
    lay_month(1)
    answered(AUGUST)
    answered(SEPTEMBER)
    run_id = sent(date(2026, 10, 1))
    end(date(2026, 8, 1))
    open_now()
    data = result_bytes(request_bytes(run_id), {1: code})
    move_to(2026, 10, 20)
    take(run_id, data)
    assert owed() == Receivable(2, 2, 0, 0, refund)
    found = db.session.scalars(select(Instalment.number).where(Instalment.cancelled_at.is_not(None))).all()
    assert len(found) == 10
    assert closed()


@pytest.mark.req("B-088", "D-36")
@pytest.mark.parametrize("dropped_last", [False, True])
def test_the_ledger_learns_of_what_had_fallen_due_and_is_not_owed(app: Flask, dropped_last: bool) -> None:
    """Told too late of an end on 1 July, after August's and September's debits fell due."""
    lay_month(2)
    move_to(2026, 9, 2)
    run_id = build_run(SEPTEMBER)
    clock = move_to(2026, 9, 14)
    tell_all_due(unit_of_work, clock, clock.today())
    end(date(2026, 7, 1))
    if not dropped_last:
        discard_run(run_id)
    open_now()
    if dropped_last:
        assert ledger_keys("cancelled:") == []
        discard_run(run_id)
    assert ledger_keys("cancelled:") == ["cancelled:2"]
    open_now()
    assert owed() == Receivable(1, 0, 1, LEVY, 0)


@pytest.mark.req("B-088", "P-008")
def test_the_nightly_job_opens_receivables(app: Flask) -> None:
    lay_month(2)
    move_to(2026, 7, 20)
    end(date(2026, 8, 1), 2)
    outcome = run_job(app, all_jobs(app)["debits.endings"], at(2026, 7, 21), by_hand=True)
    assert outcome.result == {"receivables": 1}
    assert owed(2) == Receivable(2, 0, 2, 2 * LEVY, 0)


@pytest.mark.req("B-068", "P-008")
def test_an_instalment_falls_due_once_on_its_debit_day(app: Flask) -> None:
    lay_month(2)
    clock = move_to(2026, 8, 11)
    assert tell_all_due(unit_of_work, clock, clock.today()) == 0
    clock = move_to(2026, 9, 14)
    assert tell_all_due(unit_of_work, clock, clock.today()) == 4
    assert tell_all_due(unit_of_work, clock, clock.today()) == 0
    days = set(db.session.scalars(select(DueInstalment.on)))
    assert days == {date(2026, 8, 12), date(2026, 9, 14)}
