"""A month of debits to stand on: an agent, enrolments with mandates, runs brought to where a test begins."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import BytesIO

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import JST, FixedClock
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.db import transact, unit_of_work
from hoshou.platform.jobs.commands import run_by_hand
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.mandates import CollectionAgent, Mandate
from hoshou.plugins.debits.models.runs import DebitFile, DebitLine
from hoshou.plugins.debits.rules.accounts import Account
from hoshou.plugins.debits.services import mandates
from hoshou.plugins.debits.services.background import JOB
from hoshou.plugins.debits.services.building import build
from hoshou.plugins.debits.services.posting import post_result
from hoshou.plugins.debits.services.results import accept
from hoshou.plugins.debits.services.sealing import download, release, seal
from hoshou.plugins.debits.zengin.entries import DebitLine as FileLine
from hoshou.plugins.debits.zengin.entries import DebitSet, Header
from hoshou.plugins.debits.zengin.reader import read_file
from hoshou.plugins.debits.zengin.tally import totals_of
from hoshou.plugins.debits.zengin.writer import write_file
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from tests.plugins.guardkun.ground import Ground, add_enrolment, lay_ground

LEAD = Subject(101, "lead", "lead@example.jp", frozenset({Role.LEAD_OFFICE.value}))
GROUP = Subject(102, "group", "group@example.jp", frozenset({Role.GROUP_ASSOCIATION.value}))
LEAD_ACTOR = Actor(ActorKind.STAFF, "lead", user_id=LEAD.user_id)
GROUP_ACTOR = Actor(ActorKind.STAFF, "group", user_id=GROUP.user_id)
LEVY = 5_460
"""Yen a month: 65,520 yen a year for the enrolment of ground.py, in twelve equal instalments."""

AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in range(8, 12))
ACCOUNT = Account("0001", "240", "1", "1234567", "ｶ)ｻﾝﾌﾟﾙ")


def at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime.combine(date(year, month, day), time(hour), JST)


def move_to(year: int, month: int, day: int, hour: int = 10) -> FixedClock:
    """Set the application's clock."""
    clock = platform().clock
    assert isinstance(clock, FixedClock)
    clock.move_to(at(year, month, day, hour))
    return clock


def add_agent(session: Session, name: str = "三菱UFJニコス", code: str = "1234567890") -> CollectionAgent:
    agent = CollectionAgent(
        name=name,
        consignor_code=code,
        consignor_name="ｹｲﾋﾞ ﾎｹﾝ",
        bank_code="0005",
        bank_name="ﾐﾂﾋﾞｼUFJ",
        branch_code="001",
        branch_name="ﾎﾝﾃﾝ",
        account_number="0012345",
        lead_days=5,
        closing_time=time(15),
    )
    session.add(agent)
    session.flush()
    return agent


def add_mandate(
    session: Session,
    unit_id: int,
    agent_id: int,
    arrived: date = date(2026, 4, 10),
    account_number: str = "1234567",
) -> Mandate:
    """A form that arrived on the day, taken in as the lead office does it."""
    form = mandates.Form(unit_id, agent_id, "joining", replace(ACCOUNT, account_number=account_number), arrived)
    clock = FixedClock(max(platform().clock.now(), datetime.combine(arrived, time(10), JST)))
    return mandates.register(session, clock, platform().keys, LEAD_ACTOR, LEAD, form)


def lay_month(count: int = 3, **request: object) -> list[int]:
    """Booked enrolments with mandates of one agent; their numbers."""

    def work(session: Session) -> list[int]:
        ground: Ground = lay_ground(session)
        agent = add_agent(session)
        found = []
        for number in range(1, count + 1):
            enrolment = add_enrolment(session, ground, number, **request)
            assert enrolment.unit_id is not None
            add_mandate(session, enrolment.unit_id, agent.id, account_number=f"{number:07d}")
            found.append(enrolment.id)
        return found

    return transact(work)


def background(office: Flask) -> None:
    """What the scheduler does a few seconds later."""
    clock = platform(office).clock
    assert isinstance(clock, FixedClock)
    clock.advance(timedelta(seconds=10))
    assert run_by_hand(office, JOB)["ran"] is True


def no_progress(_done: int, _total: int) -> None:
    return None


def build_run(month: date, agent_id: int = 1) -> int:
    return build(unit_of_work, platform().clock, LEAD_ACTOR, agent_id, month, no_progress)


def seal_run(run_id: int, **options: int) -> None:
    here = platform()
    seal(unit_of_work, here.clock, here.keys, here.files, LEAD_ACTOR, LEAD, run_id, **options)


def release_run(run_id: int) -> None:
    transact(lambda session: release(session, platform().clock, GROUP_ACTOR, GROUP, run_id))


def sent(month: date) -> int:
    """A released run of the month, made five business days and some before its debit."""
    move_to(month.year, month.month, 2)
    run_id = build_run(month)
    seal_run(run_id)
    release_run(run_id)
    return run_id


def request_bytes(run_id: int, number: int = 1) -> bytes:
    """What the agent got."""
    here = platform()

    def work(session: Session) -> bytes:
        file_id = session.scalars(
            select(DebitFile.id).where(DebitFile.run_id == run_id, DebitFile.number == number)
        ).one()
        return download(session, here.clock, here.files, GROUP_ACTOR, GROUP, file_id).data

    return transact(work)


Change = Callable[[list[FileLine]], list[FileLine]]


def result_bytes(
    request: bytes,
    codes: Mapping[int, str] | None = None,
    change: Change = lambda lines: lines,
    header: Callable[[Header], Header] = lambda found: found,
) -> bytes:
    """The agent's answer: result codes by enrolment, 0 for everybody else."""
    entries = list(read_file(BytesIO(request)))
    [head] = [entry for entry in entries if isinstance(entry, Header)]
    lines = [
        replace(entry, result_code=(codes or {}).get(int(entry.customer_number[10:]), "0"))
        for entry in entries
        if isinstance(entry, FileLine)
    ]
    lines = change(lines)
    out = BytesIO()
    write_file(out, [DebitSet(header(head), lines, totals_of(lines))])
    return out.getvalue()


def take(run_id: int, data: bytes) -> int:
    """Accept and post a result file; its number."""
    here = platform()
    blob = here.files.put(data)
    result_id = transact(
        lambda session: accept(
            session, here.clock, here.keys, GROUP_ACTOR, GROUP, run_id, data, "result.txt", blob
        )
    )
    post_result(unit_of_work, here.clock, here.keys, here.files, GROUP_ACTOR, result_id, no_progress)
    return result_id


def answered(month: date, codes: Mapping[int, str] | None = None) -> int:
    """A run of the month with its result, which came on the 20th."""
    run_id = sent(month)
    data = result_bytes(request_bytes(run_id), codes)
    move_to(month.year, month.month, 20)
    take(run_id, data)
    return run_id


def line_of(session: Session, run_id: int, enrolment_id: int) -> DebitLine | None:
    session.rollback()
    return session.scalar(
        select(DebitLine).where(DebitLine.run_id == run_id, DebitLine.enrolment_id == enrolment_id)
    )


def enrolment(session: Session, enrolment_id: int) -> Enrolment:
    session.rollback()
    return session.get_one(Enrolment, enrolment_id)
