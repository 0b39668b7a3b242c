"""The demo's debits are told by the product's own services, up to the day on which it is made."""

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.base.clock import jst
from hoshou.platform.calculators import Calculators
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.failures import FailureTask, Lapse
from hoshou.plugins.debits.models.remittances import Remittance
from hoshou.plugins.debits.models.runs import DebitLine, DebitRun
from hoshou.plugins.debits.models.settlements import EndingReceivable
from hoshou.plugins.debits.services import results, sealing
from hoshou.plugins.debits.services.ledger.balances import prove
from hoshou.plugins.demo.rules.portfolio import demo_policies
from hoshou.plugins.demo.services import debits, parties, scheme
from hoshou.plugins.guardkun.services.seed import seed_scheme
from hoshou.plugins.premium.services.sample import person_called
from tests.conftest import NOON


def tell(now: datetime) -> None:
    here = platform()
    transact(lambda session: seed_scheme(session, here.clock))
    transact(lambda session: parties.seed_agencies(session, demo_policies(NOON.date())))
    transact(lambda session: parties.seed_accounts(session, here.clock))
    transact(lambda session: scheme.seed_masters(session, here.clock))
    scheme.enrol(Calculators(here.plugins.collect("calculators")), here.keys, here.files)
    debits.tell_debits(now, here.keys, here.files)


def runs() -> list[tuple[str, str]]:
    rows = db.session.execute(select(DebitRun.debit_date, DebitRun.state).order_by(DebitRun.debit_date))
    return [(day.isoformat(), state) for day, state in rows]


@pytest.mark.req("P-020", "B-072", "B-073", "B-076", "B4", "B5")
def test_the_months_up_to_today_are_told_and_the_next_run_waits(demo_app: Flask) -> None:
    tell(jst(2026, 11, 22, 12))
    assert debits.is_seeded(db.session())
    assert runs() == [
        ("2026-08-12", "closed"),
        ("2026-09-14", "closed"),
        ("2026-10-13", "closed"),
        ("2026-11-12", "released"),
        ("2026-12-14", "sealed"),
    ]
    lapses = db.session.scalars(select(Lapse.state).order_by(Lapse.id)).all()
    assert lapses == ["paid", "confirmed", "proposed"]
    undecided = select(func.count()).select_from(DebitLine).where(DebitLine.state == "undecided")
    assert db.session.scalar(undecided) == 1
    assert db.session.scalars(select(EndingReceivable.required)).all() == [4]
    assert {task.kind for task in db.session.scalars(select(FailureTask).where(FailureTask.state == "open"))} == {
        *("prefecture", "branch", "mandate", "transfer")
    }
    months = db.session.scalars(select(Remittance.month).order_by(Remittance.month)).all()
    assert [month.month for month in months] == [8, 9, 10]
    assert prove(db.session()).holds
    release_and_answer(5)


def release_and_answer(run_id: int) -> None:
    """As the walk has it: the second person releases, and hands the sample result in."""
    here = platform()
    data = debits.sample_result(here.files)
    assert data is not None
    blob = here.files.put(data)
    with unit_of_work() as session:
        second = person_called(session, "group2")
        subject = Subject(second.user_id or 0, "group2", "", frozenset({Role.GROUP_ASSOCIATION.value}))
        sealing.release(session, here.clock, second, subject, run_id)
        results.accept(session, here.clock, here.keys, second, subject, run_id, data, "r.txt", blob)


@pytest.mark.parametrize(
    ("now", "months"),
    [
        (NOON, 2),
        (jst(2026, 10, 20, 11), 2),
        (jst(2026, 10, 20, 12), 3),
        (jst(2028, 1, 1), 12),
    ],
)
def test_two_months_are_told_at_least_and_never_more_than_the_year(now: datetime, months: int) -> None:
    told = debits.months_told(now)
    assert (told[0], len(told)) == (date(2026, 8, 1), months)
