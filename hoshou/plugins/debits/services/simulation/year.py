"""The year itself: twelve runs with their results, transfers, withdrawals, lapses, remittances, hand-offs.

Whatever the product has a service for is done by it; only what people and the agent would do is invented.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import partial
from io import BytesIO
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import JST, FixedClock
from hoshou.base.dates import add_months
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.calendar import load_calendar
from hoshou.platform.files.store import FileStore
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.failures import Lapse, LapseState
from hoshou.plugins.debits.models.ledger import LedgerLevy, LedgerPosting, LevyStep
from hoshou.plugins.debits.models.mandates import CollectionAgent
from hoshou.plugins.debits.models.remittances import Remittance
from hoshou.plugins.debits.models.runs import DebitFile, DebitRun
from hoshou.plugins.debits.models.settlements import EndingReceivable
from hoshou.plugins.debits.rules.accounts_chart import Account
from hoshou.plugins.debits.rules.runs import RunState
from hoshou.plugins.debits.rules.sharing import handoff_day
from hoshou.plugins.debits.services import lapses, transfers
from hoshou.plugins.debits.services.building import build, debit_day_of
from hoshou.plugins.debits.services.due import tell_all_due
from hoshou.plugins.debits.services.endings import open_all, standings_of
from hoshou.plugins.debits.services.ledger.balances import prove
from hoshou.plugins.debits.services.month_end.handoffs import make_due_handoffs
from hoshou.plugins.debits.services.month_end.remit import remit_due
from hoshou.plugins.debits.services.posting import post_result
from hoshou.plugins.debits.services.results import accept
from hoshou.plugins.debits.services.runs import close, discard, open_lines
from hoshou.plugins.debits.services.sealing import download, release, seal
from hoshou.plugins.debits.services.simulation.portfolio import lay_portfolio
from hoshou.plugins.debits.services.work import Progress, UnitOfWork
from hoshou.plugins.debits.zengin.entries import DebitLine as FileLine
from hoshou.plugins.debits.zengin.entries import DebitSet, Header
from hoshou.plugins.debits.zengin.reader import read_file
from hoshou.plugins.debits.zengin.tally import totals_of
from hoshou.plugins.debits.zengin.writer import write_file
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.calendar import remittance_day
from hoshou.plugins.guardkun.rules.changes import Ending

LEAD = Subject(1, "lead", "", frozenset({Role.LEAD_OFFICE.value}))
GROUP = Subject(2, "group", "", frozenset({Role.GROUP_ASSOCIATION.value}))
LEAD_ACTOR = Actor(ActorKind.STAFF, LEAD.name, user_id=LEAD.user_id)
GROUP_ACTOR = Actor(ActorKind.STAFF, GROUP.name, user_id=GROUP.user_id)
JOINS_PERCENT, WITHDRAWALS_PERCENT, TRANSFERS_PERCENT = 4, 2, 40
"""Of the members that many join after 1 June and withdraw before its end; of debtors that many pay by transfer."""
NO_FUNDS, PAID = "1", "0"
RUNS = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """How the year is to be. ``failures`` of 10,000 debits fail."""

    members: int
    year: int
    failures: int
    seed: int


@dataclass(slots=True)
class World:
    """What the services stand on, and the dice."""

    unit_of_work: UnitOfWork
    clock: FixedClock
    keys: KeyRing
    files: FileStore
    random: Random


Work = Callable[[World], None]


def simulate(
    unit_of_work: UnitOfWork, keys: KeyRing, files: FileStore, wish: Wish, progress: Progress
) -> dict[str, int]:
    """Run the year on an empty database that has insurers and a calendar; returns what it came to.

    ``progress`` is told after each thing in the year's diary. Yen but for ``members``, ``joins``,
    ``withdrawals`` and ``lapsed``, which count enrolments. Raises Refused where the calendar ends.
    """
    world = World(
        unit_of_work,
        FixedClock(datetime(wish.year, 5, 25, 10, tzinfo=JST)),
        keys,
        files,
        # The year is to be the same again for the same seed.
        Random(wish.seed),  # noqa: S311
    )
    joins = wish.members * JOINS_PERCENT // 100
    with world.unit_of_work() as session:
        laid = lay_portfolio(session, world.clock, keys, world.random, wish.year, wish.members, joins)
    leaving = _withdrawals(world.random, wish)
    with world.unit_of_work() as session:
        diary = sorted(_diary(session, wish, laid.agent_id, leaving), key=lambda entry: entry[0])
    for place, (at, work) in enumerate(diary, start=1):
        world.clock.move_to(at)
        work(world)
        progress(place, len(diary))
    with world.unit_of_work() as session:
        return {"members": wish.members, "joins": joins, **_outcome(session)}


def _diary(
    session: Session, wish: Wish, agent_id: int, leaving: Mapping[date, list[int]]
) -> Iterator[tuple[datetime, Work]]:
    """Everything that happens in the year, with its instant."""
    calendar = load_calendar(session)
    lead_days = session.get_one(CollectionAgent, agent_id).lead_days
    for day, enrolment_ids in leaving.items():
        yield _at(day, 9), partial(_withdraw, day=day, enrolment_ids=enrolment_ids)
    for month in (add_months(date(wish.year, 8, 1), ahead) for ahead in range(RUNS)):
        debit = debit_day_of(session, month)
        yield (
            _at(calendar.business_days_before(debit, lead_days + 1), 10),
            partial(_send, agent_id=agent_id, month=month),
        )
        yield _at(debit, 1), _tell_due
        yield _at(month.replace(day=20), 10), partial(_answer, debit=debit, failures=wish.failures)
        is_last = month == date(wish.year + 1, 7, 1)
        yield _at(month.replace(day=25), 10), partial(_collect_transfers, is_last=is_last)
        yield _at(remittance_day(month, calendar), 18), _remit
        yield _at(remittance_day(month, calendar), 19), _lapse
        yield _at(handoff_day(month, calendar), 7), _hand_off


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), JST)


def _tell_due(world: World) -> None:
    tell_all_due(world.unit_of_work, world.clock, world.clock.today())


def _remit(world: World) -> None:
    with world.unit_of_work() as session:
        remit_due(session, world.clock, GROUP_ACTOR, fee_deducted=False)


def _hand_off(world: World) -> None:
    make_due_handoffs(world.unit_of_work, world.clock, world.files, LEAD_ACTOR, world.clock.today())


def _send(world: World, agent_id: int, month: date) -> None:
    """The month's run goes out; one in which nobody is left to debit is given up."""
    run_id = build(world.unit_of_work, world.clock, LEAD_ACTOR, agent_id, month, _no_progress)
    with world.unit_of_work() as session:
        if not open_lines(session, run_id):
            discard(session, world.clock, LEAD_ACTOR, LEAD, run_id, "振替の対象なし")
            return
    seal(world.unit_of_work, world.clock, world.keys, world.files, LEAD_ACTOR, LEAD, run_id)
    with world.unit_of_work() as session:
        release(session, world.clock, GROUP_ACTOR, GROUP, run_id)


