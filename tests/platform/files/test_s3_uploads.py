"""Uploads by the staff screen into a bucket that fails: nothing acknowledged is lost, nothing is there by half (F15)."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from hoshou.base.clock import jst
from hoshou.platform.context import platform
from hoshou.platform.db import unit_of_work
from hoshou.platform.files.model import StoredFile
from hoshou.platform.files.sweep import SweepResult, sweep
from hoshou.platform.mail.outbox import OutboxMail
from hoshou.plugins.bonds.models import BondFile, BondFolder, UploadReceipt
from hoshou.plugins.bonds.services.signature_report import make_reports
from tests.accounts import fresh
from tests.conftest import AppMaker
from tests.platform.files.bucket_server import Fault
from tests.platform.files.conftest import PREFIX, BucketGround
from tests.plugins.bonds.conftest import Office, open_office
from tests.plugins.bonds.uploading import PDF, form_values, hidden, press, send
from tests.plugins.retention.ground import run
from tests.samples import pdfs

pytestmark = pytest.mark.req("F15")

KEY = "the-one-key-of-this-click"
NOT_STORED = "ファイルを保存できませんでした。しばらくしてからもう一度お試しください。"
NO_ANSWER = "ファイルの保管先が応答しません。しばらくしてからもう一度お試しください。"


@pytest.fixture
def app(bucket: BucketGround, usual_url: str, make_app: AppMaker) -> Iterator[Flask]:
    app = make_app(usual_url, **bucket.settings)
    with app.app_context():
        yield app


@pytest.fixture
def office(app: Flask) -> Office:
    return open_office(app)


def counts() -> tuple[int | None, ...]:
    session = fresh()
    tables = (BondFolder, BondFile, StoredFile, UploadReceipt, OutboxMail)
    return tuple(session.scalar(select(func.count()).select_from(table)) for table in tables)


def swept() -> SweepResult:
    return sweep(fresh(), platform().files, grace=timedelta(0))


def assert_rows_and_objects_agree(bucket: BucketGround) -> None:
    """As many objects as rows, each with the right content and none of it in the open."""
    files = fresh().scalars(select(StoredFile).where(StoredFile.deleted_at.is_(None))).all()
    for file in files:
        assert hashlib.sha256(platform().files.read(file.blob)).hexdigest() == file.sha256
    objects = bucket.objects()
    assert set(objects) == {f"{PREFIX}/{file.storage_key}" for file in files}
    assert not any(b"%PDF" in content for content in objects.values())


STAYING = [
    ("PUT", Fault.ERROR),
    ("PUT", Fault.SLOW),
    ("PUT", Fault.LOST),
    ("PUT", Fault.FORGOTTEN),
    ("PUT", Fault.ALTERED),
    ("PUT", Fault.WRONG_ETAG),
    ("HEAD", Fault.ABSENT),
]


@pytest.mark.req("F1", "F12", "A27")
def test_what_is_not_stored_is_told_and_the_same_again_is_one_document(
    bucket: BucketGround, impatient: None, office: Office
) -> None:
    for number, (method, fault) in enumerate(STAYING):
        key, values = f"click-{number}-of-this-test", form_values(office.ms, policy_number=f"S3-{number}")
        before = (number, number, number, number, 2 * number)
        bucket.proxy.arm(fault, method)
        assert NOT_STORED in send(office.agent, values, key=key, status=503), fault
        assert fault in bucket.proxy.met
        assert counts() == before, fault
        bucket.proxy.disarm()
        send(office.agent, values, key=key)
        assert counts() == tuple(count + more for count, more in zip(before, (1, 1, 1, 1, 2), strict=True)), fault
        assert swept().missing == []
        assert_rows_and_objects_agree(bucket)


@pytest.mark.req("F1")
def test_the_second_of_two_files_fails_and_the_first_is_swept(bucket: BucketGround, office: Office) -> None:
    files = [PDF, ("特約.pdf", pdfs.plain(2))]
    bucket.begin_parts(f"{PREFIX}/{'1' * 32}")
    bucket.proxy.arm(Fault.ERROR, "PUT", after=1)
    assert NOT_STORED in send(office.agent, form_values(office.ms), *files, key=KEY, status=503)
    assert (counts(), len(bucket.objects())) == ((0, 0, 0, 0, 0), 1)
    bucket.proxy.disarm()
    send(office.agent, form_values(office.ms), *files, key=KEY)
    assert counts() == (1, 2, 2, 1, 2)
    assert len(bucket.objects()) == 3
    # An orphan stays for a day of the server's, whatever time it is here.
    done = run(office.app, "files.sweep", jst(2027, 4, 16, 3, 30))
    assert (done["orphans"], done["unfinished"], bucket.parts()) == ([], 1, [])
    bucket.proxy.ahead = timedelta(hours=25)
    done = run(office.app, "files.sweep", jst(2026, 4, 16, 3, 30))
    assert (len(done["orphans"]), done["missing"]) == (1, [])
    assert_rows_and_objects_agree(bucket)


@pytest.mark.req("F1", "F12")
def test_a_repeated_upload_is_answered_though_its_content_cannot_be_removed(
    bucket: BucketGround, office: Office
) -> None:
    bucket.proxy.arm(Fault.LOST, "PUT", times=1)
    first = send(office.agent, form_values(office.ms), key=KEY)
    bucket.proxy.arm(Fault.ERROR, "DELETE")
    again = send(office.agent, form_values(office.ms), key=KEY)
    assert (again.status_int, again.location) == (302, first.location)
    assert (counts(), len(bucket.objects())) == ((1, 1, 1, 1, 2), 2)
    bucket.proxy.disarm()
    assert len(swept().orphans) == 1
    assert_rows_and_objects_agree(bucket)


@pytest.mark.req("F5", "A25")
def test_a_deletion_is_done_though_the_bucket_does_not_answer(bucket: BucketGround, office: Office) -> None:
    send(office.agent, form_values(office.ms), key=KEY)
    folder = fresh().scalars(select(BondFolder.id)).one()
    bucket.proxy.arm(Fault.ERROR, "DELETE")
    page = f"/bonds/deletion/{folder}"
    fields = {"csrf_token": hidden(office.agent.get(page), "csrf_token"), "reason": "誤登録"}
    assert "フォルダとすべてのファイルを削除しました。" in office.agent.post(page, fields).follow()
    assert len(bucket.objects()) == 1
    bucket.proxy.disarm()
    run(office.app, "retention.purge", jst(2026, 4, 16, 2))
    assert bucket.objects() == {}
    assert fresh().scalars(select(StoredFile.erased_at)).one() is not None


def test_what_cannot_be_read_just_now_is_not_damaged(bucket: BucketGround, office: Office) -> None:
    send(office.agent, form_values(office.ms), key=KEY)
    folder = fresh().scalars(select(BondFolder.id)).one()
    record, download = f"/bonds/folders/show/{folder}", f"/bonds/folders/{folder}/files/1/download"
    with unit_of_work() as session:
        session.execute(update(BondFile).values(signature_report=None))
    bucket.proxy.arm(Fault.ERROR, "GET")
    assert NO_ANSWER in press(office.agent, record, download, status=503)
    assert make_reports(unit_of_work, platform().files) == 0
    assert fresh().scalars(select(BondFile.signature_report)).one() is None
    bucket.proxy.disarm()
    assert press(office.agent, record, download).body == PDF[1]
    assert make_reports(unit_of_work, platform().files) == 1
