"""Workers killed in the middle of an upload lose nothing and double nothing (F1)."""

import random
import time
from pathlib import Path

import pytest
from flask import Flask

from hoshou.platform import pdf
from hoshou.platform.context import platform
from hoshou.platform.db import unit_of_work
from hoshou.platform.files.model import keep
from tests.faults.crew import Hand, Place, Worker, die
from tests.faults.journal import INTENT, OK, Journal
from tests.faults.uploading import STEPS, Sending, arm, findings, know_the_pdf, send, sending
from tests.plugins.bonds.factories import STAFF
from tests.samples.pdfs import plain

RANDOM_KILLS = 15
LATEST_SECONDS = 0.3


def killed_sendings(place: Place, journal: Path, chance: random.Random) -> list[Sending]:
    """Kill a worker at every named step, then some at any moment; every other goes to a folder that all share."""
    begun, inspection = [], pdf.inspect(plain())
    for number, step in enumerate([*STEPS, *[""] * RANDOM_KILLS]):
        what = sending(f"killed-{number:02}-xxxxxxxx", "SHARED" if number % 2 else f"KILLED-{number:02}")
        worker = Worker(place).ready()
        worker.ask(know_the_pdf, inspection)
        worker.answer()
        if step:
            worker.ask(arm, step)
            worker.answer()
        worker.ask(send, journal, what)
        if step:
            with pytest.raises((EOFError, ConnectionResetError)):
                worker.answer()
        else:
            time.sleep(chance.uniform(0, LATEST_SECONDS))
        worker.kill()
        begun.append(what)
    return begun


@pytest.mark.timeout(300)
@pytest.mark.slow
@pytest.mark.req("F1", "A-013", "A-024")
def test_what_was_acknowledged_is_there_and_a_retry_completes_the_rest(
    place: Place, checker: Flask, tmp_path: Path, seed: int
) -> None:
    journal = tmp_path / "journal"
    begun = killed_sendings(place, journal, random.Random(seed))
    assert findings(Journal(journal)) == []
    survivor = Worker(place).ready()
    for what in begun:
        answers = []
        for _ in range(2):
            survivor.ask(send, journal, what)
            answers += survivor.answer()
        assert [answer.error for answer in answers] == ["", ""]
    survivor.leave()
    assert len(Journal(journal).acknowledged()) == len(begun)
    assert Journal(journal).unknown() == []
    assert findings(Journal(journal)) == []


def send_with_the_row_first(_hand: Hand, journal: Path, what: Sending) -> None:
    """The planted fault: the row is committed and acknowledged before its content is on the disk."""
    client, here = Journal(journal), platform()
    client.write(what.key, INTENT, policy_number=what.policy_number, sha256=what.sha256)
    blob = here.files.put(what.content)
    here.files.delete(blob.storage_key)
    with unit_of_work() as session:
        keep(session, here.clock, STAFF, blob, "証券.pdf", "application/pdf")
    client.write(what.key, OK, sha256=what.sha256, answer={})
    die()


@pytest.mark.slow
@pytest.mark.req("F1")
def test_a_row_before_its_content_would_be_found(place: Place, checker: Flask, tmp_path: Path) -> None:
    worker = Worker(place).ready()
    worker.ask(send_with_the_row_first, tmp_path / "journal", sending("planted-xxxxxxxxxx", "PLANTED"))
    with pytest.raises((EOFError, ConnectionResetError)):
        worker.answer()
    worker.kill()
    found = findings(Journal(tmp_path / "journal"))
    assert [finding for finding in found if "has no content" in finding]
    assert [finding for finding in found if "acknowledged and is lost" in finding]
