"""The demo's debits: mandates, the months up to today with all that follows from them, and a run to go on with."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import JST, FixedClock
from hoshou.base.csv_text import csv_text, utf8_bytes
from hoshou.base.dates import add_months
from hoshou.platform.actor import Actor
from hoshou.platform.calendar import load_calendar
from hoshou.platform.db import reading, transact, unit_of_work
from hoshou.platform.files.store import FileStore
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.deliver import deliver_due
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.failures import Lapse
from hoshou.plugins.debits.models.mandates import CollectionAgent
from hoshou.plugins.debits.models.runs import DebitFile, DebitRun
from hoshou.plugins.debits.rules.accounts import Account, AccountType
from hoshou.plugins.debits.rules.claims_file import HEAD
from hoshou.plugins.debits.rules.mandates import MandateReason
from hoshou.plugins.debits.rules.runs import RunState, agent_closing
from hoshou.plugins.debits.rules.sharing import handoff_day
from hoshou.plugins.debits.services import lapses, mandates, results, runs, sealing, transfers
from hoshou.plugins.debits.services.answering import answered
from hoshou.plugins.debits.services.building import build, debit_day_of
from hoshou.plugins.debits.services.claims.import_claims import import_claims
from hoshou.plugins.debits.services.due import tell_all_due
from hoshou.plugins.debits.services.endings import standings_of
from hoshou.plugins.debits.services.month_end.handoffs import make_due_handoffs
from hoshou.plugins.debits.services.month_end.remit import remit_due
from hoshou.plugins.debits.services.posting import post_result
from hoshou.plugins.debits.services.transfers import Transfer
from hoshou.plugins.demo.rules.debits import (
    AGENT,
    CLAIMS,
    CLOSING_TIME,
    FIRST_MONTH,
    IN_TIME,
    LAPSES,
    LAST_MONTH,
    LATE,
    LEAD_DAYS,
    LEAST_MONTHS,
    NO_FUNDS,
    PAID,
    RETURNED_ON,
    RETURNED_WHY,
    STORIES,
    TOLD_IN,
    TRANSFERS,
    DebitStory,
)
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.members import Member, Unit
from hoshou.plugins.guardkun.rules.calendar import remittance_day
from hoshou.plugins.premium.services.sample import person_called

RESULT_DAY = 20
TRANSFER_DAY = 25


@dataclass(frozen=True)
class _Person:
    actor: Actor
    subject: Subject


@dataclass(frozen=True)
class _Office:
    """Who and what the demo's debits are made with; ``enrolments`` by the member's number."""

    keys: KeyRing
    files: FileStore
    builder: _Person
    releaser: _Person
    lead: _Person
    agent_id: int
    enrolments: Mapping[str, int]


def is_seeded(session: Session) -> bool:
    """Whether the demo has a collection agent already."""
    return session.scalar(select(CollectionAgent.id).limit(1)) is not None


def tell_debits(now: datetime, keys: KeyRing, files: FileStore) -> None:
    """Everything up to ``now``, each step on its day, and the run of the next month."""
    office = transact(lambda session: _opened(session, keys, files))
    with reading() as session:
        told = months_told(now)
        now = max(now, _at(told[-1].replace(day=RESULT_DAY), 12))
        diary = list(_diary(session, told))
    for at, work in sorted(diary, key=lambda entry: entry[0]):
        if at <= now:
            work(office, FixedClock(at))
            deliver_due(unit_of_work, FixedClock(at), keys)
    transact(lambda session: _tell_claims(session, office, FixedClock(now)))
    following = add_months(told[-1], 1)
    if following <= LAST_MONTH:
        _begin_next(office, now, following)


def sample_result(files: FileStore) -> bytes | None:
    """An answer to the run that waits for release or result: one line fails. None without such a run."""
    with reading() as session:
        waiting = (RunState.SEALED.value, RunState.RELEASED.value)
        file = session.scalar(
            select(DebitFile)
            .join(DebitFile.run)
            .where(DebitRun.state.in_(waiting))
            .order_by(DebitFile.run_id.desc())
            .limit(1)
        )
        if file is None:
            return None
        blob, first = file.stored_file.blob, file.first_number
    return answered(files.read(blob), lambda number: NO_FUNDS if number == first else PAID)


def _opened(session: Session, keys: KeyRing, files: FileStore) -> _Office:
    agent = CollectionAgent(**AGENT)
    session.add(agent)
    session.flush()
    rows = session.execute(
        select(Member.member_number, Enrolment.id, Enrolment.unit_id)
        .join(Unit, Unit.member_id == Member.id)
        .join(Enrolment, Enrolment.unit_id == Unit.id)
        .where(Enrolment.booked_at.is_not(None))
    ).all()
    office = _Office(
        keys,
        files,
        _person(session, "group1", Role.GROUP_ASSOCIATION),
        _person(session, "group2", Role.GROUP_ASSOCIATION),
        _person(session, "lead", Role.LEAD_OFFICE),
        agent.id,
        {row.member_number: row.id for row in rows},
    )
    units = {row.member_number: row.unit_id for row in rows}
    for story in STORIES:
        mandate = _enter(session, office, story, units[story.member], IN_TIME)
        if story.is_returned:
            back = FixedClock(_at(RETURNED_ON, 10))
            mandates.give_back(session, back, office.lead.actor, office.lead.subject, mandate, RETURNED_WHY)
            _enter(session, office, story, units[story.member], LATE)
    return office


def _enter(session: Session, office: _Office, story: DebitStory, unit_id: int, arrived: date) -> int:
    account = Account(story.bank, story.branch, AccountType.ORDINARY.value, story.account_number, story.holder)
    reason = MandateReason.RECOLLECTED if arrived == LATE else MandateReason.JOINING
    form = mandates.Form(unit_id, office.agent_id, reason.value, account, arrived)
    clock = FixedClock(_at(arrived, 11))
    return mandates.register(session, clock, office.keys, office.lead.actor, office.lead.subject, form).id


Work = Callable[[_Office, FixedClock], None]


def _diary(session: Session, told: list[date]) -> Iterator[tuple[datetime, Work]]:
    calendar = load_calendar(session)
    for number, month in enumerate(told):
        debit, closes_at = _days(session, month)
        yield closes_at - timedelta(days=1), partial(_send, month=month)
        yield _at(debit, 1), _tell_due
        codes = {story.member: story.code(number, len(told)) for story in STORIES}
        yield _at(month.replace(day=RESULT_DAY), 10), partial(_answer, debit=debit, codes=codes)
        if number == TOLD_IN:
            yield _at(month.replace(day=TRANSFER_DAY), 10), _transfer
            yield _at(remittance_day(month, calendar), 19), _lapse
        yield _at(remittance_day(month, calendar), 18), _remit
        yield _at(handoff_day(month, calendar), 7), _hand_off


def months_told(now: datetime) -> list[date]:
    """The first days of the months whose result has come by ``now``: two at least, at most the year's twelve."""
    months = [add_months(FIRST_MONTH, ahead) for ahead in range(12)]
    answered_by_now = [month for month in months if _at(month.replace(day=RESULT_DAY), 12) <= now]
    return months[: max(len(answered_by_now), LEAST_MONTHS)]


