"""誤登録 and 番号訂正: what goes, what stays, who may (A-019 to A-023, A-039, manual Q13 and Q14)."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from webtest import TestApp, TestResponse

from hoshou.base.errors import DomainError
from hoshou.platform import audit, tickets
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import unit_of_work
from hoshou.platform.files.model import StoredFile
from hoshou.platform.mail.outbox import MailState, OutboxMail
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFile, BondFolder, BondHandover
from hoshou.plugins.bonds.rules.deletion import UploadedFile, insurance_end_without, no_longer_replaced
from hoshou.plugins.bonds.services import delete_folder as deleting
from hoshou.plugins.bonds.services.end_access import folder_subject
from tests.accounts import browser, fresh
from tests.plugins.bonds.conftest import Office
from tests.plugins.bonds.uploading import PDF, POLICY, form_values, hidden, mails, parts, send, stored_blobs
from tests.refusals import refused
from tests.samples import pdfs

RECORD = "/bonds/folders/show/1"
FOLDER = "/bonds/deletion/1"
FILE = "/bonds/deletion/1/files/%d"
CORRECT = "/bonds/upload/correct/1"
RIGHT = "B987654321"
WHY = "別の契約のPDFだったため"


def delete(user: TestApp, address: str, reason: str = WHY, **options: object) -> TestResponse:
    """Open the page that asks for the reason, and send it."""
    token = hidden(user.get("/tokens/"), "csrf_token")
    return user.post(address, {"csrf_token": token, "reason": reason}, **options)


def correct(user: TestApp, values: dict[str, str], **options: object) -> TestResponse:
    page = user.get(CORRECT)
    fields = {
        "reason": "番号の入力誤り",
        **values,
        "csrf_token": hidden(page, "csrf_token"),
        "idempotency_key": hidden(page, "idempotency_key"),
    }
    return user.post(CORRECT, fields, upload_files=parts([PDF]), **options)


def show(app: Flask, token: str, password: str) -> TestResponse:
    """The viewing URL with a password, as somebody outside enters it."""
    stranger = browser(app)
    page = stranger.get(f"/v/{token}")
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found is not None
    return stranger.post(f"/v/{token}", {"csrf_token": found[1], "password": password}, status="*")


@pytest.fixture
def uploaded(office: Office) -> Office:
    send(office.agent, form_values(office.ms))
    return office


@pytest.fixture
def twice(uploaded: Office) -> Office:
    values = form_values(uploaded.ms, insurance_end="2029-03-31", kind="change_notice")
    send(uploaded.agent, values, ("変更.pdf", pdfs.plain(2)))
    return uploaded


@pytest.mark.req("A-022", "A-081", "A25")
def test_a_deleted_file_leaves_its_row_and_the_audit_log_and_nothing_on_the_disk(twice: Office) -> None:
    assert len(stored_blobs(twice.app)) == 2
    told = delete(twice.agent, FILE % 2).follow()
    assert "ファイル2を削除しました" in told
    assert f"ファイル2を削除しました（理由：{WHY}）" in told
    session = fresh()
    [kept, gone] = session.scalars(select(BondFile).order_by(BondFile.number))
    assert (kept.deleted_at, gone.deleted_why) == (None, WHY)
    assert gone.stored_file.erased_at is not None
    assert gone.stored_file.wrapped_key == b""
    [blob] = stored_blobs(twice.app)
    assert blob.name == kept.stored_file.storage_key
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "bonds.file_deleted")).one()
    assert entry.actor_name == "agent"
    assert gone.stored_file.sha256 in entry.detail
    assert WHY in entry.detail
    # The last upload that is left counts for retention again.
    assert session.get_one(BondFolder, 1).insurance_end.isoformat() == "2027-03-31"


@pytest.mark.req("A-022")
def test_a_viewer_sees_the_deleted_file_no_more(twice: Office) -> None:
    *_, url, password = mails()
    delete(twice.agent, FILE % 2)
    answer = show(twice.app, url.token, password.password)
    assert answer.location.endswith("/files/1")


@pytest.mark.req("A-019", "A-021", "D-03")
@pytest.mark.parametrize("kind", ["certificate", "change_notice"])
def test_a_replaced_file_stays_and_is_valid_again_when_its_replacement_is_deleted(
    office: Office, kind: str
) -> None:
    send(office.agent, form_values(office.ms, kind=kind))
    first_url, first_password = mails()
    send(office.agent, form_values(office.ms, kind=kind, replaces="1"), ("正.pdf", pdfs.plain(2)))
    url, password = mails()[2:]
    assert (url.token, password.password != first_password.password) == (first_url.token, True)
    assert "差替済" in office.agent.get(RECORD)
    assert len(stored_blobs(office.app)) == 2
    delete(office.agent, FILE % 2)
    assert "差替済</span>" not in office.agent.get(RECORD)


@pytest.mark.req("A-022")
@pytest.mark.parametrize(
    ("reason", "told"), [("", "削除する理由を入力"), (" ", "理由を入力"), ("あ" * 501, "500文字以内")]
)
@pytest.mark.parametrize("address", [FOLDER, FILE % 1])
def test_without_a_proper_reason_nothing_is_deleted(twice: Office, address: str, reason: str, told: str) -> None:
    assert told in delete(twice.agent, address, reason, status=400)
    assert fresh().scalars(select(StoredFile.deleted_at)).all() == [None, None]


@pytest.mark.req("A-022", "A-020")
def test_the_last_file_goes_only_with_its_folder(twice: Office) -> None:
    delete(twice.agent, FILE % 1)
    assert "フォルダごと削除してください" in delete(twice.agent, FILE % 2, status=400)
    delete(twice.agent, FILE % 1, status=404)
    delete(twice.agent, FOLDER)
    assert stored_blobs(twice.app) == []


@pytest.mark.req("A-020", "A-039", "A-082", "D-46", "A25")
def test_a_deleted_folder_is_a_tombstone_without_people(uploaded: Office) -> None:
    url, password = mails()
    told = delete(uploaded.agent, FOLDER).follow()
    assert "フォルダとすべてのファイルを削除しました" in told
    for action in ("追加アップロード", "再通知", "番号訂正", "ダウンロード"):
        assert action not in told
    session = fresh()
    folder = session.get_one(BondFolder, 1)
    assert (folder.policy_number, folder.deleted_why) == (POLICY, WHY)
    assert (folder.contractor_name, folder.contractor_email, folder.project_name, folder.orderer_name) == ("",) * 4
    assert folder.token_sealed is None
    assert folder.token_digest
    assert folder.password_hash
    assert session.scalars(select(BondHandover.password_sealed)).all() == [None]
    [file] = session.scalars(select(StoredFile))
    assert (file.original_name, file.wrapped_key) == ("", b"")
    assert len(file.sha256) == 64
    assert stored_blobs(uploaded.app) == []
    assert audit.verify(session, audit.audit_key()) == []
    gone = show(uploaded.app, url.token, password.password)
    assert gone.status_int == 410
    assert "契約締結したときにダウンロードした証券等を確認ください" in gone
    assert "誤登録したファイル" in gone
    other = show(uploaded.app, url.token, "AAAA-AAAA-AAAA")
    none = show(uploaded.app, "x" * 43, password.password)
    assert (other.status_int, none.status_int) == (400, 400)
    for answer in (other, none):
        assert "閲覧用URLまたは閲覧用パスワードが正しくありません" in answer
        assert "削除" not in answer


@pytest.mark.req("A-020", "A25", "A-032")
def test_mails_about_a_deleted_folder_are_not_sent(uploaded: Office) -> None:
    delete(uploaded.agent, FOLDER)
    session = fresh()
    rows = session.scalars(select(OutboxMail)).all()
    assert {(row.state, row.sealed_body, row.reason) for row in rows} == {(MailState.EXPIRED, None, "withdrawn")}
    assert {row.recipient for row in rows} == {"k***@kensetsu.example.jp", "a***@example.jp"}
    entries = session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == "mail.withdrawn")).all()
    assert entries == [str(row.id) for row in rows]
    delete(uploaded.agent, FOLDER, status=400)
    token = hidden(uploaded.agent.get("/tokens/"), "csrf_token")
    uploaded.agent.post("/bonds/folders/1/resend", {"csrf_token": token}, status=400)


@pytest.mark.req("A-020", "A25")
def test_a_mail_that_is_just_being_sent_is_not_tried_again(uploaded: Office) -> None:
    with unit_of_work() as session:
        row = session.get_one(OutboxMail, 1)
        row.state, row.lease_token = MailState.SENDING.value, "x"
        row.lease_until = platform().clock.now() + timedelta(minutes=5)
    delete(uploaded.agent, FOLDER)
    row = fresh().get_one(OutboxMail, 1)
    assert (row.state, row.expires_at) == (MailState.SENDING, platform().clock.now())


@pytest.mark.req("A-020", "A9")
def test_open_sessions_of_a_deleted_folder_end(uploaded: Office) -> None:
    here = platform()
    with unit_of_work() as session:
        issued = [
            tickets.issue(
                session,
                here.clock,
                here.keys,
                kind,
                folder_subject(1),
                idle=timedelta(minutes=20),
                until=here.clock.now() + timedelta(hours=1),
            )
            for kind in (tickets.TicketKind.VIEWER, tickets.TicketKind.ORDERER)
        ]
    delete(uploaded.agent, FOLDER)
    assert [fresh().get_one(tickets.Ticket, ticket.public_id).ended_why for ticket in issued] == [
        "folder_deleted"
    ] * 2


@pytest.mark.req("A-020", "A-013", "A-023")
def test_a_number_is_corrected_in_one_action(uploaded: Office) -> None:
    url, password = mails()
    page = uploaded.agent.get(CORRECT)
    assert "見本橋補修工事" in page
    assert f"証券番号 {POLICY} のフォルダはファイルごと削除されます" in page
    done = correct(uploaded.agent, form_values(uploaded.ms, policy_number=RIGHT)).follow()
    assert RIGHT in done
    session = fresh()
    [wrong, right] = session.scalars(select(BondFolder).order_by(BondFolder.id))
    assert (wrong.policy_number, wrong.deleted_why, right.policy_number) == (POLICY, "番号の入力誤り", RIGHT)
    assert right.deleted_at is None
    new_url, new_password = [mail for mail in waiting_mails() if mail[0] == right.id]
    assert url.token not in new_url[1]
    assert password.password not in new_password[1]
    assert "証券番号を訂正しました（訂正前：A123456789）" in uploaded.agent.get("/bonds/folders/show/2")
    assert show(uploaded.app, url.token, password.password).status_int == 410
    [blob] = stored_blobs(uploaded.app)
    assert blob.name == right.files[0].stored_file.storage_key


def waiting_mails() -> list[tuple[int, str]]:
    keys = platform().keys
    return [
        (int(row.about_id), keys.open("outbox", row.sealed_body, row.message_token).decode())
        for row in fresh().scalars(select(OutboxMail).order_by(OutboxMail.id))
        if row.sealed_body is not None
    ]


@pytest.mark.req("A-020", "F12")
def test_the_same_correction_again_answers_the_same(uploaded: Office) -> None:
    values = form_values(uploaded.ms, policy_number=RIGHT)
    page = uploaded.agent.get(CORRECT)
    fields = {
        **values,
        "reason": "番号の入力誤り",
        "csrf_token": hidden(page, "csrf_token"),
        "idempotency_key": "same-key-0001",
    }
    answers = [uploaded.agent.post(CORRECT, fields, upload_files=parts([PDF])) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert len(fresh().scalars(select(BondFolder)).all()) == 2
    assert len(stored_blobs(uploaded.app)) == 1


@pytest.mark.req("A-020", "F1")
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"policy_number": POLICY}, "すでに登録されています"),
        ({"policy_number": RIGHT, "reason": ""}, "理由を入力"),
        ({"policy_number": RIGHT, "project_name": ""}, "工事名を入力"),
    ],
)
def test_a_refused_correction_changes_nothing(uploaded: Office, changes: dict[str, str], told: str) -> None:
    assert told in correct(uploaded.agent, form_values(uploaded.ms) | changes, status=400)
    session = fresh()
    assert [folder.deleted_at for folder in session.scalars(select(BondFolder))] == [None]
    assert len(mails()) == 2
    assert len(stored_blobs(uploaded.app)) == 1


@pytest.mark.req("A-020", "F1")
def test_a_correction_whose_deletion_fails_leaves_no_new_folder(
    uploaded: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise DomainError("planted", "planted")

    monkeypatch.setattr(deleting, "entomb", fail)
    correct(uploaded.agent, form_values(uploaded.ms, policy_number=RIGHT), status="*")
    assert [folder.deleted_at for folder in fresh().scalars(select(BondFolder))] == [None]
    assert len(stored_blobs(uploaded.app)) == 1


@pytest.mark.req("A-020", "D-18")
def test_a_wrongly_used_number_is_free_for_its_own_contract(office_on_both: Office) -> None:
    office = office_on_both
    send(office.agent, form_values(office.ms))
    delete(office.agent, FOLDER)
    send(office.agent, form_values(office.ms, contract_type="performance_insurance"))
    [tombstone, folder] = fresh().scalars(select(BondFolder).order_by(BondFolder.id))
    assert tombstone.policy_number == folder.policy_number
    assert (tombstone.deleted_at is None, folder.deleted_at) == (False, None)
    assert tombstone.token_digest != folder.token_digest
    send(office.agent, form_values(office.ms, contract_type="performance_insurance"), ("二.pdf", pdfs.plain(2)))
    assert len(fresh().scalars(select(BondFolder)).all()) == 2


@pytest.mark.req("A11", "A-022")
@pytest.mark.parametrize("address", [FOLDER, FILE % 1, CORRECT])
def test_foreign_folders_look_like_none_and_only_uploaders_delete(uploaded: Office, address: str) -> None:
    for user, status in (
        (uploaded.neighbour(), 404),
        (uploaded.someone("rival", Role.INSURER, insurer="tokio"), 404),
        (uploaded.someone("auditor", Role.AUDITOR), 403),
        (uploaded.someone("kyokai", Role.ASSOCIATION), 403),
    ):
        user.get(address, status=status)
        fields = {"csrf_token": hidden(user.get("/tokens/"), "csrf_token"), "reason": WHY}
        if address == CORRECT:
            fields |= form_values(uploaded.ms, policy_number=RIGHT) | {"idempotency_key": "foreign-key-1"}
            user.post(address, fields, upload_files=parts([PDF]), status=status)
        else:
            user.post(address, fields, status=status)
    assert [folder.deleted_at for folder in fresh().scalars(select(BondFolder))] == [None]
    assert "フォルダの削除" in uploaded.someone("ms", Role.INSURER, insurer="ms").get(FOLDER)


@pytest.mark.req("A-081", "A-022")
def test_the_end_that_counts_is_that_of_the_last_upload_left() -> None:
    day = date(2027, 3, 31)
    later = day.replace(year=2029)
    files = [UploadedFile(1, later, True), UploadedFile(2, day, True), UploadedFile(3, later, False)]
    assert insurance_end_without(files, 1) == day
    assert insurance_end_without(files, 2) == later
    # Not the latest 保険終期: that of the upload that came last.
    assert insurance_end_without([*files, UploadedFile(4, later, True)], 4) == day
    with refused("last_file"):
        insurance_end_without(files[2:], 3)
    assert no_longer_replaced([UploadedFile(1, day, True), UploadedFile(2, day, True, 1)], 2) == 1
    both = [UploadedFile(1, day, True), UploadedFile(2, day, True, 1), UploadedFile(3, day, True, 1)]
    assert no_longer_replaced(both, 2) is None
