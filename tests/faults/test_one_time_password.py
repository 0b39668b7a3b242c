"""One password, many uses at once: one winner (A6)."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.platform import tickets
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.tickets import Ticket, TicketKind
from hoshou.plugins.bonds.services.end_access import folder_subject
from hoshou.plugins.orderer.models import OrdererAttempt
from hoshou.plugins.orderer.services.login import otp_digest
from hoshou.plugins.orderer.services.verify import Verdict, verify
from tests.conftest import NOON
from tests.faults.crew import Crew, Hand, Place, crew
from tests.faults.ground import DOMAIN, PUBLIC, make_folders, register_domain, start_login

ROUNDS = 50
CODES_PER_FOLDER = 2
"""As many as one address's fifty wrong tries a day allow with nineteen losers a round."""
IDLE = timedelta(minutes=20)
UNTIL = NOON + timedelta(hours=12)


def use(hand: Hand, public_id: str, code: str) -> str:
    """Use the code as the page does."""
    clock, keys = platform().clock, platform().keys
    hand.wait()

    def work(session: Session) -> str:
        attempt = session.get_one(OrdererAttempt, public_id)
        return verify(session, clock, keys, PUBLIC, attempt, code, idle=IDLE, until=UNTIL).verdict.value

    return transact(work)


def use_by_reading_first(hand: Hand, public_id: str, code: str) -> str:
    """The planted fault: look whether the code was used, then write that it is."""
    clock, keys = platform().clock, platform().keys
    hand.wait()
    attempt = db.session.get_one(OrdererAttempt, public_id)
    is_right = attempt.otp_digest == otp_digest(keys, public_id, code)
    if attempt.used_at is not None or not is_right:
        return Verdict.USED.value
    with unit_of_work() as session:
        attempt = session.get_one(OrdererAttempt, public_id)
        attempt.used_at = clock.now()
        subject = folder_subject(attempt.folder_id)
        tickets.issue(session, clock, keys, TicketKind.ORDERER, subject, idle=IDLE, until=UNTIL)
    return Verdict.ACCEPTED.value


def rounds(workers: Crew, deed: Any, count: int) -> list[int]:
    """How many won in each round."""
    clock = platform().clock
    register_domain()
    winners = []
    for folder_id, token in make_folders(-(-count // CODES_PER_FOLDER)):
        for _ in range(min(CODES_PER_FOLDER, count - len(winners))):
            public_id, code = start_login(clock, folder_id, f"{token[:6].strip('x')}@{DOMAIN}")
            results = workers.together(deed, public_id, code)
            assert [result for result in results if result.error] == []
            winners.append([result.value for result in results].count(Verdict.ACCEPTED.value))
    return winners


def tickets_issued() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


@pytest.mark.timeout(300)
@pytest.mark.slow
@pytest.mark.req("A6", "A-047", "D-05")
def test_twenty_uses_of_one_password_in_four_processes_have_one_winner(place: Place, checker: Flask) -> None:
    with crew(place, processes=4, threads=5) as workers:
        winners = rounds(workers, use, ROUNDS)
    assert winners == [1] * ROUNDS
    assert tickets_issued() == ROUNDS
    verified = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "orderer.verified")
    assert db.session.scalar(verified) == ROUNDS
    used = select(func.count()).select_from(OrdererAttempt).where(OrdererAttempt.used_at.is_not(None))
    assert db.session.scalar(used) == ROUNDS


@pytest.mark.slow
@pytest.mark.req("A6")
def test_reading_before_writing_would_be_found(place: Place, checker: Flask) -> None:
    with crew(place, processes=4, threads=5) as workers:
        winners = rounds(workers, use_by_reading_first, 5)
    assert max(winners) > 1
    assert tickets_issued() == sum(winners)