def _days(session: Session, month: date) -> tuple[date, datetime]:
    debit = debit_day_of(session, month)
    return debit, agent_closing(debit, LEAD_DAYS, CLOSING_TIME, load_calendar(session))


def _send(office: _Office, clock: FixedClock, month: date) -> None:
    run_id = _sealed(office, clock, month)
    transact(
        lambda session: sealing.release(session, clock, office.releaser.actor, office.releaser.subject, run_id)
    )


def _sealed(office: _Office, clock: FixedClock, month: date) -> int:
    by = office.builder
    run_id = build(unit_of_work, clock, by.actor, office.agent_id, month, _tell)
    sealing.seal(unit_of_work, clock, office.keys, office.files, by.actor, by.subject, run_id)
    return run_id


def _begin_next(office: _Office, now: datetime, month: date) -> None:
    """A run that waits for its release, or for its result where the agent has closed already."""
    with reading() as session:
        _debit, closes_at = _days(session, month)
    if closes_at > now:
        _sealed(office, FixedClock(now), month)
    else:
        _send(office, FixedClock(closes_at - timedelta(days=1)), month)


def _tell_due(_office: _Office, clock: FixedClock) -> None:
    tell_all_due(unit_of_work, clock, clock.today())


def _answer(office: _Office, clock: FixedClock, debit: date, codes: Mapping[str, str]) -> None:
    by = office.releaser
    by_enrolment = {office.enrolments[member]: code for member, code in codes.items()}

    def code_of(customer_number: str) -> str:
        return by_enrolment[int(customer_number[10:])]

    with unit_of_work() as session:
        file = session.scalars(select(DebitFile).join(DebitFile.run).where(DebitRun.debit_date == debit)).one()
        run_id, file_id = file.run_id, file.id
        request = sealing.download(session, clock, office.files, by.actor, by.subject, file_id).data
    data = answered(request, code_of)
    blob, name = office.files.put(data), f"result_{debit:%Y%m%d}.txt"
    result = transact(
        lambda session: results.accept(session, clock, office.keys, by.actor, by.subject, run_id, data, name, blob)
    )
    post_result(unit_of_work, clock, office.keys, office.files, by.actor, result, _tell)
    with unit_of_work() as session:
        if not runs.open_lines(session, run_id):
            runs.close(session, clock, by.actor, by.subject, run_id)


