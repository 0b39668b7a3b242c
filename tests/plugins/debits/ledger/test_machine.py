"""Whatever happens in whatever order, the books balance and every yen is accounted for (B2, B9, F12)."""

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import Refused
from hoshou.platform.actor import SYSTEM
from hoshou.platform.db import begin_writing, db
from hoshou.plugins.debits.models.ledger import LedgerLevy, LedgerPosting
from hoshou.plugins.debits.models.remittances import RemittanceLine
from hoshou.plugins.debits.rules.accounts_chart import Account
from hoshou.plugins.debits.rules.events import Event, LevyCancelled, LevyCollected, LevyDue, LevyTransferred, Part
from hoshou.plugins.debits.services.ledger.balances import prove
from hoshou.plugins.debits.services.ledger.post import post, post_all
from hoshou.plugins.debits.services.month_end.remit import remit_due
from hoshou.plugins.guardkun.models.enrolments import Instalment
from tests.plugins.guardkun.ground import Ground, add_enrolment, lay_ground

FIRST_DAY = date(2026, 8, 12)
MOST_ENROLMENTS = 4
REGISTRATIONS = ("10000000001", "20000000002", "30000000003")
choice = st.integers(0, 10_000)


class Ledger(RuleBasedStateMachine):
    """Joins, dues, debits that pay or fail, transfers, withdrawals, cancellations, month ends, and repetition.

    The model keeps for every instalment what became of it, and the events that were booked.
    """

    @initialize()
    def lay(self) -> None:
        self.session = db.session()
        begin_writing(self.session)
        self.clock = FixedClock(jst(2026, 8, 12, 9))
        self.ground: Ground = lay_ground(self.session)
        self.parts: dict[int, Part] = {}
        self.state: dict[int, str] = {}
        self.booked: list[Event] = []
        self.remitted = 0
        self.enrolments: list[list[int]] = []
        self.next_id = 1

    def teardown(self) -> None:
        db.session.rollback()

    def book(self, event: Event) -> None:
        post(self.session, self.clock, event)
        self.booked.append(event)

    def waiting(self, *states: str) -> list[int]:
        return [key for key, state in self.state.items() if state in states]

    @property
    def day(self) -> date:
        return self.clock.today()

    def number(self) -> int:
        self.next_id += 1
        return self.next_id

    @rule(pick=choice, sales=st.integers(1, 900_000_000))
    def join(self, pick: int, sales: int) -> None:
        if len(self.enrolments) == MOST_ENROLMENTS:
            return
        enrolment = add_enrolment(
            self.session,
            self.ground,
            len(self.enrolments) + 1,
            registration=REGISTRATIONS[pick % 3],
            sales=sales,
        )
        rows = self.session.scalars(
            select(Instalment).where(Instalment.enrolment_id == enrolment.id).order_by(Instalment.number)
        ).all()
        self.enrolments.append([row.id for row in rows])
        for row in rows:
            self.parts[row.id] = Part(row.id, enrolment.id, row.premium, row.maintenance_fee)
            self.state[row.id] = "coming"

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.clock.advance(timedelta(days=days))

    @rule()
    def fall_due(self) -> None:
        """The next instalment of every enrolment that has one coming."""
        for keys in self.enrolments:
            coming = [key for key in keys if self.state[key] == "coming"]
            if coming:
                self.book(LevyDue(self.parts[coming[0]], self.day))
                self.state[coming[0]] = "due"

    @rule(pick=choice, fails=st.booleans())
    def debit(self, pick: int, *, fails: bool) -> None:
        """Up to two months of one enrolment; a failed debit leaves the books as they are."""
        open_ = [keys for keys in self.enrolments if any(self.state[key] == "due" for key in keys)]
        if not open_ or fails:
            return
        chosen = [key for key in open_[pick % len(open_)] if self.state[key] == "due"][:2]
        self.book(LevyCollected(self.number(), tuple(self.parts[key] for key in chosen), self.day))
        self.state.update(dict.fromkeys(chosen, "paid"))

    @rule(pick=choice)
    def transfer(self, pick: int) -> None:
        due = self.waiting("due")
        if due:
            key = due[pick % len(due)]
            self.book(LevyTransferred(self.number(), (self.parts[key],), self.day))
            self.state[key] = "paid"

    @rule(pick=choice)
    def withdraw(self, pick: int) -> None:
        """What hasn't fallen due never will."""
        if self.enrolments:
            for key in self.enrolments[pick % len(self.enrolments)]:
                if self.state[key] == "coming":
                    self.state[key] = "gone"

    @rule(pick=choice)
    def cancel(self, pick: int) -> None:
        due = self.waiting("due")
        if due:
            key = due[pick % len(due)]
            self.book(LevyCancelled(self.parts[key], self.day, "中途脱退"))
            self.state[key] = "cancelled"

    @rule(pick=choice)
    def tell_again(self, pick: int) -> None:
        if self.booked:
            again = [self.booked[pick % len(self.booked)], self.booked[-1]]
            assert post_all(self.session, self.clock, again) == 0

    @rule(pick=choice, way=st.sampled_from([LevyCollected, LevyTransferred]))
    def settle_what_is_settled(self, pick: int, way: type) -> None:
        """A second settlement, or one before its time, is refused and leaves nothing."""
        others = self.waiting("paid", "cancelled", "coming", "gone")
        if others:
            with pytest.raises(Refused):
                post(
                    self.session,
                    self.clock,
                    way(self.number(), (self.parts[others[pick % len(others)]],), self.day),
                )

    @rule()
    def end_the_month(self) -> None:
        made = remit_due(self.session, self.clock, SYSTEM, fee_deducted=False)
        assert remit_due(self.session, self.clock, SYSTEM, fee_deducted=False) == []
        self.remitted += sum(run.premium for run in made)

    @invariant()
    def every_yen_is_accounted_for(self) -> None:
        if not hasattr(self, "session"):
            return
        proof = prove(self.session)
        assert proof.holds
        levy = {state: sum(self.parts[key].levy for key in self.waiting(state)) for state in ("due", "paid")}
        sums = dict(
            self.session.execute(
                select(LedgerPosting.account, func.sum(LedgerPosting.amount)).group_by(LedgerPosting.account)
            )
            .tuples()
            .all()
        )
        collected = sums.get(Account.AGENT_CLEARING, 0) + sums.get(Account.TRANSFERS, 0)
        assert collected == levy["paid"]
        assert sums.get(Account.LEVY_RECEIVABLE, 0) == levy["due"]
        assert -sums.get(Account.REMITTANCE, 0) == self.remitted
        assert self.remitted <= sum(self.parts[key].premium for key in self.waiting("paid"))

    @invariant()
    def every_instalment_stands_where_it_should(self) -> None:
        if not hasattr(self, "session"):
            return
        steps: dict[int, list[str]] = {}
        for key, step in self.session.execute(
            select(LedgerLevy.instalment_id, LedgerLevy.step).order_by(LedgerLevy.place)
        ):
            steps.setdefault(key, []).append(step)
        expected = {"due": ["due"], "paid": ["due", "paid"], "cancelled": ["due", "cancelled"]}
        assert steps == {key: expected[state] for key, state in self.state.items() if state in expected}
        lines = self.session.scalar(select(func.count()).select_from(RemittanceLine))
        assert lines is not None
        assert lines <= len(self.waiting("paid"))


def play(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.req("B2", "B9", "F12")
def test_the_books_balance_after_any_sequence(app: Flask) -> None:
    play(8, 25)


@pytest.mark.slow
@pytest.mark.req("B2", "B9")
@pytest.mark.timeout(900)
def test_the_books_balance_after_many_sequences(app: Flask) -> None:
    play(60, 40)
