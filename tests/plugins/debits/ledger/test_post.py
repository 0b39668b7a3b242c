"""Every event becomes one balanced entry, once, and nothing that was booked ever changes (B2, F12)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import Refused
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.plugins.debits.models.ledger import LedgerEntry, LedgerLevy, LedgerPosting
from hoshou.plugins.debits.rules.accounts_chart import Account
from hoshou.plugins.debits.rules.events import LevyCancelled, LevyCollected, LevyDue, LevyTransferred, Part
from hoshou.plugins.debits.rules.journal import AgencyPremium, PremiumRemitted, postings_of
from hoshou.plugins.debits.services.ledger.balances import Books, Figures, prove, trial_balance
from hoshou.plugins.debits.services.ledger.post import post, post_all
from tests.plugins.debits.ledger.worked import AUGUST, DEBIT_DAYS, SEPTEMBER, Scheme, august, part, september

DAY = DEBIT_DAYS[1]
PART = Part(1, 1, 100_000, 5_000)


def book(clock: FixedClock, events: Callable[[Session, Scheme], Any], scheme: Scheme) -> int:
    return transact(lambda session: post_all(session, clock, events(session, scheme)))


def sides(event: Any) -> list[tuple[str, int]]:
    return [(posting.account.value, posting.amount) for posting in postings_of(event)]


@pytest.mark.req("B-010", "B-011", "D-20")
def test_each_event_has_its_postings() -> None:
    """A premium of 100,000 yen bears a fee of 5,000: the levy is 105,000."""
    assert sides(LevyDue(PART, DAY)) == [
        ("levy_receivable", 105_000),
        ("premium_payable", -100_000),
        ("maintenance_fee", -5_000),
    ]
    assert sides(LevyCollected(1, (PART,), DAY)) == [("agent_clearing", 105_000), ("levy_receivable", -105_000)]
    assert sides(LevyTransferred(1, (PART,), DAY)) == [("transfers", 105_000), ("levy_receivable", -105_000)]
    assert sides(LevyCancelled(PART, DAY, "計上誤り")) == [
        ("levy_receivable", -105_000),
        ("premium_payable", 100_000),
        ("maintenance_fee", 5_000),
    ]
    agencies = (AgencyPremium(1, 100_000, 5_000),)
    assert sides(PremiumRemitted(AUGUST, date(2026, 8, 31), False, agencies)) == [
        ("premium_payable", 100_000),
        ("remittance", -100_000),
        ("collection_fee_receivable", 5_000),
        ("collection_fee", -5_000),
    ]
    assert sides(PremiumRemitted(AUGUST, date(2026, 8, 31), True, agencies)) == [
        ("premium_payable", 100_000),
        ("remittance", -95_000),
        ("collection_fee", -5_000),
    ]


def test_events_that_make_no_sense_are_refused() -> None:
    for event, code in (
        (LevyDue(replace(PART, premium=-1), DAY), "ledger_amount"),
        (LevyCollected(1, (), DAY), "ledger_no_part"),
        (LevyCollected(1, (PART, PART), DAY), "ledger_part_twice"),
    ):
        with pytest.raises(Refused) as refused:
            postings_of(event)
        assert refused.value.code == code


@pytest.mark.req("B-011", "B-071", "B-072")
def test_the_worked_months(scheme_on_both: Scheme, clock: FixedClock) -> None:
    assert book(clock, august, scheme_on_both) == 5
    assert book(clock, september, scheme_on_both) == 6
    figures = {row.account: row for row in trial_balance(db.session(), AUGUST)}
    assert figures[Account.LEVY_RECEIVABLE] == Figures(Account.LEVY_RECEIVABLE, 0, 16_834, 5_914)
    assert figures[Account.AGENT_CLEARING] == Figures(Account.AGENT_CLEARING, 0, 5_914, 0)
    assert figures[Account.PREMIUM_PAYABLE] == Figures(Account.PREMIUM_PAYABLE, 0, 0, 16_024)
    assert figures[Account.MAINTENANCE_FEE] == Figures(Account.MAINTENANCE_FEE, 0, 0, 810)
    assert figures[Account.LEVY_RECEIVABLE].closing == 10_920
    later = {row.account: row for row in trial_balance(db.session(), SEPTEMBER)}
    assert later[Account.LEVY_RECEIVABLE] == Figures(Account.LEVY_RECEIVABLE, 10_920, 16_816, 27_736)
    assert later[Account.LEVY_RECEIVABLE].closing == 0
    for rows in (figures.values(), later.values()):
        assert sum(row.opening for row in rows) == sum(row.closing for row in rows) == 0
        assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
    proof = prove(db.session())
    assert (proof.entries, proof.balance, proof.unbalanced) == (11, 0, ())


@pytest.mark.req("B-093", "A11")
def test_books_of_one_agency_balance_too(scheme: Scheme, clock: FixedClock) -> None:
    book(clock, august, scheme)
    registration = scheme.ground.registrations["30000000003"]
    figures = {row.account: row for row in trial_balance(db.session(), AUGUST, Books(registration))}
    assert figures[Account.LEVY_RECEIVABLE].closing == 10_920
    assert figures[Account.AGENT_CLEARING].closing == 0
    assert sum(row.closing for row in figures.values()) == 0


@pytest.mark.req("B2", "F12")
def test_told_again_an_event_changes_nothing(scheme: Scheme, clock: FixedClock) -> None:
    book(clock, august, scheme)
    before = trial_balance(db.session(), AUGUST)
    assert book(clock, august, scheme) == 0
    transact(lambda session: post_all(session, clock, [*august(session, scheme)] * 3))
    assert trial_balance(db.session(), AUGUST) == before
    assert db.session.scalar(select(func.count()).select_from(LedgerEntry)) == 5


@pytest.mark.req("B2", "F12")
def test_another_event_under_the_same_key_is_refused(scheme: Scheme, clock: FixedClock) -> None:
    book(clock, august, scheme)
    second = part(db.session(), scheme.enrolments[2], 1)
    with pytest.raises(Refused) as refused:
        transact(lambda session: post(session, clock, LevyCollected(1, (second,), DAY)))
    assert refused.value.code == "ledger_key_taken"


@pytest.mark.req("B2", "B9")
@pytest.mark.parametrize(
    ("event", "code"),
    [
        (lambda paid, _open, _later: LevyCollected(9, (paid,), DAY), "ledger_settled"),
        (lambda paid, _open, _later: LevyTransferred(9, (paid,), DAY), "ledger_settled"),
        (lambda paid, _open, _later: LevyCancelled(paid, DAY, "取消"), "ledger_settled"),
        (lambda _paid, _open, later: LevyCollected(9, (later,), DAY), "ledger_not_due"),
        (lambda _paid, _open, later: LevyCancelled(later, DAY, "取消"), "ledger_not_due"),
        (lambda _paid, open_, _later: LevyCollected(9, (replace(open_, premium=1),), DAY), "ledger_part_differs"),
        (lambda paid, open_, _later: LevyTransferred(9, (open_, paid), DAY), "ledger_settled"),
        (lambda _paid, open_, _later: LevyDue(replace(open_, instalment_id=10**6), DAY), "ledger_part_differs"),
    ],
)
def test_no_instalment_is_settled_twice_or_before_its_time(
    scheme: Scheme, clock: FixedClock, event: Callable[..., Any], code: str
) -> None:
    book(clock, august, scheme)
    session = db.session()
    paid, open_ = part(session, scheme.enrolments[0], 1), part(session, scheme.enrolments[2], 1)
    later = part(session, scheme.enrolments[0], 2)
    with pytest.raises(Refused) as refused:
        transact(lambda session: post(session, clock, event(paid, open_, later)))
    assert refused.value.code == code
    assert db.session.scalar(select(func.count()).select_from(LedgerEntry)) == 5


@pytest.mark.req("B2", "B-010")
@pytest.mark.parametrize("model", [LedgerEntry, LedgerPosting, LedgerLevy])
def test_the_database_refuses_changes_and_removals(scheme_on_both: Scheme, clock: FixedClock, model: Any) -> None:
    book(clock, august, scheme_on_both)
    column = {LedgerEntry: "note", LedgerPosting: "account", LedgerLevy: "collection_fee"}[model]
    for statement in (
        update(model).values({column: getattr(model, column)}),
        delete(model),
    ):
        with pytest.raises(DBAPIError, match="append-only"), unit_of_work() as session:
            session.execute(statement)


def entry(number: int, key: str) -> dict[str, Any]:
    return {
        "id": number,
        "key": key,
        "kind": "due",
        "day": DAY,
        "month": AUGUST,
        "note": "",
        "fingerprint": "0" * 64,
        "posted_at": jst(2026, 8, 19),
    }


def posting(number: int, amount: int, registration: int) -> dict[str, Any]:
    return {
        "entry_id": number,
        "month": AUGUST,
        "account": "transfers",
        "amount": amount,
        "registration_id": registration,
    }


@pytest.mark.req("B2", "B-010")
def test_the_database_refuses_what_does_not_balance(scheme_on_both: Scheme, clock: FixedClock) -> None:
    """Past the service: a lopsided entry, a posting added later, a posting without an entry."""
    book(clock, august, scheme_on_both)
    registration = scheme_on_both.ground.registrations["10000000001"]
    with pytest.raises(DBAPIError, match="does not balance"), unit_of_work() as session:
        session.execute(insert(LedgerPosting), [posting(900, 5, registration), posting(900, -4, registration)])
        session.execute(insert(LedgerEntry), [entry(900, "x")])
    with pytest.raises(DBAPIError, match="sealed"), unit_of_work() as session:
        session.execute(insert(LedgerPosting), [posting(1, 5, registration)])
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), unit_of_work() as session:
        session.execute(insert(LedgerPosting), [posting(901, 5, registration), posting(901, -5, registration)])
    with unit_of_work() as session:
        session.execute(insert(LedgerPosting), [posting(902, 5, registration), posting(902, -5, registration)])
        session.execute(insert(LedgerEntry), [entry(902, "y")])
    assert prove(db.session()).holds


TRIGGERS = {
    "sqlite": "DROP TRIGGER debits_ledger_posting_no_update",
    "postgresql": "DROP TRIGGER debits_ledger_posting_append_only ON debits_ledger_posting",
}


@pytest.mark.req("B2")
def test_the_proof_finds_what_an_insider_changed(scheme_on_both: Scheme, clock: FixedClock) -> None:
    book(clock, august, scheme_on_both)
    with unit_of_work() as session:
        session.execute(text(TRIGGERS[db.engine.dialect.name]))
        session.execute(update(LedgerPosting).where(LedgerPosting.id == 1).values(amount=LedgerPosting.amount + 1))
    proof = prove(db.session())
    assert not proof.holds
    assert (proof.balance, proof.unbalanced) == (1, (1,))


@pytest.mark.req("B-010", "D-20")
def test_a_years_collection_fees_sum_to_the_quoted_one(scheme: Scheme, clock: FixedClock) -> None:
    """B's premium of 5,000 bears a fee of 250: 30 in the first month, then 20."""
    b = scheme.enrolments[1]
    transact(
        lambda session: post_all(
            session, clock, [LevyDue(part(session, b, number), DAY) for number in range(1, 13)]
        )
    )
    fees = db.session.scalars(
        select(LedgerLevy.collection_fee).where(LedgerLevy.enrolment_id == b).order_by(LedgerLevy.instalment_id)
    ).all()
    assert fees == [30] + [20] * 11
    assert sum(fees) == 250


def test_many_events_go_in_batches(scheme: Scheme, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoshou.plugins.debits.services.ledger.post.BATCH", 2)
    assert book(clock, august, scheme) == 5
    assert book(clock, september, scheme) == 6
    assert prove(db.session()).holds