def _answer(world: World, debit: date, failures: int) -> None:
    """The agent's result for every file of the day's run, taken in and posted."""
    with world.unit_of_work() as session:
        run_id = session.scalar(
            select(DebitRun.id).where(DebitRun.debit_date == debit, DebitRun.state == RunState.RELEASED.value)
        )
    if run_id is None:
        return
    with world.unit_of_work() as session:
        files = session.scalars(
            select(DebitFile.id).where(DebitFile.run_id == run_id).order_by(DebitFile.id)
        ).all()
    for file_id in files:
        with world.unit_of_work() as session:
            request = download(session, world.clock, world.files, GROUP_ACTOR, GROUP, file_id).data
        data = result_of(request, world.random, failures)
        blob = world.files.put(data)
        with world.unit_of_work() as session:
            result_id = accept(
                session, world.clock, world.keys, GROUP_ACTOR, GROUP, run_id, data, "result.txt", blob
            )
        post_result(world.unit_of_work, world.clock, world.keys, world.files, GROUP_ACTOR, result_id, _no_progress)
    with world.unit_of_work() as session:
        close(session, world.clock, GROUP_ACTOR, GROUP, run_id)


def result_of(request: bytes, random: Random, failures: int) -> bytes:
    """The agent's answer, line by line: thrown first, since the trailer's totals are asked for at the start."""

    def lines() -> Iterator[FileLine]:
        entries = read_file(BytesIO(request))
        return (entry for entry in entries if isinstance(entry, FileLine))

    codes = "".join(NO_FUNDS if random.randrange(10_000) < failures else PAID for _line in lines())

    def answered() -> Iterator[FileLine]:
        return (replace(line, result_code=code) for line, code in zip(lines(), codes, strict=True))

    [header] = [entry for entry in islice(read_file(BytesIO(request)), 1) if isinstance(entry, Header)]
    out = BytesIO()
    write_file(out, [DebitSet(header, answered(), totals_of(answered()))])
    return out.getvalue()


