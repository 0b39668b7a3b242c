"""The list of folders and a folder's record: whose they are, what is told, what may be done."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select
from webtest import TestApp

from hoshou.base.errors import Forbidden
from hoshou.platform import tickets
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.mail.outbox import MailState, OutboxMail
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.plugin import home_items
from hoshou.plugins.bonds.services.end_access import folder_subject
from hoshou.plugins.bonds.services.original import document_for
from hoshou.plugins.organisations.services.subject import subject_of
from tests.accounts import browser, fresh
from tests.plugins.bonds.conftest import Office
from tests.plugins.bonds.test_upload import opens
from tests.plugins.bonds.uploading import CONTRACTOR, PAGE, PDF, POLICY, form_values, hidden, mails, press, send
from tests.refusals import refused
from tests.samples import pdfs

RECORD = "/bonds/folders/show/1"
LIST = "/bonds/folders/list/"
ADDRESSES = [
    ("GET", RECORD),
    ("GET", "/bonds/upload/?folder=1"),
    ("POST", "/bonds/folders/1/resend"),
    ("POST", "/bonds/folders/1/reissue"),
    ("GET", "/bonds/folders/1/files/1/"),
    ("GET", "/bonds/folders/1/files/1/pages/1"),
    ("POST", "/bonds/folders/1/files/1/download"),
]


def ask(user: TestApp, method: str, address: str, **options: object):
    if method == "GET":
        return user.get(address, **options)
    return press(user, "/tokens/", address, **options)


def effects() -> tuple[int, int]:
    folder = fresh().get_one(BondFolder, 1)
    return len(mails()), folder.password_serial


@pytest.fixture
def uploaded(office: Office) -> Office:
    send(office.agent, form_values(office.ms))
    return office


@pytest.mark.req("A11", "P-007", "D-44")
@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_a_foreign_folder_looks_like_none(uploaded: Office, method: str, address: str) -> None:
    office = uploaded
    before = effects()
    others = [
        office.neighbour(),
        office.someone("rival", Role.INSURER, insurer="tokio"),
        office.someone("homeless", Role.AGENCY),
    ]
    for user in others[:2]:
        foreign = ask(user, method, address, status=404)
        none = ask(user, method, address.replace("1", "7", 1), status=404)
        assert "見本建設" not in foreign
        assert POLICY not in foreign
        assert "該当する証券が見つかりません" in foreign
        assert "該当する証券が見つかりません" in none
    ask(others[2], method, address, status=[403, 404])
    assert effects() == before


@pytest.mark.req("A11", "P-005", "P-007")
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ASSOCIATION])
@pytest.mark.parametrize(("method", "address"), [*ADDRESSES, ("GET", LIST), ("GET", PAGE)])
def test_roles_without_business_are_kept_out(uploaded: Office, role: Role, method: str, address: str) -> None:
    ask(uploaded.someone("boss", role), method, address, status=403)


@pytest.mark.req("A11", "P-005")
def test_an_auditor_reads_facts_and_timeline_and_no_document(uploaded: Office) -> None:
    auditor = uploaded.someone("auditor", Role.AUDITOR)
    record = auditor.get(RECORD)
    assert "見本橋補修工事" in record
    assert "ファイル1を登録しました（証券）" in record
    for action in ("追加アップロード", "再通知", "再発行", "プレビュー", "ダウンロード"):
        assert action not in record
    for method, address in ADDRESSES[1:]:
        ask(auditor, method, address, status=403)


@pytest.mark.req("A11", "P-005")
def test_the_service_itself_keeps_documents_from_auditors(uploaded: Office) -> None:
    auditor = Subject(99, "auditor", "a@example.jp", frozenset({Role.AUDITOR.value}))
    with refused("not_an_uploader", kind=Forbidden):
        document_for(fresh(), auditor, 1, 1)


@pytest.mark.req("A11")
def test_nobody_gets_in_without_a_login(uploaded: Office) -> None:
    stranger = browser(uploaded.app)
    for method, address in [*ADDRESSES, ("GET", LIST), ("GET", PAGE)]:
        if method == "GET":
            assert "/login/" in stranger.get(address, status=302).location


@pytest.mark.req("A-032", "D-42")
def test_renotify_sends_the_url_again_and_leaves_the_password(uploaded: Office) -> None:
    url, password = mails()
    record = uploaded.agent.get(RECORD)
    assert "閲覧用パスワードは変わりません" in record
    told = press(uploaded.agent, RECORD, "/bonds/folders/1/resend").follow()
    assert "もう一度送信します" in told
    assert "受注者へ閲覧用URLを再通知しました" in told
    *_, again = mails()
    assert len(mails()) == 3
    assert (again.recipient, again.token, again.subject) == (CONTRACTOR, url.token, url.subject)
    assert opens(url.token, password.password)
    entry = fresh().scalars(select(AuditEntry).where(AuditEntry.action == "bonds.url_resent")).one()
    assert (entry.actor_name, entry.actor_user_id) == ("agent", uploaded.agent_id)


@pytest.mark.req("A-030", "A-032", "A-069", "D-42")
def test_reissue_makes_a_new_password_for_the_uploader_and_ends_open_sessions(uploaded: Office) -> None:
    url, password = mails()
    here = platform()
    with unit_of_work() as session:
        viewing = tickets.issue(
            session,
            here.clock,
            here.keys,
            tickets.TicketKind.VIEWER,
            folder_subject(1),
            idle=tickets.timedelta(minutes=20),
            until=here.clock.now() + tickets.timedelta(hours=1),
        )
    told = press(uploaded.agent, RECORD, "/bonds/folders/1/reissue").follow()
    assert "再発行し、agent@example.jp へ送信します" in told
    *_, new = mails()
    assert (len(mails()), new.recipient) == (3, "agent@example.jp")
    assert new.password not in told.text
    assert not opens(url.token, password.password)
    assert opens(url.token, new.password)
    ticket = fresh().get_one(tickets.Ticket, viewing.public_id)
    assert ticket.ended_why == "password_changed"


@pytest.mark.req("A-008", "P-011", "D-04")
def test_uploaders_look_at_and_download_documents_and_it_is_noted(uploaded: Office) -> None:
    agent = uploaded.agent
    send(agent, form_values(uploaded.ms, kind="annex"), ("別紙.pdf", pdfs.plain(3)))
    page = agent.get("/bonds/folders/1/files/2/?page=2")
    assert "2 / 3 ページ" in page
    for number in (1, 2):
        image = agent.get(f"/bonds/folders/1/files/2/pages/{number}")
        assert image.content_type == "image/jpeg"
        assert image.body.startswith(b"\xff\xd8")
    agent.get("/bonds/folders/1/files/2/pages/4", status=404)
    agent.get("/bonds/folders/1/files/3/", status=404)
    original = press(agent, RECORD, "/bonds/folders/1/files/1/download")
    assert original.body == PDF[1]
    assert "filename*=UTF-8''%E8%A8%BC%E5%88%B8.pdf" in original.headers["Content-Disposition"]
    record = agent.get(RECORD)
    assert record.text.count("ファイル2を画面に表示しました") == 1
    assert "ファイル1の原本をダウンロードしました" in record


@pytest.mark.req("P-011", "A-023")
def test_the_record_tells_how_the_mails_fare_without_their_secrets(uploaded: Office) -> None:
    url, password = mails()
    with unit_of_work() as session:
        row = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).first()
        assert row is not None
        row.state, row.reason, row.finished_at = MailState.DEAD.value, "550", platform().clock.now()
    record = uploaded.agent.get(RECORD)
    assert "送信できませんでした" in record
    assert "550" in record
    assert "k***@kensetsu.example.jp" in record
    assert url.token not in record.text
    assert password.password not in record.text
    subject = subject_of(fresh(), uploaded.agent_id)
    assert subject is not None
    with uploaded.app.test_request_context():
        urgent, _waiting, upload = home_items(subject=subject)
    assert (urgent.urgent, urgent.url, POLICY in urgent.title) == (True, RECORD, True)
    assert upload.url == PAGE


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.req("A-013", "P-007")
def test_the_list_shows_ones_own_and_costs_the_same_for_more(office: Office) -> None:
    send(office.agent, form_values(office.ms))
    office.agent.get(LIST)
    with counted_statements() as few:
        page = office.agent.get(LIST)
    for words in (POLICY, "三井住友海上火災保険株式会社", "公共工事履行ボンド", "見本建設株式会社", "2027/03/31"):
        assert words in page
    for number in range(20):
        insurer = office.tokio if number % 2 else office.ms
        send(office.agent, form_values(insurer, policy_number=f"B-{number:03}", project_name=f"工事{number}"))
    with counted_statements() as many:
        page = office.agent.get(LIST)
    assert "工事19" in page
    assert len(many) <= len(few)
    clerk = office.someone("clerk", Role.INSURER, insurer="tokio")
    theirs = clerk.get(LIST)
    assert "工事19" in theirs
    assert "工事18" not in theirs
    stranger = office.neighbour().get(LIST)
    assert "工事19" not in stranger


@pytest.mark.req("A-013")
def test_a_folders_row_can_be_locked_on_both_databases(office_on_both: Office) -> None:
    send(office_on_both.agent, form_values(office_on_both.ms))
    with unit_of_work() as session:
        folder = session.get_one(BondFolder, 1, with_for_update={"read": True})
        assert folder.insurer.code == "ms"


@pytest.mark.req("A-018", "A-019")
def test_adding_to_a_folder_begins_with_what_is_known(uploaded: Office) -> None:
    page = uploaded.agent.get("/bonds/upload/?folder=1")
    for value in (POLICY, "見本橋補修工事", "2027-03-31", CONTRACTOR):
        assert f'value="{value}"' in page.text
    assert hidden(page, "idempotency_key") != hidden(uploaded.agent.get(PAGE), "idempotency_key")
    uploaded.agent.get("/bonds/folders/show/99999999999999999999", status=404)
