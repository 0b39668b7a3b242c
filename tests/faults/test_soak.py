"""Days of work one after the other, hour by hour: nothing grows, nothing is left open, nothing waits (F20)."""

import gc
import os
import tempfile
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.base.clock import FixedClock
from hoshou.platform.db import db
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runs import JobRun, RunState
from hoshou.platform.jobs.scheduler import run_due
from hoshou.platform.mail.outbox import WAITING, OutboxMail
from hoshou.platform.subject import Role
from tests.accounts import add_agency, add_user, insurer_id, log_in
from tests.conftest import THOROUGH, AppMaker
from tests.platform.mail.server import Mailbox
from tests.plugins.bonds.uploading import form_values, send
from tests.plugins.public_site import PublicSite, images

DAYS, HOURS_A_STEP = (6, 1) if THOROUGH else (1, 6)
"""After the first day, which warms up."""

MOST_GROWTH = 0.05


@dataclass(frozen=True)
class Held:
    """What a process holds at the end of a day; ``memory`` in bytes."""

    memory: int
    files: int
    threads: int
    temporary: int
    connections: int
    waiting: int


def held(app: Flask) -> Held:
    gc.collect()
    with app.app_context():
        waiting = db.session.scalar(
            select(func.count()).select_from(OutboxMail).where(OutboxMail.state.in_(WAITING))
        )
        db.session.remove()
        connections = db.engine.pool.checkedout()
    store = Path(app.config["DATA_DIR"]) / "files" / "incoming"
    return Held(
        memory=int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE"),
        files=len(list(Path("/proc/self/fd").iterdir())),
        threads=threading.active_count(),
        temporary=len([*Path(tempfile.gettempdir()).iterdir(), *store.iterdir()]),
        connections=connections,
        waiting=waiting or 0,
    )


class Town:
    """An agency that uploads, a contractor that looks, an orderer that downloads, and every job at its time."""

    def __init__(self, app: Flask, clock: FixedClock) -> None:
        self.app, self.clock, self.site = app, clock, PublicSite(app, clock)
        add_agency(app, "見本損害保険代理店", ms="MS-1")
        add_user(app, "agent", Role.AGENCY, agency="見本損害保険代理店")
        self.site.register()
        with app.app_context():
            self.insurer = insurer_id("ms")
        self.steps = 0

    def work(self) -> None:
        self.steps += 1
        agent = log_in(self.app, "agent")
        send(agent, form_values(self.insurer, policy_number=f"S{self.steps:08d}"), status=302)
        agent.get("/bonds/folders/list/")
        agent.get("/home/")
        made = self.site.folder()
        contractor, page = self.site.enter(made)
        assert contractor.get(images(page)[0]).content_type == "image/jpeg"
        _orderer, preview = self.site.preview(made)
        assert preview.click("^ダウンロード$").body.startswith(b"%PDF")
        self.run_jobs()

    def run_jobs(self) -> None:
        for job in all_jobs(self.app).values():
            run_due(self.app, job)

    def day(self) -> Held:
        for _ in range(24 // HOURS_A_STEP):
            self.work()
            self.clock.move_to(self.clock.now() + timedelta(hours=HOURS_A_STEP))
        # What the jobs of the last hour wrote goes out a minute later.
        for _ in range(2):
            self.run_jobs()
            self.clock.advance(timedelta(minutes=1))
        return held(self.app)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.req("F20")
def test_a_day_leaves_nothing_behind(
    usual_url: str, make_app: AppMaker, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with Mailbox().open() as mailbox:
        app = make_app(usual_url, MAIL_PORT=mailbox.port, SERVICE_HOURS_ENFORCED=False)
        town = Town(app, clock)
        first = town.day()
        for _ in range(DAYS):
            last = town.day()
        with app.app_context():
            failed = db.session.scalars(select(JobRun.job).where(JobRun.state == RunState.FAILED.value)).all()
            sent = db.session.scalar(select(func.count()).select_from(OutboxMail))
            db.session.remove()
    assert failed == []
    assert sent
    assert len(mailbox.arrivals) == sent
    assert (last.files, last.threads) == (first.files, first.threads)
    assert (last.temporary, last.connections, last.waiting) == (0, 0, 0)
    assert last.memory < first.memory * (1 + MOST_GROWTH), f"{first.memory:,} → {last.memory:,}"