def _collect_transfers(world: World, *, is_last: bool) -> None:
    """Some of those who can't be debited any more transfer what they owe; after the last run all debtors are asked."""
    with world.unit_of_work() as session:
        asked = set(session.scalars(select(Lapse.enrolment_id).where(Lapse.state == LapseState.PROPOSED.value)))
        asked |= set(
            session.scalars(select(EndingReceivable.enrolment_id).where(EndingReceivable.closed_at.is_(None)))
        )
        if is_last:
            asked |= _debtors(session)
    for enrolment_id in sorted(asked):
        if world.random.randrange(100) >= TRANSFERS_PERCENT:
            continue
        with world.unit_of_work() as session:
            fitting = transfers.payable(
                session, standings_of(session, enrolment_id), enrolment_id, world.clock.today()
            )
            if fitting:
                paid = transfers.Transfer(
                    enrolment_id,
                    sum(one.levy for one in fitting),
                    world.clock.today(),
                    f"{world.clock.today():%Y%m%d}-{enrolment_id}",
                )
                transfers.receive(session, world.clock, GROUP_ACTOR, GROUP, paid)


def _debtors(session: Session) -> set[int]:
    settled = select(LedgerLevy.instalment_id).where(LedgerLevy.place == 2)
    return set(
        session.scalars(
            select(LedgerLevy.enrolment_id).where(LedgerLevy.place == 1, LedgerLevy.instalment_id.not_in(settled))
        )
    )


def _lapse(world: World) -> None:
    """The lead office confirms the lapses that nobody paid away."""
    with world.unit_of_work() as session:
        proposed = session.execute(
            select(Lapse.id, Lapse.effective_on, Enrolment.period_end)
            .join(Enrolment, Lapse.enrolment_id == Enrolment.id)
            .where(Lapse.state == LapseState.PROPOSED.value)
            .order_by(Lapse.id)
        ).all()
    for lapse_id, effective_on, period_end in proposed:
        with world.unit_of_work() as session:
            lapses.confirm(session, world.clock, LEAD_ACTOR, LEAD, lapse_id, min(effective_on, period_end))


def _withdrawals(random: Random, wish: Wish) -> Mapping[date, list[int]]:
    """Who withdraws on which first of a month: members of the start, from September to May."""
    chosen: dict[date, list[int]] = {}
    for number in sorted(random.sample(range(1, wish.members + 1), wish.members * WITHDRAWALS_PERCENT // 100)):
        chosen.setdefault(add_months(date(wish.year, 9, 1), random.randrange(9)), []).append(number)
    return chosen


def _withdraw(world: World, day: date, enrolment_ids: list[int]) -> None:
    """As an accepted 変更届出書 leaves an enrolment; the money follows by the product's own job."""
    with world.unit_of_work() as session:
        session.execute(
            update(Enrolment)
            .where(Enrolment.id.in_(enrolment_ids), Enrolment.ended_on.is_(None))
            .values(ending=Ending.WITHDRAWN.value, ended_on=day, changed_at=world.clock.now())
            .execution_options(synchronize_session=False)
        )
    open_all(world.unit_of_work, world.clock, LEAD_ACTOR)


def _outcome(session: Session) -> dict[str, Any]:
    levy = func.sum(LedgerLevy.premium + LedgerLevy.maintenance_fee)
    sums = {
        step: int(amount)
        for step, amount in session.execute(select(LedgerLevy.step, levy).group_by(LedgerLevy.step))
    }
    endings = dict(
        session.execute(
            select(Enrolment.ending, func.count()).where(Enrolment.ending.is_not(None)).group_by(Enrolment.ending)
        )
        .tuples()
        .all()
    )
    # What is outstanding is read from the books, not reckoned from the two others.
    outstanding = session.scalar(
        select(func.sum(LedgerPosting.amount)).where(LedgerPosting.account == Account.LEVY_RECEIVABLE.value)
    )
    return {
        "withdrawals": endings.get(Ending.WITHDRAWN.value, 0),
        "due": sums.get(LevyStep.DUE, 0) - sums.get(LevyStep.CANCELLED, 0),
        "collected": sums.get(LevyStep.PAID, 0),
        "outstanding": int(outstanding or 0),
        "lapsed": endings.get(Ending.LAPSED.value, 0),
        "remitted": int(session.scalar(select(func.sum(Remittance.premium))) or 0),
        "ledger_balance": prove(session).balance,
    }


def _no_progress(_done: int, _total: int) -> None:
    return None
