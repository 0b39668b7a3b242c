"""Any year of outcomes, transfers and stops against a model in plain words (B9, B-072 to B-077)."""

from datetime import date

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.plugins.debits.rules.failures import TaskKind, consequences, lapse_day
from hoshou.plugins.debits.rules.foresight import Due, outlook
from hoshou.plugins.debits.rules.transfers import OpenInstalment, settled_by
from hoshou.plugins.debits.zengin.results import Outcome
from hoshou.plugins.proration.rules.instalments import debit_dates, instalments
from tests.conftest import THOROUGH

DAYS = debit_dates(date(2026, 6, 1), japanese_calendar())
PLAN = instalments(5_000, 250, DAYS)
YEAR = sum(one.levy for one in PLAN)


class DebitYear(RuleBasedStateMachine):
    """The rules decide what is debited; the model only remembers the outcomes as letters."""

    @initialize()
    def begin(self) -> None:
        self.month = 0
        self.paid: set[int] = set()
        self.failures = 0
        self.lapse: date | None = None
        self.history = ""
        self.collected = 0

    def unpaid(self) -> list[int]:
        return [index for index in range(self.month) if index not in self.paid]

    @precondition(lambda self: self.month < 12 and self.lapse is None)
    @rule(outcome=st.sampled_from([Outcome.PAID, Outcome.FAILED, Outcome.STOPPED]), code=st.sampled_from("1234"))
    def debit(self, outcome: Outcome, code: str) -> None:
        seen = outlook(self.dues(), DAYS[self.month], self.failures, stopped=False).debits[0]
        self.month += 1
        taken = self.unpaid()
        amount = sum(PLAN[index].levy for index in taken)
        assert (seen.on, seen.amount) == (DAYS[self.month - 1], amount)
        follows = consequences(outcome, code, self.failures, seen.on, is_last=self.month == 12)
        assert (follows.lapse_on is not None) == (outcome is Outcome.FAILED and self.failures == 1)
        if follows.lapse_on is not None:
            assert follows.lapse_on == seen.lapse_if_fails == lapse_day(seen.on)
            assert TaskKind.BRANCH in follows.tasks
        if outcome is Outcome.PAID:
            self.paid.update(taken)
            self.collected += amount
        self.failures, self.lapse = follows.failures, follows.lapse_on
        self.history += {Outcome.PAID: "p", Outcome.FAILED: "f", Outcome.STOPPED: "s"}[outcome]

    @precondition(lambda self: bool(self.unpaid()))
    @rule(share=st.integers(1, 12))
    def transfer(self, share: int) -> None:
        owed = [OpenInstalment(index, PLAN[index].levy) for index in self.unpaid()]
        amount = sum(one.levy for one in owed[:share])
        self.paid.update(one.instalment_id for one in settled_by(amount, owed))
        self.collected += amount
        if not self.unpaid():
            self.failures, self.lapse = 0, None
            self.history += "t"

    @rule()
    def wait(self) -> None:
        """A month's end at which nothing happens."""

    def dues(self) -> list[Due]:
        return [Due(index + 1, one.date, one.levy, is_over=index in self.paid) for index, one in enumerate(PLAN)]

    @invariant()
    def nothing_is_lost_and_nothing_doubled(self) -> None:
        left = sum(one.levy for index, one in enumerate(PLAN) if index not in self.paid)
        assert self.collected + left == YEAR

    @invariant()
    def a_lapse_is_two_failures_with_no_success_between(self) -> None:
        since = max(self.history.rfind("p"), self.history.rfind("t")) + 1
        failed = self.history[since:].count("f")
        assert self.failures == failed
        assert (self.lapse is not None) == (failed == 2)


DebitYear.TestCase.settings = settings(
    max_examples=5_000 if THOROUGH else 150, stateful_step_count=20, deadline=None
)
TestDebitYear = pytest.mark.req("B9", "B-072", "B-073", "B-076", "B-077")(DebitYear.TestCase)
