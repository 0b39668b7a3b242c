"""Does a page or the purge get slower a folder, the more folders there are? 10,000 against 1,000.

On SQLite by the processor's time, which other work on the machine disturbs least; on PostgreSQL, where it is
installed, by the clock, since the work is another process's. Prints one JSON document a measure.
"""

import gc
import json
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.orm import Session
from webtest import TestApp

from hoshou.app import create_app
from hoshou.base.clock import FixedClock
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.subject import Role
from hoshou.plugins.domains.models import OrdererDomain
from hoshou.plugins.retention.jobs import PURGE
from hoshou.plugins.retention.rules.due import purge_day
from hoshou.plugins.retention.services.purge import purge_due
from tests import accounts
from tests.conftest import NOON, set_up, settings_for
from tests.databases import postgres_binaries, postgres_database, postgres_server
from tests.plugins.receipts.crowd import add_crowd
from tests.plugins.retention.ground import INSURED_UNTIL, add_folders

FEW, MANY = 1_000, 10_000
ROUNDS = 40
PAGE_MS, PAGE_RATIO, PURGE_RATIO = 100, 1.2, 1.1
AGENCY = "見本損害保険代理店"
PAGES = {
    "undownloaded": ("agent", "/receipts/list/?side=ahead&days=30"),
    "soon deleted": ("agent", "/retention/list/"),
    "staff home": ("agent", "/home/"),
    "registered bodies": ("public", "/domains"),
    "registered bodies, searched": ("public", "/domains?q=%E5%B8%8200"),
    "registered domains, staff": ("clerk", "/domainview/list/"),
}


@contextmanager
def product(url: str, folder: Path) -> Iterator[Flask]:
    """The product on an empty database, its context entered."""
    set_up(url, folder)
    app = create_app(settings_for(url, folder), clock=FixedClock(NOON))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def fill(app: Flask, count: int) -> None:
    """Folders of three years, a tenth yet to begin, every other one downloaded; and as many registered domains."""
    agency = accounts.add_agency(app, AGENCY, ms="MS-1")
    accounts.add_user(app, "agent", Role.AGENCY, agency=AGENCY)
    accounts.add_user(app, "clerk", Role.ASSOCIATION)
    insurer, today = accounts.insurer_id("ms"), NOON.date()
    with unit_of_work() as session:
        for number in range(10):
            day = today + timedelta(days=7 - 100 * number)
            for downloaded in (False, True):
                add_crowd(
                    session,
                    count // 20,
                    insurer_id=insurer,
                    agency_id=agency,
                    insurance_start=day,
                    downloaded=downloaded,
                )
        add_domains(session, count)
    refresh_statistics()


def add_domains(session: Session, count: int) -> None:
    rows = [
        {
            "domain": f"city{number:05}.example.lg.jp", "organisation": f"見本市{number:05}", "department": "契約課",
            "state": "registered", "usable_from": date(2026, 2, 25), "changed_at": NOON,
        }
        for number in range(count)
    ]  # fmt: skip
    session.execute(insert(OrdererDomain), rows)


def refresh_statistics() -> None:
    """What a database in use has done by itself."""
    with unit_of_work() as session:
        session.execute(text("ANALYZE"))


Readers = dict[str, TestApp]
Timer = Callable[[], float]


def readers(app: Flask, count: int) -> Readers:
    """Who reads the pages, of so many rows."""
    fill(app, count)
    public = accounts.browser(app)
    return {"agent": accounts.log_in(app, "agent"), "clerk": accounts.log_in(app, "clerk"), "public": public}


def page_times(timer: Timer, few: TestApp, many: TestApp, address: str) -> tuple[float, float]:
    """Milliseconds of the quickest of many rounds, taken in turns: what else the machine does disturbs both alike."""
    took: dict[TestApp, list[float]] = {few: [], many: []}
    for reader in (few, many) * (ROUNDS + 1):
        gc.collect()
        begun = timer()
        reader.get(address)
        took[reader].append(timer() - begun)
    return min(took[few][1:]) * 1000, min(took[many][1:]) * 1000


def purge_time(timer: Timer, count: int) -> float:
    """The milliseconds for one of so many due folders, its content included: the median of the purge's batches."""
    add_folders(count)
    refresh_statistics()
    day, clock = purge_day(INSURED_UNTIL), FixedClock(NOON.replace(year=2029))
    ends: list[tuple[float, int]] = []

    def note(done: int, _total: int) -> None:
        ends.append((timer(), done))

    gc.collect()
    purge_due(unit_of_work, clock, platform().files, PURGE, day, note)
    return statistics.median(
        (end - begun) * 1000 / (done - before) for (begun, before), (end, done) in pairwise(ends)
    )


def report(what: str, ours: float, other: float, goal: float, *, most: float | None = None) -> None:
    document = {
        "what": what,
        "ours": round(ours, 2),
        "other_side": round(other, 2),
        "unit": "ms",
        "ratio": round(ours / other, 2),
        "goal": goal,
        "met": ours / other <= goal and (most is None or ours < most),
    }
    click.echo(json.dumps(document))


def measure(database: str, timer: Timer, urls: Callable[[], str], folder: Path) -> None:
    with ExitStack() as products:
        few, many = (
            readers(products.enter_context(product(urls(), folder / f"{database}-pages-{count}")), count)
            for count in (FEW, MANY)
        )
        for name, (reader, address) in PAGES.items():
            other, ours = page_times(timer, few[reader], many[reader], address)
            report(f"{database}: {name}, {MANY} rows against {FEW}", ours, other, PAGE_RATIO, most=PAGE_MS)
    purges: dict[int, float] = {}
    for count in (FEW, MANY):
        with product(urls(), folder / f"{database}-purge-{count}"):
            purges[count] = purge_time(timer, count)
    report(f"{database}: purge, a folder of {MANY} against one of {FEW}", purges[MANY], purges[FEW], PURGE_RATIO)


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as databases:
        folder = Path(temporary)
        measure("SQLite", time.process_time, lambda: f"sqlite:///{folder / secrets.token_hex(8)}.sqlite", folder)
        if os.environ.get("HOSHOU_TEST_POSTGRES") or postgres_binaries():
            server = databases.enter_context(postgres_server())
            measure(
                "PostgreSQL", time.perf_counter, lambda: databases.enter_context(postgres_database(server)), folder
            )


if __name__ == "__main__":
    main()
