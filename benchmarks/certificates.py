"""Booking and issue of all certificates of the scheme, against bare Typst compiling the same documents (S8).

Both sides use all cores and keep their compilers. Ours reads the rows, prints, encrypts, stores durably and notes
each certificate with its audit entry; the other side compiles prepared sources and drops the result. Prints one
JSON document for each database.
"""

import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import typst
from flask import Flask
from noto_cjk_sans_jp_bold import FONT_PATH as BOLD
from noto_cjk_sans_jp_regular import FONT_PATH as REGULAR
from sqlalchemy import select

import hoshou.platform.documents
from hoshou.app import create_app
from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import Refused
from hoshou.platform.context import platform
from hoshou.platform.db import db, reading, transact
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.services.batches import open_batch, progress_of, start_batch
from hoshou.plugins.guardkun.services.documents.certificate import TITLE
from hoshou.plugins.guardkun.services.documents.facts import enrolments_facts
from hoshou.plugins.guardkun.services.documents.printing import enrolment_data, template_of
from hoshou.plugins.guardkun.services.issue import start_issue
from tests.conftest import set_up, settings_for
from tests.databases import postgres_database, postgres_server
from tests.plugins.guardkun.documents.shelf import lay
from tests.plugins.guardkun.many import REAL_SIZE, add_many
from tests.plugins.guardkun.way import CLERK, subject

AT = jst(2026, 5, 1, 9)
START = date(2026, 6, 1)
GOAL = 1.2
TEMPLATE = template_of("certificate")
PACKAGES = Path(hoshou.platform.documents.__file__).parent / "typst"
CORES = os.cpu_count() or 1
READ_AT_ONCE = 500


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of all processors."""

    wall: float
    cpu: float


def cost_of(work: Callable[[], object]) -> Cost:
    cpu, begun = processor_time(), time.perf_counter()
    work()
    return Cost(time.perf_counter() - begun, processor_time() - cpu)


def processor_time() -> float:
    """Of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/benchmark.sqlite"
        return
    with postgres_server() as server, postgres_database(server) as url:
        yield url


def book_and_issue(app: Flask, count: int) -> tuple[Cost, Cost]:
    """What booking costs and what issuing."""
    lead, here, jobs = subject(Role.LEAD_OFFICE), platform(), all_jobs(app)

    def open_all(session: Any) -> int:
        ground = lay(session)
        add_many(session, ground, count)
        batch = open_batch(session, here.clock, CLERK, lead, ground.year_id, START, 1)
        start_batch(session, here.clock, CLERK, lead, batch.id)
        return batch.id

    batch = transact(open_all)
    db.session.rollback()
    booking = cost_of(lambda: run_job(app, jobs["guardkun.booking"], AT))
    transact(lambda session: start_issue(session, here.clock, CLERK, lead, batch))
    issue = cost_of(lambda: run_job(app, jobs["guardkun.certificates"], AT))
    if progress_of(db.session(), batch).certified != count:
        raise RuntimeError("not every certificate was issued")
    return booking, issue


def sources() -> list[bytes]:
    """The documents as the compiler gets them."""
    found = []
    with reading() as session:
        enrolments = session.scalars(select(Enrolment).order_by(Enrolment.id)).all()
        for at in range(0, len(enrolments), READ_AT_ONCE):
            for facts in enrolments_facts(session, enrolments[at : at + READ_AT_ONCE], AT):
                if isinstance(facts, Refused):
                    raise facts
                data = enrolment_data(TITLE, facts.policy_number, AT.date(), facts)
                text = json.dumps(json.dumps(data, ensure_ascii=False, default=date.isoformat), ensure_ascii=False)
                found.append(f'#import "/{TEMPLATE.name}": document\n#document(json(bytes({text})))'.encode())
    return found


kept = threading.local()


def compile_bare(source: bytes) -> int:
    """The size of the document."""
    if not hasattr(kept, "compiler"):
        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[Path(str(font)).parent for font in (REGULAR, BOLD)],
        )
        kept.compiler = typst.Compiler(font_paths=fonts, package_path=str(PACKAGES))
    pdf = kept.compiler.compile(
        input=source,
        root=TEMPLATE.parent,
        format="pdf",
        pdf_standards=["a-2a", "ua-1"],
        timestamp=datetime(2026, 5, 1, tzinfo=UTC),
    )
    return len(pdf)


def compile_all(documents: list[bytes]) -> None:
    with ThreadPoolExecutor(CORES) as pool:
        if not all(pool.map(compile_bare, documents)):
            raise RuntimeError("not every document was compiled")


def measure(kind: str, count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, database(kind, Path(name)) as url:
        set_up(url, Path(name))
        app = create_app(settings_for(url, Path(name)), clock=FixedClock(AT))
        with app.app_context():
            booking, issue = book_and_issue(app, count)
            documents = sources()
            db.session.remove()
            db.engine.dispose()
        bare = cost_of(lambda: compile_all(documents))
    return {
        "what": f"issue of {count} certificates ({kind}) against bare Typst",
        "ours": round(issue.wall, 1),
        "other_side": round(bare.wall, 1),
        "unit": "s",
        "ratio": round(issue.wall / bare.wall, 2),
        "goal": GOAL,
        "met": issue.wall / bare.wall <= GOAL,
        "processor_seconds": {"ours": round(issue.cpu, 1), "other_side": round(bare.cpu, 1)},
        "ratio_of_processor_seconds": round(issue.cpu / bare.cpu, 2),
        "booking": {"seconds": round(booking.wall, 1), "processor_seconds": round(booking.cpu, 1)},
    }


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else REAL_SIZE
    for kind in ("sqlite", "postgres"):
        click.echo(json.dumps(measure(kind, count), ensure_ascii=False))


if __name__ == "__main__":
    main()
