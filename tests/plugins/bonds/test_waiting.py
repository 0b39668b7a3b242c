"""検査待ち: what the malware scanner finds is refused, and what it couldn't look at is nobody's to read (A16)."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hoshou.platform import audit
from hoshou.platform.files.model import StoredFile
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.mail.outbox import OutboxMail
from hoshou.plugins.bonds.models import BondFile, BondFolder, BondWaiting
from hoshou.plugins.bonds.services.reading import read_folder
from tests.accounts import fresh
from tests.conftest import NOON, AppMaker
from tests.plugins.bonds.conftest import Office, open_office
from tests.plugins.bonds.test_api import Caller
from tests.plugins.bonds.test_deletion import delete, show
from tests.plugins.bonds.test_upload import opens
from tests.plugins.bonds.uploading import (
    CONTRACTOR,
    PDF,
    POLICY,
    Mail,
    form_values,
    mails,
    press,
    send,
    stored_blobs,
)
from tests.samples import hostile, pdfs
from tests.samples.clamd import EICAR, NAME, clamd

RECORD = "/bonds/folders/show/1"
INFECTED = ("証券.pdf", pdfs.plain() + b"\n% " + EICAR + b"\n%%EOF\n")
CLEAN_TOO = ("別紙.pdf", pdfs.plain(2))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def guarded_office(make_app: AppMaker, url: str) -> Iterator[tuple[Office, int]]:
    """An office whose uploads are scanned, and the port on which the scanner is or isn't."""
    port = free_port()
    app = make_app(url, CLAMD=f"tcp://127.0.0.1:{port}")
    with app.app_context():
        yield open_office(app), port


@pytest.fixture
def guarded(usual_url: str, make_app: AppMaker) -> Iterator[tuple[Office, int]]:
    with guarded_office(make_app, usual_url) as made:
        yield made


@pytest.fixture
def guarded_on_both(make_app: AppMaker, database_url: str) -> Iterator[tuple[Office, int]]:
    with guarded_office(make_app, database_url) as made:
        yield made


def drain(app: Flask, minute: int = 0, *, dry_run: bool = False) -> dict[str, Any]:
    """One run of the job; its result."""
    outcome = run_job(app, all_jobs(app)["bonds.scan"], NOON.replace(minute=minute), dry_run=dry_run)
    assert outcome.state == "done", outcome
    return outcome.result


def hold(office: Office, *files: tuple[str, bytes], **changes: str) -> Any:
    """Upload while there is no scanner."""
    return send(office.agent, form_values(office.ms, **changes), *files).follow()


def secrets_of(pair: list[Mail]) -> tuple[str, str]:
    """Token and password from the two mails of an upload."""
    by_template = {mail.template.removesuffix("_added"): mail for mail in pair}
    return by_template["bonds.viewing_url"].token, by_template["bonds.viewing_password"].password


def count(entity: type) -> int:
    return fresh().scalar(select(func.count()).select_from(entity)) or 0


@pytest.mark.req("A16")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ("eicar.pdf", EICAR), "PDFファイルではありません"),
        (lambda: ("証券.pdf", hostile.attachment(EICAR)), "添付ファイルが含まれている"),
        (lambda: INFECTED, NAME),
    ],
    ids=["alone", "attached", "within"],
)
def test_infected_files_are_refused_and_nothing_is_stored(
    guarded: tuple[Office, int], make: Callable[[], tuple[str, bytes]], words: str
) -> None:
    office, port = guarded
    with clamd(port):
        refused = send(office.agent, form_values(office.ms), PDF, make(), status=400)
    assert words in refused
    assert (count(BondFolder), count(StoredFile), mails(), stored_blobs(office.app)) == (0, 0, [], [])


@pytest.mark.req("A16")
def test_a_clean_upload_goes_through_as_ever(guarded: tuple[Office, int]) -> None:
    office, port = guarded
    with clamd(port) as server:
        assert "検査待ち" not in hold(office, PDF, CLEAN_TOO)
        assert server.scanned == 2
    assert opens(*secrets_of(mails()))
    assert count(BondWaiting) == 0


