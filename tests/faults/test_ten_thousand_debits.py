"""10,000 debits, their builder and their import killed at 50 random moments: every yen once, the file the same to the byte.

By ``make thorough``; a small part of it each time (F4, F6, B2).
"""

import random
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock
from hoshou.platform import audit
from hoshou.platform.calendar import seed_calendar
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.plugins.debits.models.ledger import LedgerEntry
from hoshou.plugins.debits.models.runs import DebitFile, DebitLine, DebitLinePart
from hoshou.plugins.debits.models.settlements import Settlement
from hoshou.plugins.debits.services import planning, posting, sealing
from hoshou.plugins.debits.services.ledger.balances import prove
from hoshou.plugins.debits.services.simulation.portfolio import lay_portfolio
from hoshou.plugins.debits.zengin.entries import DebitLine as FileLine
from hoshou.plugins.debits.zengin.entries import DebitSet, Header
from hoshou.plugins.debits.zengin.writer import write_file
from hoshou.plugins.guardkun.models.enrolments import Instalment
from tests.conftest import THOROUGH
from tests.faults.crew import Deed, Hand, Place, Worker
from tests.plugins.debits.ground import (
    AUGUST,
    at,
    build_run,
    release_run,
    request_bytes,
    result_bytes,
    seal_run,
    take,
)

MEMBERS = 10_000 if THOROUGH else 300
KILLS = 50 if THOROUGH else 4
CHUNK = MEMBERS // 50
FAILED = dict.fromkeys(range(7, MEMBERS + 1, 33), "1")


def expected() -> bytes:
    """The file by hand, from the instalments alone."""
    header = Header("1234567890", "ｹｲﾋﾞ ﾎｹﾝ", "0812", "0005", "ﾐﾂﾋﾞｼUFJ", "001", "ﾎﾝﾃﾝ", "1", "0012345")
    levies = db.session.scalars(
        select(Instalment.levy).where(Instalment.number == 1).order_by(Instalment.enrolment_id)
    )
    lines = [
        FileLine(
            "0001", "ﾐｽﾞﾎ", "123", "ｼﾝｼﾞﾕｸ", "1", f"{number:07d}", "ｶ)ﾓｷﾞｹｲﾋﾞ", levy, "1",
            f"2608000001{number:010d}",
        )
        for number, levy in enumerate(levies, start=1)
    ]  # fmt: skip
    out = BytesIO()
    write_file(out, [DebitSet(header, lines)])
    return out.getvalue()


def making_the_file(_hand: Hand) -> None:
    planning.CHUNK = sealing.CHUNK = CHUNK
    seal_run(build_run(AUGUST))


def importing(_hand: Hand, data: bytes) -> int:
    posting.CHUNK = CHUNK
    return take(1, data)


def until_it_is_done(place: Place, chance: random.Random, deed: Deed, *arguments: Any) -> int:
    """The deed, killed at random moments, each later in a survivor's life; at last left alone. Returns the kills."""
    killed = 0
    for _ in range(KILLS):
        worker = Worker(place).ready()
        worker.ask(deed, *arguments)
        worker.process.join(chance.uniform(0.01, 0.4))
        killed += not worker.has_answered()
        worker.kill()
        assert findings() == []
    survivor = Worker(place).ready()
    survivor.ask(deed, *arguments)
    assert [(result.error, result.words) for result in survivor.answer()] == [("", "")]
    survivor.leave()
    return killed


def counted(what: Any, *which: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(what).where(*which)) or 0


def findings() -> list[str]:
    """What must never be, whatever was killed."""
    db.session.rollback()
    wrong = []
    if counted(DebitLinePart) != counted(DebitLine):
        wrong.append("a line without its instalment, or with two")
    paid = counted(DebitLine, DebitLine.state == "paid")
    if not paid == counted(Settlement) == counted(LedgerEntry, LedgerEntry.kind == "collected"):
        wrong.append("paid, settled and booked differ")
    if not prove(db.session()).holds:
        wrong.append("the books don't balance")
    return wrong + [str(problem) for problem in audit.verify(db.session(), audit.audit_key())]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.req("F4", "F6", "B2", "B5")
def test_many_debits_killed_anywhere(place: Place, checker: Flask, seed: int) -> None:
    chance = random.Random(seed)
    clock = FixedClock(at(2026, 5, 1))
    transact(lambda session: seed_calendar(session, 2026, 2))
    keys = platform().keys
    transact(lambda session: lay_portfolio(session, clock, keys, random.Random(1), 2026, MEMBERS, 0))
    killed = until_it_is_done(Place(place.url, place.folder, FixedClock(at(2026, 8, 3))), chance, making_the_file)
    wanted = expected()
    later = Place(place.url, place.folder, FixedClock(at(2026, 8, 4)))
    with later.app().app_context():
        release_run(1)
        request = request_bytes(1)
        assert request == wanted
        db.session.remove()
        db.engine.dispose()
    assert findings() == []
    assert counted(DebitLine) == MEMBERS
    sums = select(func.sum(DebitLine.amount)), select(func.sum(DebitFile.amount))
    assert len({db.session.scalar(one) for one in sums}) == 1
    answer = result_bytes(request, FAILED)
    killed += until_it_is_done(
        Place(place.url, place.folder, FixedClock(at(2026, 8, 20))), chance, importing, answer
    )
    assert findings() == []
    assert counted(DebitLine, DebitLine.state == "paid") == MEMBERS - len(FAILED)
    assert counted(DebitLine, DebitLine.state == "failed") == len(FAILED)
    collected = db.session.scalar(
        select(func.sum(Instalment.levy)).join(Settlement, Settlement.instalment_id == Instalment.id)
    )
    paid = select(func.sum(DebitLine.amount)).where(DebitLine.state == "paid")
    assert collected == db.session.scalar(paid)
    assert db.session.scalars(select(Settlement.on).distinct()).all() == [date(2026, 8, 12)]
    assert killed > 0