def _transfer(office: _Office, clock: FixedClock) -> None:
    number, by = office.enrolments[TRANSFERS], office.builder

    def receive(session: Session) -> None:
        owed = transfers.payable(session, standings_of(session, number), number, clock.today())
        paid = Transfer(number, sum(one.levy for one in owed), clock.today(), f"{clock.today():%Y%m%d}-0001")
        transfers.receive(session, clock, by.actor, by.subject, paid)

    transact(receive)


def _lapse(office: _Office, clock: FixedClock) -> None:
    def confirm(session: Session) -> None:
        lapse = session.scalars(select(Lapse).where(Lapse.enrolment_id == office.enrolments[LAPSES])).one()
        by = office.lead
        lapses.confirm(session, clock, by.actor, by.subject, lapse.id, lapse.effective_on, "ご連絡が取れないため")

    transact(confirm)


def _remit(office: _Office, clock: FixedClock) -> None:
    transact(lambda session: remit_due(session, clock, office.lead.actor, fee_deducted=False))


def _hand_off(office: _Office, clock: FixedClock) -> None:
    make_due_handoffs(unit_of_work, clock, office.files, office.lead.actor, clock.today())


def _tell_claims(session: Session, office: _Office, clock: FixedClock) -> None:
    policies = {
        number: session.get_one(Enrolment, enrolment).policy_number
        for number, enrolment in office.enrolments.items()
    }
    rows: list[list[str | int]] = [
        [number, policies[member] or "", occurred.isoformat(), paid_on.isoformat(), paid]
        for number, member, occurred, paid_on, paid in CLAIMS
    ]
    import_claims(session, clock, office.lead.actor, utf8_bytes(csv_text([HEAD, *rows])))


def _person(session: Session, username: str, role: Role) -> _Person:
    actor = person_called(session, username)
    return _Person(actor, Subject(actor.user_id or 0, username, "", frozenset({role.value})))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), JST)


def _tell(_done: int, _total: int) -> None:
    """The demo is made quicker than its progress could be told."""
