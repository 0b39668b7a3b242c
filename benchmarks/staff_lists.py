"""Pages of the staff's lists over many rows, against the same pages over a thousand (S1).

What counts is the processor's time of a page, in process; with PostgreSQL its server's time is seen by the clock.
Prints one JSON document for each list and database.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import insert, text

from hoshou.app import create_app
from hoshou.base.clock import FixedClock
from hoshou.platform.db import db, transact
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFolder
from tests.accounts import add_user, log_in
from tests.conftest import NOON, set_up, settings_for
from tests.databases import postgres_database, postgres_server
from tests.plugins.bonds.factories import make_folder
from tests.plugins.guardkun.ground import lay_ground
from tests.plugins.guardkun.many import add_many

FEW, FOLDERS, ENROLMENTS = 1_000, 100_000, 20_000
ROUNDS = 30
GOAL = 1.2
ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Pages:
    """A list's pages by what is asked, and how its rows are laid."""

    reader: str
    many: int
    lay: Callable[[Any, int], None]
    addresses: dict[str, str]


def lay_folders(session: Any, count: int) -> None:
    """Folders of all insurers, alike but for number and period."""
    first = session.get_one(BondFolder, make_folder(session).folder_id)
    pattern = {column.key: getattr(first, column.key) for column in BondFolder.__table__.columns}
    rows = (
        {
            **pattern,
            "id": number,
            "insurer_id": number % 8 + 1,
            "policy_number": f"N{number:08d}",
            "insurance_end": date(2026, 1, 1) + timedelta(days=number % 1500),
            "token_digest": f"{number:064x}",
        }
        for number in range(first.id + 1, count + 1)
    )
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == ROWS_AT_ONCE:
            session.execute(insert(BondFolder), chunk)
            chunk = []
    if chunk:
        session.execute(insert(BondFolder), chunk)


def lay_enrolments(session: Any, count: int) -> None:
    add_many(session, lay_ground(session), count)


def addresses(path: str, view: str, *, number: str, ordered: str, deep: int = 39) -> dict[str, str]:
    return {
        "first page": path,
        "one number": f"{path}?{number}",
        "sorted": f"{path}?_oc_{view}={ordered}&_od_{view}=asc",
        "deep page": f"{path}?page_{view}={deep}",
    }


LISTS = {
    "folders": Pages(
        "auditor",
        FOLDERS,
        lay_folders,
        addresses(
            "/bonds/folders/list/",
            "BondFolderView",
            number="_flt_0_policy_number=N00000500",
            ordered="insurance_end",
        ),
    ),
    "quotes": Pages(
        "lead",
        ENROLMENTS,
        lay_enrolments,
        addresses("/guardkun/quotes/list/", "GuardkunQuoteView", number="_flt_0_number=Q0000500", ordered="start"),
    ),
    "members": Pages(
        "lead",
        ENROLMENTS,
        lay_enrolments,
        addresses(
            "/guardkun/members/list/", "GuardkunMemberView", number="_flt_0_member_number=13-00500", ordered="name"
        ),
    ),
    "enrolments": Pages(
        "lead",
        ENROLMENTS,
        lay_enrolments,
        {
            "first page": "/guardkun/enrolments/list/",
            "one number": "/guardkun/enrolments/list/?words=S0000500",
            "one stage": "/guardkun/enrolments/list/?stage=at_lead",
            "deep page": "/guardkun/enrolments/list/?before=500",
        },
    ),
}


@contextmanager
def site_with(kind: str, pages: Pages, count: int) -> Iterator[Flask]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if kind == "sqlite":
            yield from laid(f"sqlite:///{folder}/benchmark.sqlite", folder, pages, count)
        else:
            with postgres_server() as server, postgres_database(server) as url:
                yield from laid(url, folder, pages, count)


def laid(url: str, folder: Path, pages: Pages, count: int) -> Iterator[Flask]:
    set_up(url, folder)
    app = create_app(settings_for(url, folder), clock=FixedClock(NOON))
    with app.app_context():
        transact(lambda session: pages.lay(session, count))
        transact(lambda session: session.execute(text("ANALYZE")))
        db.session.remove()
    add_user(app, "auditor", Role.AUDITOR)
    add_user(app, "lead", Role.LEAD_OFFICE, insurer="ms")
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def times(kind: str, pages: Pages) -> tuple[dict[str, float], dict[str, float]]:
    """The median of each page in milliseconds, over few rows and over many, measured in turns."""
    measure = time.process_time if kind == "sqlite" else time.perf_counter
    with site_with(kind, pages, FEW) as small, site_with(kind, pages, pages.many) as large:
        clients = log_in(small, pages.reader), log_in(large, pages.reader)
        few: dict[str, float] = {}
        many: dict[str, float] = {}
        for what, address in pages.addresses.items():
            taken: tuple[list[float], list[float]] = ([], [])
            for _round in range(ROUNDS):
                for client, seconds in zip(clients, taken, strict=True):
                    begun = measure()
                    client.get(address)
                    seconds.append(measure() - begun)
            few[what], many[what] = (statistics.median(seconds) * 1000 for seconds in taken)
    return few, many


def main() -> None:
    kinds = sys.argv[1:] or ["sqlite", "postgres"]
    for kind in kinds:
        for name, pages in LISTS.items():
            few, many = times(kind, pages)
            ratios = {what: round(many[what] / few[what], 2) for what in few}
            report = {
                "what": f"list of {name} over {pages.many:,} rows against {FEW:,} ({kind})",
                "ours": {what: round(found, 1) for what, found in many.items()},
                "other_side": {what: round(found, 1) for what, found in few.items()},
                "unit": "ms",
                "ratio": max(ratios.values()),
                "ratios": ratios,
                "goal": GOAL,
                "met": max(ratios.values()) <= GOAL,
            }
            click.echo(json.dumps(report, ensure_ascii=False))


if __name__ == "__main__":
    main()
