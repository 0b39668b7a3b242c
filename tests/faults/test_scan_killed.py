"""Waiting uploads drained by runs that are killed, and by several at once: none is lost, none let out twice (A16)."""

from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from hoshou.platform import audit, pdf
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.mail.outbox import OutboxMail
from hoshou.plugins.bonds.jobs import SCAN
from hoshou.plugins.bonds.models import BondFolder, BondWaiting
from hoshou.plugins.bonds.services.scan import scan_waiting
from tests.faults.crew import Hand, Place, Worker, crew, die
from tests.faults.ground import public_url
from tests.faults.uploading import know_the_pdf, send, sending
from tests.plugins.bonds.test_waiting import free_port
from tests.samples.clamd import EICAR, clamd
from tests.samples.pdfs import plain

UPLOADS = 6
INFECTED = f"HELD-{UPLOADS - 1}"
FREED = ["bonds.viewing_password", "bonds.viewing_url"]
KILLS = (("before_commit", 3), ("after_flush", 4), ("after_commit", 6))
"""Where runs are killed: an event of the database session, and which one of them."""


def drain() -> dict[str, int]:
    """What the scheduler's job does."""
    here = platform()
    url = public_url()
    return asdict(scan_waiting(unit_of_work, here.clock, here.keys, here.files, here.scanner, SCAN, url))


def drain_together(hand: Hand) -> dict[str, int]:
    hand.wait()
    return drain()


def drain_and_die(_hand: Hand, name: str, number: int) -> None:
    """A run that is killed at the event."""
    seen = 0

    @event.listens_for(db.session, name)
    def on_event(*_arguments: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            die()

    drain()


def hold_uploads(place: Place, journal: Path) -> None:
    """Uploads made while there is no scanner; the last one is infected."""
    worker = Worker(place).ready()
    worker.ask(know_the_pdf, pdf.inspect(plain()))
    worker.answer()
    for number in range(UPLOADS):
        what = sending(f"held-{number}-xxxxxxxxxxx", f"HELD-{number}")
        if what.policy_number == INFECTED:
            what = replace(what, content=what.content + EICAR)
        worker.ask(send, journal, what)
        [result] = worker.answer()
        assert result.value["waiting"], result
    worker.leave()


def findings() -> list[str]:
    """What is wrong once nothing waits any more."""
    db.session.rollback()
    wrong = []
    folders = db.session.scalars(select(BondFolder)).all()
    for folder in folders:
        about = (OutboxMail.about_kind == "bonds_folder", OutboxMail.about_id == str(folder.id))
        mails = sorted(db.session.scalars(select(OutboxMail.template_key).where(*about)))
        is_infected = folder.policy_number == INFECTED
        if mails != (["bonds.upload_withdrawn"] if is_infected else FREED):
            wrong.append(f"{folder.policy_number}: {mails}")
        if (folder.deleted_at is not None, folder.password_serial) != (is_infected, int(not is_infected)):
            wrong.append(f"{folder.policy_number} is in the wrong state")
    if len(folders) != UPLOADS:
        wrong.append(f"{len(folders)} folders")
    return wrong + [str(problem) for problem in audit.verify(db.session(), audit.audit_key())]


@pytest.mark.slow
@pytest.mark.req("A16")
def test_runs_killed_anywhere_and_runs_at_once_lose_nothing_and_double_nothing(
    place: Place, checker: Flask, tmp_path: Path
) -> None:
    port = free_port()
    place = replace(place, settings={"CLAMD": f"tcp://127.0.0.1:{port}"})
    hold_uploads(place, tmp_path / "journal")
    with clamd(port):
        for name, number in KILLS:
            worker = Worker(place).ready()
            worker.ask(drain_and_die, name, number)
            with pytest.raises((EOFError, ConnectionResetError)):
                worker.answer()
            worker.kill()
        with crew(place, processes=2, threads=2) as workers:
            results = workers.together(drain_together)
    assert {result.error for result in results} == {""}
    done = Counter[str]()
    for result in results:
        done.update(result.value)
    assert done["released"] + done["withdrawn"] > 1, "the killed runs left nothing for those at once"
    assert done["waiting"] == 0
    assert db.session.scalars(select(BondWaiting)).all() == []
    assert findings() == []
