"""One click, many requests: one document (F1, F12)."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.files.model import StoredFile
from hoshou.platform.mail.outbox import OutboxMail
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder, UploadReceipt
from hoshou.plugins.bonds.rules.request import UploadForm
from hoshou.plugins.bonds.services.intake import IncomingFile, discard_unused, prepare_upload
from hoshou.plugins.bonds.services.upload import UploadOutcome, upload
from tests.accounts import fresh
from tests.plugins.bonds.conftest import Office
from tests.plugins.bonds.factories import LIMITS
from tests.plugins.bonds.uploading import PAGE, PDF, form_values, hidden, mails, parts, send, stored_blobs
from tests.samples import pdfs

KEY = "the-one-key-of-this-click"


def counts() -> tuple[int | None, ...]:
    session = fresh()
    tables = (BondFolder, BondFile, StoredFile, UploadReceipt, OutboxMail)
    return tuple(session.scalar(select(func.count()).select_from(table)) for table in tables)


@pytest.mark.req("F12")
def test_a_repeated_form_does_nothing_and_answers_the_same(office_on_both: Office) -> None:
    office = office_on_both
    first = send(office.agent, form_values(office.ms), key=KEY)
    second = send(office.agent, form_values(office.ms), key=KEY)
    assert first.location == second.location
    assert counts() == (1, 1, 1, 1, 2)
    assert len(stored_blobs(office.app)) == 1


@pytest.mark.req("F12")
@pytest.mark.parametrize("change", ["field", "file", "name"])
def test_the_same_key_with_other_content_is_refused(office: Office, change: str) -> None:
    send(office.agent, form_values(office.ms), key=KEY)
    values = form_values(office.ms, **({"project_name": "別の工事"} if change == "field" else {}))
    file = ("証券2.pdf" if change == "name" else "証券.pdf", pdfs.plain(2 if change == "file" else 1))
    answer = send(office.agent, values, file, key=KEY, status=400)
    assert "別の内容で受け付けています" in answer
    assert counts() == (1, 1, 1, 1, 2)
    assert len(stored_blobs(office.app)) == 1


@pytest.mark.req("F12", "A11")
def test_a_key_is_the_users_own(office: Office) -> None:
    send(office.agent, form_values(office.ms), key=KEY)
    clerk = office.someone("clerk", Role.INSURER, insurer="ms")
    clerk.get(f"/bonds/upload/done/{KEY}", status=404)
    send(clerk, form_values(office.ms, policy_number="B-2"), key=KEY)
    assert counts() == (2, 2, 2, 2, 4)


@pytest.mark.req("F12")
@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with space", "改行\n12345678"])
def test_a_key_must_be_one(office: Office, key: str) -> None:
    page = office.agent.get(PAGE)
    fields = form_values(office.ms) | {"csrf_token": hidden(page, "csrf_token"), "idempotency_key": key}
    office.agent.post(PAGE, fields, upload_files=parts([("証券.pdf", pdfs.plain())]), status=400)
    assert counts() == (0, 0, 0, 0, 0)


def one_upload(app: Flask, agency: int, insurer: int, user: int) -> UploadOutcome:
    """What the screen does, at the service's level: prepare, one transaction, tidy up."""
    with app.app_context():
        here = platform()
        actor = Actor(ActorKind.STAFF, "agent", user)
        subject = Subject(user, "agent", "agent@example.jp", frozenset({"agency"}), agency_id=agency)
        prepared = prepare_upload(
            here.files,
            UploadForm(**form_values(insurer)),  # type: ignore[arg-type]
            [IncomingFile(*PDF)],
            LIMITS,
        )
        try:
            return transact(
                lambda session: upload(
                    session,
                    here.clock,
                    here.keys,
                    actor,
                    subject,
                    prepared,
                    idempotency_key=KEY,
                    limits=LIMITS,
                    public_url="https://example.jp",
                )
            )
        finally:
            discard_unused(db.session(), here.files, prepared)


@pytest.mark.req("F1", "F12", "A-013")
@pytest.mark.slow
def test_twenty_at_once_make_one_document(office_on_both: Office) -> None:
    office = office_on_both

    def run(_number: int) -> UploadOutcome:
        return Context().run(one_upload, office.app, office.agency, office.ms, office.agent_id)

    with ThreadPoolExecutor(20) as pool:
        outcomes = set(pool.map(run, range(20)))
    assert len(outcomes) == 1
    assert counts() == (1, 1, 1, 1, 2)
    assert len(stored_blobs(office.app)) == 1
    assert len(mails()) == 2