@pytest.mark.req("A16")
def test_without_a_scanner_configured_nothing_waits(office: Office) -> None:
    send(office.agent, form_values(office.ms))
    assert len(mails()) == 2
    assert drain(office.app) == {"released": 0, "withdrawn": 0, "waiting": 0}


@pytest.mark.req("A16", "A-024")
def test_while_the_scanner_is_down_an_upload_is_kept_and_nobody_reads_it(guarded: tuple[Office, int]) -> None:
    office, _ = guarded
    done = hold(office, PDF)
    assert "検査待ちです" in done
    assert "閲覧用パスワードを、「発注者提出用フォーマット」で" not in done
    record = office.agent.get(RECORD)
    assert '<span class="tag tag--waiting">検査待ち</span>' in record
    assert "ファイル1はウイルス検査を待っています" in record
    assert "再通知" not in record
    assert len(stored_blobs(office.app)) == 1
    assert mails() == []
    for address in ("/bonds/folders/1/files/1/", "/bonds/folders/1/files/1/pages/1"):
        office.agent.get(address, status=404)
    press(office.agent, RECORD, "/bonds/folders/1/files/1/download", status=404)
    assert read_folder(fresh(), 1).files == ()


@pytest.mark.req("A16", "A-024")
def test_once_the_scanner_is_back_the_upload_takes_effect(guarded_on_both: tuple[Office, int]) -> None:
    office, port = guarded_on_both
    hold(office, PDF, CLEAN_TOO)
    assert drain(office.app, 1) == {"released": 0, "withdrawn": 0, "waiting": 1}
    assert drain(office.app, 2, dry_run=True) == {"waiting": 1}
    with clamd(port):
        assert drain(office.app, 3) == {"released": 1, "withdrawn": 0, "waiting": 0}
        assert drain(office.app, 4) == {"released": 0, "withdrawn": 0, "waiting": 0}
    assert {mail.recipient for mail in mails()} == {CONTRACTOR, "agent@example.jp"}
    assert opens(*secrets_of(mails()))
    assert [file.number for file in read_folder(fresh(), 1).files] == [2, 1]
    record = office.agent.get(RECORD)
    assert "検査待ち<" not in record
    assert "ウイルス検査が終わり、ファイル1、2を閲覧できるようにしました" in record
    # Who uploaded can have the form made, as after any upload.
    assert press(office.agent, RECORD, "/bonds/handover/1/form").content_type == "application/pdf"
    assert audit.verify(fresh(), audit.audit_key()) == []


@pytest.mark.req("A16", "A-015", "A-019")
def test_an_added_upload_that_waits_changes_nothing_for_who_may_read(guarded: tuple[Office, int]) -> None:
    office, port = guarded
    with clamd(port):
        hold(office, PDF)
    token, password = secrets_of(mails())
    hold(office, CLEAN_TOO, kind="certificate", replaces="1")
    assert len(mails()) == 2
    answer = show(office.app, token, password)
    assert answer.location.endswith("/files/1")
    assert not fresh().scalars(select(BondFile.replaced_at)).first()
    with clamd(port):
        assert drain(office.app)["released"] == 1
    assert secrets_of(mails()[2:])[0] == token
    assert not opens(token, password)
    assert opens(token, secrets_of(mails()[2:])[1])
    assert "差替済</span>" in office.agent.get(RECORD)


@pytest.mark.req("A16")
def test_what_turns_out_infected_is_withdrawn_and_the_uploader_told(guarded_on_both: tuple[Office, int]) -> None:
    office, port = guarded_on_both
    hold(office, INFECTED, CLEAN_TOO)
    with clamd(port):
        assert drain(office.app) == {"released": 0, "withdrawn": 1, "waiting": 0}
    assert stored_blobs(office.app) == []
    folder = fresh().scalars(select(BondFolder)).one()
    assert folder.deleted_at is not None
    assert folder.deleted_why == "ウイルス検査で不正なプログラムが検出されたため"
    assert {file.stored_file.wrapped_key for file in folder.files} == {b""}
    [mail] = mails()
    assert (mail.recipient, mail.template) == ("agent@example.jp", "bonds.upload_withdrawn")
    assert all(text in mail.body for text in (POLICY, NAME, "証券.pdf、別紙.pdf"))
    assert "登録を取り消しました" in office.agent.get(RECORD)
    assert count(BondWaiting) == 0


