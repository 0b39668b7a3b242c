"""Several at once book the same events and make the same month's run: each is there once (B2, F12)."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock
from hoshou.platform.actor import SYSTEM
from hoshou.platform.db import db, transact
from hoshou.plugins.debits.models.ledger import LedgerEntry
from hoshou.plugins.debits.models.remittances import Remittance, RemittanceLine
from hoshou.plugins.debits.services.ledger.balances import prove
from hoshou.plugins.debits.services.month_end.remit import remit_due
from tests.accounts import fresh
from tests.plugins.debits.ledger.test_month_end import END_OF_AUGUST
from tests.plugins.debits.ledger.test_post import book
from tests.plugins.debits.ledger.worked import Scheme, august

AT_ONCE = 4


def all_at_once(app: Flask, work: Callable[[], object]) -> None:
    barrier, faults = Barrier(AT_ONCE), []

    def run() -> None:
        with app.app_context():
            barrier.wait()
            try:
                work()
            except Exception as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    threads = [Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


@pytest.mark.req("B2", "F12")
def test_four_at_once_book_each_event_and_make_each_run_once(
    app_on_both: Flask, scheme_on_both: Scheme, clock: FixedClock
) -> None:
    db.session.rollback()
    all_at_once(app_on_both, lambda: book(clock, august, scheme_on_both))
    assert fresh().scalar(select(func.count()).select_from(LedgerEntry)) == 5
    clock.move_to(END_OF_AUGUST)
    db.session.rollback()
    all_at_once(
        app_on_both,
        lambda: transact(lambda session: remit_due(session, clock, SYSTEM, fee_deducted=False)),
    )
    assert fresh().scalars(select(Remittance.premium)).all() == [5_624]
    assert fresh().scalar(select(func.count()).select_from(RemittanceLine)) == 2
    assert prove(fresh()).holds
