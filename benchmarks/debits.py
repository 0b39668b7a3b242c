"""The money at scale: a month's debit run, its result, and a simulated year, each against the bare work (S5 to S7, S16).

A PostgreSQL server and folders of its own. Prints one JSON document a line.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import click
from sqlalchemy import select, text

from hoshou.app import create_app
from hoshou.base.clock import JST, FixedClock
from hoshou.platform import migrations
from hoshou.platform.calendar import seed_calendar
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.plugins.debits.models.runs import DebitFile
from hoshou.plugins.debits.services.building import build
from hoshou.plugins.debits.services.due import tell_all_due
from hoshou.plugins.debits.services.posting import post_result
from hoshou.plugins.debits.services.results import accept
from hoshou.plugins.debits.services.sealing import download, release, seal
from hoshou.plugins.debits.services.simulation.portfolio import lay_portfolio
from hoshou.plugins.debits.services.simulation.year import GROUP, GROUP_ACTOR, LEAD, LEAD_ACTOR, result_of
from hoshou.plugins.organisations.services.seed import seed_insurers
from tests.databases import postgres_database, postgres_server

SCHEME, TEN_SCHEMES = 7_103, 71_030
FAILURES_OF_TEN_THOUSAND = 300
RUN_GOAL, LINE_GOAL, MEMORY_GOAL, IMPORT_GOAL, YEAR_GOAL = 3.0, 1.1, 256.0, 4.0, 11.0


def tell(what: str, ours: float, other: float, unit: str, goal: float, **more: Any) -> None:
    ratio = round(ours / other, 2)
    click.echo(
        json.dumps(
            {
                "what": what,
                "ours": round(ours, 3),
                "other_side": round(other, 3),
                "unit": unit,
                "ratio": ratio,
                "goal": goal,
                "met": ratio <= goal,
                **more,
            }
        )
    )


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def scheme(server: str, members: int) -> Iterator[FixedClock]:
    """An application with so many booked members, on 3 August 2026."""
    with postgres_database(server) as url, tempfile.TemporaryDirectory() as folder:
        clock = FixedClock(datetime(2026, 8, 3, 10, tzinfo=JST))
        app = create_app({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": folder}, clock=clock)
        with app.app_context():
            migrations.upgrade()
            transact(lambda session: seed_calendar(session, 2025, 4))
            transact(seed_insurers)
            keys = platform().keys
            random = Random(1)  # noqa: S311
            transact(lambda session: lay_portfolio(session, clock, keys, random, 2026, members, 0))
            statement("ANALYZE")
            try:
                yield clock
            finally:
                db.session.remove()
                db.engine.dispose()


def statement(words: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(words))


def silent(_done: int, _total: int) -> None:
    return None


def make_run(clock: FixedClock) -> None:
    """From the due instalments to the finished bank file."""
    here = platform()
    run_id = build(unit_of_work, clock, LEAD_ACTOR, 1, clock.today(), silent)
    seal(unit_of_work, clock, here.keys, here.files, LEAD_ACTOR, LEAD, run_id)


def bare_run(data: bytes) -> None:
    """The database copies the same rows by itself, keys and indexes included, and the same bytes are written."""
    for table in ("debits_line", "debits_line_part"):
        statement(f"INSERT INTO bare_{table} SELECT * FROM {table}")  # noqa: S608
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def take_result(clock: FixedClock, data: bytes) -> None:
    here = platform()
    blob = here.files.put(data)
    result_id = transact(
        lambda session: accept(session, clock, here.keys, GROUP_ACTOR, GROUP, 1, data, "result.txt", blob)
    )
    post_result(unit_of_work, clock, here.keys, here.files, GROUP_ACTOR, result_id, silent)


def bare_import(data: bytes) -> None:
    lines = BytesIO(data).read().decode("cp932").replace("\r\n", "\n")
    with db.engine.begin() as connection:
        cursor = connection.connection.cursor()
        with cursor.copy("COPY bare_result FROM STDIN") as copy:
            copy.write(lines)


def measure_month(server: str, members: int) -> tuple[float, float, float]:
    """Tells a run and its result; returns the run's seconds and, in megabytes, the memory before and after it."""
    with scheme(server, members) as clock:
        before = peak_megabytes()
        ours = seconds(lambda: make_run(clock))
        after = peak_megabytes()
        transact(lambda session: release(session, clock, GROUP_ACTOR, GROUP, 1))
        here = platform()

        def fetch(session: Any) -> bytes:
            file_id = session.scalars(select(DebitFile.id)).one()
            return download(session, clock, here.files, GROUP_ACTOR, GROUP, file_id).data

        request = transact(fetch)
        for table in ("debits_line", "debits_line_part"):
            statement(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        bare = seconds(lambda: bare_run(request))
        tell(
            f"debit run of {members} lines (S5)", ours, bare, "s", RUN_GOAL, microseconds_a_line=per(ours, members)
        )
        clock.move_to(datetime(2026, 8, 20, 10, tzinfo=JST))
        tell_all_due(unit_of_work, clock, clock.today())
        answer = result_of(request, Random(2), FAILURES_OF_TEN_THOUSAND)  # noqa: S311
        statement("CREATE TABLE bare_result (line text)")
        ours_import = seconds(lambda: take_result(clock, answer))
        bare_copy = seconds(lambda: bare_import(answer))
        tell(
            f"result of {members} lines, taken in and booked (S7)",
            ours_import,
            bare_copy,
            "s",
            IMPORT_GOAL,
            microseconds_a_line=per(ours_import, members),
        )
    return ours, before, after


def per(duration: float, lines: int) -> float:
    return round(duration / lines * 1_000_000, 1)


def year(members: int) -> tuple[float, dict[str, Any]]:
    """CPU seconds of a simulated year in a process of its own, and what it came to."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    arguments = ["simulate", "--members", str(members), "--year", "2026", "--failure-rate", "0.03", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", "from hoshou.cli import main; main()", *arguments],
        check=True,
        capture_output=True,
        cwd=Path(__file__).resolve().parents[1],
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    outcome = json.loads(done.stdout)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, outcome


def measure_year(small: int, large: int) -> None:
    (once, first), (ten, second) = year(small), year(large)
    tell(
        f"a scheme year of {large} members against {small} (S16)",
        ten,
        once,
        "CPU s",
        YEAR_GOAL,
        balances=[first["ledger_balance"], second["ledger_balance"]],
        accounted_for=all(one["collected"] + one["outstanding"] == one["due"] for one in (first, second)),
        peak_megabytes=round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    )


@click.command()
@click.option("--small", default=SCHEME, show_default=True, help="members of the real scheme")
@click.option("--large", default=100_000, show_default=True, help="members of the large month")
@click.option("--year/--no-year", "with_year", default=True, help="simulate whole years too, which takes long")
def main(small: int, large: int, with_year: bool) -> None:
    with postgres_server() as server:
        measure_month(server, 500)  # The first one warms everything up.
        once, _before, _after = measure_month(server, small)
        many, before, after = measure_month(server, large)
    tell(
        f"a line of {large} against one of {small} (S6)",
        many / large * 1_000_000,
        once / small * 1_000_000,
        "µs",
        LINE_GOAL,
        more_megabytes=round(after - before, 1),
        memory_met=after - before <= MEMORY_GOAL,
    )
    if with_year:
        measure_year(small, small * 10)


if __name__ == "__main__":
    main()