@pytest.mark.req("A16", "A-081")
def test_an_infected_addition_goes_and_the_rest_stays(guarded: tuple[Office, int]) -> None:
    office, port = guarded
    with clamd(port):
        hold(office, PDF)
    before = secrets_of(mails())
    hold(office, INFECTED, CLEAN_TOO, insurance_end="2029-03-31", replaces="1")
    with clamd(port):
        assert drain(office.app)["withdrawn"] == 1
    folder = fresh().get_one(BondFolder, 1)
    assert folder.deleted_at is None
    assert folder.insurance_end.isoformat() == "2027-03-31"
    assert [file.number for file in read_folder(fresh(), 1).files] == [1]
    assert not read_folder(fresh(), 1).files[0].is_replaced
    assert opens(*before)
    assert len(stored_blobs(office.app)) == 1
    assert [mail.template for mail in mails()[2:]] == ["bonds.upload_withdrawn"]


@pytest.mark.req("A16")
def test_an_upload_that_is_never_scanned_holds_up_no_other(guarded: tuple[Office, int]) -> None:
    office, port = guarded
    hold(office, ("大.pdf", pdfs.of_size(300_000)))
    hold(office, PDF, policy_number="B-2")
    with clamd(port, limit=200_000):
        assert drain(office.app, 1) == {"released": 1, "withdrawn": 0, "waiting": 1}
    with clamd(port):
        assert drain(office.app, 2) == {"released": 1, "withdrawn": 0, "waiting": 0}


@pytest.mark.req("A16")
def test_a_scanner_that_goes_away_again_loses_nothing(guarded: tuple[Office, int]) -> None:
    office, port = guarded
    for number in range(4):
        hold(office, PDF, policy_number=f"B-{number}")
    with clamd(port) as server:
        judge = server.judge

        def judge_two(content: bytes) -> bytes:
            if server.scanned == 2:
                server.server_close()
                raise ConnectionAbortedError
            return judge(content)

        server.judge = judge_two  # type: ignore[method-assign]
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        assert drain(office.app, 1) == {"released": 2, "withdrawn": 0, "waiting": 2}
    with clamd(port):
        assert drain(office.app, 2) == {"released": 2, "withdrawn": 0, "waiting": 0}
    urls = [mail for mail in mails() if mail.template == "bonds.viewing_url"]
    assert len(urls) == len({mail.token for mail in urls}) == 4


@pytest.mark.req("A16")
def test_switching_the_scanner_off_lets_nothing_out(
    usual_url: str, guarded: tuple[Office, int], make_app: AppMaker
) -> None:
    office, _ = guarded
    hold(office, PDF)
    without = make_app(usual_url)
    with without.app_context():
        assert drain(without) == {"released": 0, "withdrawn": 0, "waiting": 1}
    assert mails() == []


@pytest.mark.req("A16", "A-020", "A25")
def test_a_folder_that_is_deleted_while_it_waits_stays_deleted(guarded: tuple[Office, int]) -> None:
    office, port = guarded
    hold(office, PDF)
    delete(office.agent, "/bonds/deletion/1")
    assert count(BondWaiting) == 0
    with clamd(port):
        assert drain(office.app) == {"released": 0, "withdrawn": 0, "waiting": 0}
    assert (mails(), stored_blobs(office.app)) == ([], [])
    assert "agent@example.jp" not in str(fresh().scalars(select(OutboxMail.recipient)).all())


@pytest.mark.req("A16", "P-023")
def test_the_api_says_that_an_upload_waits(guarded: tuple[Office, int]) -> None:
    office, port = guarded
    caller = Caller(office, office.agent)
    assert caller.upload(form_values(office.ms), PDF, status=201).json["waiting"]
    [file] = caller.get("/api/v1/bonds/folders/1").json["files"]
    assert file["waiting"]
    with clamd(port):
        drain(office.app)
    [file] = caller.get("/api/v1/bonds/folders/1").json["files"]
    assert not file["waiting"]
