"""Any sequence of joins, runs, results, transfers, endings, lapses, refunds and repetitions, by the services themselves.

The model knows the members' instalments and the rules in plain words; of the product it reads only the bank files that
go out and, after each step, the books (B2, B5, B9, F12).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import JST, FixedClock
from hoshou.base.dates import add_months
from hoshou.base.errors import DomainError, Refused
from hoshou.platform.context import platform
from hoshou.platform.db import begin_writing, db
from hoshou.plugins.debits.models.failures import Lapse, LapseState, Standing
from hoshou.plugins.debits.models.ledger import LedgerEntry, LedgerLevy, LedgerPosting, LevyStep
from hoshou.plugins.debits.models.remittances import RemittanceLine
from hoshou.plugins.debits.models.runs import DebitFile, DebitLine, DebitLinePart, DebitResult
from hoshou.plugins.debits.models.settlements import Settlement
from hoshou.plugins.debits.rules import journal
from hoshou.plugins.debits.rules.accounts_chart import Account
from hoshou.plugins.debits.rules.journal import Posting
from hoshou.plugins.debits.services import endings, lapses, planning, posting, results, settling
from hoshou.plugins.debits.services.building import build
from hoshou.plugins.debits.services.due import tell_all_due
from hoshou.plugins.debits.services.ledger.balances import prove
from hoshou.plugins.debits.services.month_end.remit import remit_due
from hoshou.plugins.debits.services.refunds import Payment, pay_back
from hoshou.plugins.debits.services.results import accept
from hoshou.plugins.debits.services.runs import close, discard
from hoshou.plugins.debits.services.sealing import download, release, seal
from hoshou.plugins.debits.services.transfers import Transfer, receive
from hoshou.plugins.debits.zengin.entries import DebitLine as FileLine
from hoshou.plugins.debits.zengin.reader import read_file
from hoshou.plugins.debits.zengin.results import Outcome
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.rules.changes import Ending
from hoshou.plugins.guardkun.services.endings import end_cover
from tests.conftest import THOROUGH
from tests.plugins.debits.ground import (
    GROUP,
    GROUP_ACTOR,
    LEAD,
    LEAD_ACTOR,
    add_agent,
    add_mandate,
    no_progress,
    result_bytes,
)
from tests.plugins.guardkun.ground import Ground, add_enrolment, lay_ground

MOST_MEMBERS = 3
LAST_MONTH = date(2027, 3, 1)
STARTS = (date(2026, 6, 1), date(2026, 6, 1), date(2026, 7, 1))
choice = st.integers(0, 10_000)
some_codes = st.lists(st.sampled_from("000111489"), min_size=MOST_MEMBERS, max_size=MOST_MEMBERS)


@dataclass
class Member:
    """An enrolment as the rules see it: its instalments by their numbers, and what became of each."""

    id: int
    start: date
    levies: dict[int, int]
    months: dict[int, date]
    paid: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    in_run: set[int] = field(default_factory=set)
    overpaid: set[int] = field(default_factory=set)
    failures: int = 0
    lapse: date | None = None
    ended: date | None = None
    required: int | None = None
    to_refund: int = 0

    def unpaid(self, until: date) -> list[int]:
        taken = self.paid | self.gone | self.in_run
        return [number for number, due in self.months.items() if due <= until and number not in taken]

    def levy(self, numbers: Any) -> int:
        return sum(self.levies[number] for number in numbers)

    def months_until(self, day: date) -> int:
        return (day.year - self.start.year) * 12 + day.month - self.start.month

    def end(self, day: date) -> None:
        """No instalment beyond the months of cover is owed any more, whatever became of it."""
        self.ended = day
        self.gone |= {number for number in self.levies if number > self.months_until(day)}

    def reckon(self) -> None:
        """Once the books know of the ending, what came in beyond the required instalments goes back."""
        if self.required is None:
            return
        for number in self.levies:
            beyond = number > self.required and number not in self.in_run
            if beyond and number in self.paid and number not in self.overpaid:
                self.overpaid.add(number)
                self.to_refund += self.levies[number]

    def fail(self, debit: date) -> None:
        self.failures += 1
        if self.failures == 2:
            self.lapse = add_months(debit.replace(day=1), 1)


@dataclass
class Run:
    """What a run asked for, by enrolment; ``left`` has no outcome yet."""

    id: int
    month: date
    asked: dict[int, list[int]]
    request: bytes = b""
    answer: bytes = b""
    left: set[int] = field(default_factory=set)
    state: str = "built"


class Money(RuleBasedStateMachine):
    """The year of a few members."""

    @initialize(months=st.integers(0, 3))
    def lay(self, months: int) -> None:
        """Two members, and a few months in which all was paid: so that what comes late is walked often too."""
        self.session: Session = db.session()
        begin_writing(self.session)
        here = platform()
        self.keys, self.files = here.keys, here.files
        self.clock = FixedClock(datetime.combine(date(2026, 8, 2), time(10), JST))
        self.ground: Ground = lay_ground(self.session)
        self.agent_id = add_agent(self.session).id
        self.month = date(2026, 8, 1)
        self.members: dict[int, Member] = {}
        self.runs: list[Run] = []
        self.debited = self.transferred = self.refunded = self.references = 0
        self.join(0)
        self.join(1)
        for _month in range(months):
            self.month_by_the_book(["0"] * MOST_MEMBERS)

    def teardown(self) -> None:
        db.session.rollback()

    @contextmanager
    def work(self) -> Iterator[Session]:
        """One unit of work, of which nothing is kept when it fails, inside the transaction of the whole walk."""
        with self.session.begin_nested():
            yield self.session
            self.session.flush()
        self.session.expire_all()

    @property
    def today(self) -> date:
        return self.clock.today()

    def pick(self, chance: int, which: Callable[[Member], Any]) -> Member | None:
        fitting = [member for member in self.members.values() if which(member)]
        return fitting[chance % len(fitting)] if fitting else None

    def reference(self) -> str:
        self.references += 1
        return f"N-{self.references}"

    def settled_at(self, member: Member) -> None:
        """The books learn of an ending with the next thing that happens to the member's money."""
        if member.ended is not None and member.required is None:
            member.required = member.months_until(member.ended)
            member.lapse = None
        member.reckon()

    # Rules.

    @precondition(lambda self: len(self.members) < MOST_MEMBERS)
    @rule(chance=choice)
    def join(self, chance: int) -> None:
        number = len(self.members) + 1
        with self.work() as session:
            start = STARTS[chance % 3]
            enrolment = add_enrolment(session, self.ground, number, start=start.isoformat())
            assert enrolment.unit_id is not None
            add_mandate(session, enrolment.unit_id, self.agent_id, account_number=f"{number:07d}")
            rows = session.scalars(select(Instalment).where(Instalment.enrolment_id == enrolment.id)).all()
            self.members[enrolment.id] = Member(
                enrolment.id,
                start,
                {row.number: row.levy for row in rows},
                {row.number: row.due_on for row in rows},
            )

    @property
    def current(self) -> Run | None:
        return next((run for run in self.runs if run.month == self.month and run.state != "discarded"), None)

    @precondition(lambda self: self.current is None and self.is_early())
    @rule()
    def build(self) -> None:
        run_id = build(self.work, self.clock, LEAD_ACTOR, self.agent_id, self.month, no_progress)
        assert build(self.work, self.clock, LEAD_ACTOR, self.agent_id, self.month, no_progress) == run_id
        until = add_months(self.month, 1)
        asked = {}
        for member in self.members.values():
            if member.ended is None and member.lapse is None and not member.in_run:
                owed = member.unpaid(until)
                if owed:
                    asked[member.id] = owed
                    member.in_run = set(owed)
        held: dict[int, int] = dict(
            self.session.execute(
                select(DebitLine.enrolment_id, DebitLine.amount).where(DebitLine.run_id == run_id)
            )
            .tuples()
            .all()
        )
        # Whatever is owed is asked for, of nobody else, and once.
        assert held == {key: self.members[key].levy(numbers) for key, numbers in asked.items()}
        self.runs.append(Run(run_id, self.month, asked))

    @precondition(lambda self: self.current is not None and self.current.state == "built")
    @rule()
    def discard(self) -> None:
        run = self.current
        assert run is not None
        with self.work() as session:
            discard(session, self.clock, LEAD_ACTOR, LEAD, run.id, "作り直し")
        run.state = "discarded"
        for key in run.asked:
            self.members[key].in_run = set()
            self.members[key].reckon()

    def is_early(self) -> bool:
        """Whether the agent would still take a file."""
        return self.today == self.month.replace(day=2)

    @precondition(lambda self: self.current is not None and self.current.state == "built" and self.is_early())
    @rule()
    def send(self) -> None:
        run = self.current
        assert run is not None
        for key in [key for key in run.asked if self.members[key].ended is not None]:
            del run.asked[key]
            self.members[key].in_run = set()
            self.members[key].reckon()
        if not run.asked:
            with pytest.raises(Refused):
                self._seal(run)
            with self.work() as session:
                discard(session, self.clock, LEAD_ACTOR, LEAD, run.id, "対象なし")
            run.state = "discarded"
            return
        self._seal(run)
        with self.work() as session:
            release(session, self.clock, GROUP_ACTOR, GROUP, run.id)
            file_id = session.scalars(select(DebitFile.id).where(DebitFile.run_id == run.id)).one()
            run.request = download(session, self.clock, self.files, GROUP_ACTOR, GROUP, file_id).data
        asked = {
            int(line.customer_number[10:]): line.amount
            for line in read_file(BytesIO(run.request))
            if isinstance(line, FileLine)
        }
        assert asked == {key: self.members[key].levy(numbers) for key, numbers in run.asked.items()}
        run.state, run.left = "sent", set(run.asked)

    def _seal(self, run: Run) -> None:
        seal(self.work, self.clock, self.keys, self.files, LEAD_ACTOR, LEAD, run.id)

    @precondition(lambda self: self.month < LAST_MONTH)
    @rule(codes=some_codes)
    def month_by_the_book(self, codes: list[str]) -> None:
        """A new month, from its run to its result: so that walks come far into the year."""
        self.next_month()
        self.build()
        self.send()
        self.answer(len([run for run in self.runs if run.state == "sent"]) - 1, codes)

    @rule(chance=choice, codes=some_codes)
    def answer(self, chance: int, codes: list[str]) -> None:
        sent = [run for run in self.runs if run.state == "sent"]
        if not sent:
            return
        run = sent[chance % len(sent)]
        told = {key: codes[place] for place, key in enumerate(sorted(run.asked))}
        run.answer = result_bytes(run.request, told)
        if not any(code != "9" for code in told.values()):
            return  # Nothing was settled: the agent sends no such file.
        self.clock.move_to(max(self.clock.now(), datetime.combine(run.month.replace(day=20), time(10), JST)))
        self._take(run, run.answer)
        run.state = "answered"
        debit = self._debit_date(run)
        for key, code in told.items():
            if code != "9":
                self._outcome(run, key, {"0": "paid", "8": "stopped"}.get(code, "failed"), debit)

    def _debit_date(self, run: Run) -> date:
        return next(
            due
            for member in self.members.values()
            for due in member.months.values()
            if due.month == run.month.month
        )

    def _take(self, run: Run, data: bytes) -> int:
        blob = self.files.put(data)
        with self.work() as session:
            result_id = accept(
                session, self.clock, self.keys, GROUP_ACTOR, GROUP, run.id, data, "result.txt", blob
            )
        posting.post_result(self.work, self.clock, self.keys, self.files, GROUP_ACTOR, result_id, no_progress)
        return result_id

    def _outcome(self, run: Run, key: int, outcome: str, debit: date) -> None:
        member, numbers = self.members[key], run.asked[key]
        run.left.discard(key)
        member.in_run = set()
        if outcome == "paid":
            assert not member.paid & set(numbers)
            member.paid |= set(numbers)
            self.debited += member.levy(numbers)
        if member.ended is None:
            if outcome == "paid":
                member.failures = 0
            elif outcome == "failed":
                member.fail(debit)
        member.reckon()

    @rule(chance=choice, turned=st.booleans())
    def answer_again(self, chance: int, *, turned: bool) -> None:
        """The same rows, in the same or another order, are the same result."""
        answered = [run for run in self.runs if run.state == "answered"]
        if not answered:
            return
        run = answered[chance % len(answered)]
        before = self._counts()
        codes = {
            int(line.customer_number[10:]): line.result_code
            for line in read_file(BytesIO(run.answer))
            if isinstance(line, FileLine)
        }
        again = result_bytes(run.request, codes, lambda lines: lines[::-1] if turned else lines)
        self._take(run, again)
        assert self._counts() == before

    def _counts(self) -> list[int]:
        tables = (DebitResult, Settlement, LedgerEntry, Lapse)
        return [self.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    @rule(chance=choice, paid=st.booleans())
    def decide(self, chance: int, *, paid: bool) -> None:
        waiting = [(run, key) for run in self.runs if run.state == "answered" for key in sorted(run.left)]
        if not waiting:
            return
        run, key = waiting[chance % len(waiting)]
        outcome = Outcome.PAID if paid else Outcome.FAILED
        with self.work() as session:
            line_id = session.scalars(
                select(DebitLine.id).where(DebitLine.run_id == run.id, DebitLine.enrolment_id == key)
            ).one()
            posting.decide(session, self.clock, self.keys, LEAD_ACTOR, LEAD, line_id, outcome, "電話で確認")
        self._outcome(run, key, "paid" if paid else "failed", self._debit_date(run))

    @rule()
    def close(self) -> None:
        for run in self.runs:
            if run.state == "answered":
                with self.work() as session:
                    if run.left:
                        with pytest.raises(Refused):
                            close(session, self.clock, LEAD_ACTOR, LEAD, run.id)
                    else:
                        close(session, self.clock, LEAD_ACTOR, LEAD, run.id)
                        run.state = "closed"

    @precondition(lambda self: self.month < LAST_MONTH)
    @rule()
    def next_month(self) -> None:
        self.month = add_months(self.month, 1)
        self.clock.move_to(datetime.combine(self.month.replace(day=2), time(10), JST))

    @rule(chance=choice, share=st.integers(1, 12), extra=st.sampled_from([0, 0, 0, 1, 7_000]))
    def transfer(self, chance: int, share: int, extra: int) -> None:
        member = self.pick(chance, lambda one: True)
        assert member is not None
        if member.ended is None:
            open_ = member.unpaid(self.today)
        else:
            required = member.months_until(member.ended)
            open_ = [number for number in member.unpaid(date.max) if number <= required]
        numbers = open_ if extra else open_[:share]
        amount = member.levy(numbers) + extra
        if not amount or (extra and member.in_run):
            return
        sent_in = Transfer(member.id, amount, self.today, self.reference(), refund_excess=extra > 0)
        for _again in range(2):
            with self.work() as session:
                receive(session, self.clock, GROUP_ACTOR, GROUP, sent_in)
        member.paid |= set(numbers)
        member.to_refund += extra
        self.transferred += amount
        if numbers == open_ and not member.in_run and (member.lapse is None or self.today < member.lapse):
            member.lapse, member.failures = None, 0
        self.settled_at(member)

    @rule(chance=choice, months=st.sampled_from([1, 1, 2, 3, 11]), at_once=st.booleans())
    def withdraw(self, chance: int, months: int, *, at_once: bool) -> None:
        member = self.pick(chance, lambda one: one.ended is None)
        if member is None:
            return
        day = add_months(member.start, months)
        with self.work() as session:
            enrolment = session.get_one(Enrolment, member.id)
            end_cover(session, self.clock, GROUP_ACTOR, enrolment, Ending.WITHDRAWN, day)
        member.end(day)
        if at_once:
            self.night()

    @rule()
    def night(self) -> None:
        """The nightly jobs, run twice."""
        for _again in range(2):
            tell_all_due(self.work, self.clock, self.today)
            endings.open_all(self.work, self.clock, LEAD_ACTOR)
        for member in self.members.values():
            self.settled_at(member)

    @rule(chance=choice, confirmed=st.booleans())
    def decide_lapse(self, chance: int, *, confirmed: bool) -> None:
        member = self.pick(chance, lambda one: one.lapse is not None and one.ended is None)
        if member is None:
            return
        assert member.lapse is not None
        with self.work() as session:
            lapse_id = session.scalars(
                select(Lapse.id).where(Lapse.enrolment_id == member.id, Lapse.state == LapseState.PROPOSED.value)
            ).one()
            if confirmed:
                lapses.confirm(session, self.clock, LEAD_ACTOR, LEAD, lapse_id, member.lapse)
            else:
                lapses.waive(session, self.clock, LEAD_ACTOR, LEAD, lapse_id, "事情を確認した")
        if confirmed:
            member.end(member.lapse)
            self.settled_at(member)
        else:
            member.lapse, member.failures = None, 0

    @rule()
    def end_the_month(self) -> None:
        self.clock.move_to(max(self.clock.now(), datetime.combine(self.month.replace(day=28), time(18), JST)))
        with self.work() as session:
            remit_due(session, self.clock, GROUP_ACTOR, fee_deducted=False)
            assert remit_due(session, self.clock, GROUP_ACTOR, fee_deducted=False) == []

    @rule(chance=choice)
    def refund(self, chance: int) -> None:
        member = self.pick(chance, lambda one: one.to_refund)
        if member is None:
            return
        payment = Payment(member.id, member.to_refund, self.today, self.reference())
        for _again in range(2):
            with self.work() as session:
                pay_back(session, self.clock, GROUP_ACTOR, GROUP, payment)
        self.refunded += member.to_refund
        member.to_refund = 0

    # What must hold after every step.

    @invariant()
    def the_books_balance_and_hold_all_the_money(self) -> None:
        if not hasattr(self, "members"):
            return
        assert prove(self.session).holds
        sums: dict[str, int] = dict(
            self.session.execute(
                select(LedgerPosting.account, func.sum(LedgerPosting.amount)).group_by(LedgerPosting.account)
            )
            .tuples()
            .all()
        )
        assert sums.get(Account.AGENT_CLEARING, 0) == self.debited
        assert sums.get(Account.TRANSFERS, 0) == self.transferred
        assert -sums.get(Account.REFUND, 0) == self.refunded
        assert -sums.get(Account.OVERPAYMENT, 0) == sum(one.to_refund for one in self.members.values())
        steps: dict[str, int] = dict(
            self.session.execute(
                select(LedgerLevy.step, func.sum(LedgerLevy.premium + LedgerLevy.maintenance_fee)).group_by(
                    LedgerLevy.step
                )
            )
            .tuples()
            .all()
        )
        due = steps.get(LevyStep.DUE, 0) - steps.get(LevyStep.CANCELLED, 0)
        assert steps.get(LevyStep.PAID, 0) + sums.get(Account.LEVY_RECEIVABLE, 0) == due

    @invariant()
    def no_instalment_is_collected_twice_and_none_is_forgotten(self) -> None:
        if not hasattr(self, "members"):
            return
        for member in self.members.values():
            rows = self.session.execute(
                select(Instalment.number, Instalment.cancelled_at, Settlement.instalment_id)
                .outerjoin(Settlement, Settlement.instalment_id == Instalment.id)
                .where(Instalment.enrolment_id == member.id)
            ).all()
            assert {row.number for row in rows if row.instalment_id is not None} == member.paid
            assert {row.number for row in rows if row.cancelled_at is not None} == member.gone
            open_ = self.session.scalars(
                select(Instalment.number)
                .join(DebitLinePart, DebitLinePart.instalment_id == Instalment.id)
                .where(Instalment.enrolment_id == member.id, DebitLinePart.is_open)
            ).all()
            assert sorted(open_) == sorted(member.in_run)
        taken = select(DebitLinePart.instalment_id).join(DebitLinePart.line).where(DebitLine.state == "paid")
        debited = self.session.scalars(taken).all()
        assert len(set(debited)) == len(debited)
        remitted = set(self.session.scalars(select(RemittanceLine.instalment_id)))
        assert remitted <= set(self.session.scalars(select(Settlement.instalment_id)))

    @invariant()
    def failures_and_lapses_are_those_of_the_model(self) -> None:
        if not hasattr(self, "members"):
            return
        failures: dict[int, int] = dict(
            self.session.execute(select(Standing.enrolment_id, Standing.failures)).tuples().all()
        )
        proposed = set(
            self.session.scalars(select(Lapse.enrolment_id).where(Lapse.state == LapseState.PROPOSED.value))
        )
        for member in self.members.values():
            if member.ended is None:
                assert failures.get(member.id, 0) == member.failures
                assert (member.id in proposed) == (member.lapse is not None)


def play(examples: int, steps: int, *, same_each_time: bool = False) -> None:
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=same_each_time,
            # A walk takes seconds: a failing one is told as it is, since making it shorter takes minutes.
            phases=(Phase.generate,),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.req("B2", "B5", "B9", "F12", "B-072", "B-073", "B-076", "B-077", "B-088")
def test_every_yen_is_accounted_for_after_any_sequence(app: Flask) -> None:
    """500 walks by ``make thorough``, since each goes through the database; a part of them each time."""
    play(500 if THOROUGH else 12, 30)


def _doubled(event: Any, real: Callable[[Any], Iterator[Posting]] = journal._postings) -> Iterator[Posting]:
    yield from real(event)
    if isinstance(event, journal.LevyCollected):
        yield from real(event)


def _forgetful(*arguments: Any, real: Any = planning._instalments) -> dict[int, Any]:
    found = dict(real(*arguments))
    if len(found) > 1:
        del found[max(found)]
    return found


ROWS = count(1)
FAULTS: dict[str, tuple[Any, str, Any]] = {
    "a doubled posting": (journal, "_postings", _doubled),
    "a forgotten line": (planning, "_instalments", _forgetful),
    "a lost failure": (settling, "set_failures", lambda *_arguments: None),
    "a lost collection": (settling, "_collect", lambda *_arguments: None),
    "a result that is new each time": (results, "_add", lambda *_row: next(ROWS)),
}


@pytest.mark.slow
@pytest.mark.req("B2", "B9")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(app: Flask, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    owner, name, planted = FAULTS[fault]
    monkeypatch.setattr(owner, name, planted)
    with pytest.raises((AssertionError, DomainError)):
        play(60, 30, same_each_time=True)


@pytest.mark.slow
@pytest.mark.req("B-088", "D-36")
def test_an_ending_without_a_refund_is_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three months were paid and one is owed. Few walks come here, so this one goes straight."""
    monkeypatch.setattr(endings, "note_overpaid", lambda *_arguments: None)
    walk = Money()
    walk.lay(months=3)
    walk.the_books_balance_and_hold_all_the_money()
    walk.withdraw(chance=0, months=1, at_once=True)
    with pytest.raises(AssertionError):
        walk.the_books_balance_and_hold_all_the_money()
    walk.teardown()
