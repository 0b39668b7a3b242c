"""発注者提出用フォーマット: what it says, who gets it and for how long, and where its secrets are not."""

import base64
import io
import re
from datetime import timedelta
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
import pytest
import segno
from PIL import ImageOps
from sqlalchemy import select
from webtest import TestApp, TestResponse

from hoshou.base.clock import FixedClock
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.jobs.job import JobContext
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.jobs import JOBS
from hoshou.plugins.bonds.models import BondFolder, BondHandover
from hoshou.plugins.bonds.plugin import home_items
from hoshou.plugins.bonds.services import handover
from hoshou.plugins.bonds.services.handover import SEALING, note_form
from hoshou.plugins.organisations.services.subject import subject_of
from tests.accounts import add_user, fresh, log_in
from tests.conftest import AppMaker
from tests.plugins.bonds.conftest import Office, open_office
from tests.plugins.bonds.test_upload import opens
from tests.plugins.bonds.uploading import POLICY, form_values, mails, press, send
from tests.refusals import refused

AGENT = Actor(ActorKind.STAFF, "agent")
RECORD = "/bonds/folders/show/1"
FORM = "/bonds/handover/1/form"
ENCRYPTED = "/bonds/handover/1/encrypted"
TOLD = "/bonds/handover/1/told"
BLANKS = ("viewing_url", "project_name", "contractor_name")
WAITING = "受注者さまへの閲覧用パスワードの連絡が済んでいません"
FILE_NAME = "filename*=UTF-8''%E7%99%BA%E6%B3%A8%E8%80%85%E6%8F%90%E5%87%BA%E7%94%A8%E3%83%95%E3%82%A9%E3%83%BC"
MANUAL = """
「閲覧用URL」「閲覧用パスワード」を発注者さまへお伝えいただく際には、発注者提出用フォーマットをご使用ください。
発注者提出用フォーマットは、契約の取扱代理店または損害保険会社からご提供します。「閲覧用URL」「工事名」「受注者名」を追記のうえ、
発注者さまの希望する方法（電子契約システムまたはメール）でご案内ください。
なお、メール添付で発注者さまに提出する場合、暗号化パスワードは別送してください。
▽「閲覧用URL」は、システムから受領します（自動送信）。
▽「閲覧用パスワード」は、発注者提出用フォーマットに記載がございます。
"""


@pytest.fixture
def uploaded(office: Office) -> Office:
    send(office.agent, form_values(office.ms))
    return office


def form_fields(data: bytes, password: str | None = None) -> dict[str, pypdf.generic.Field]:
    fields = pypdf.PdfReader(io.BytesIO(data), password=password).get_fields()
    assert fields is not None
    return fields


def words_of(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    return "".join(text.split())


def encrypted_file(page: TestResponse) -> tuple[bytes, str]:
    """The file in the page, and the password that the page shows for it."""
    found = re.search(r'href="data:application/pdf;base64,([^"]+)" download="([^"]+)"', page.text)
    shown = re.search(r'<code class="handover__password">([^<]+)</code>', page.text)
    assert found
    assert shown
    assert found[2] == f"発注者提出用フォーマット_{POLICY}.pdf"
    return base64.b64decode(found[1]), shown[1]


def actions() -> list[str]:
    return list(fresh().scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def home(office: Office) -> list[str]:
    subject = subject_of(fresh(), office.agent_id)
    assert subject is not None
    with office.app.test_request_context():
        return [item.title for item in home_items(subject=subject) if "連絡" in item.title]


def over(user: TestApp) -> None:
    """The user gets no form: told why, and nothing is noted."""
    before = actions()
    for address in (FORM, ENCRYPTED):
        answer = press(user, "/tokens/", address, status="4*")
        assert "%PDF" not in answer.text
        assert "30分以内" in answer
    assert actions() == before


@pytest.mark.req("A-028", "A-031", "A-069", "D-42")
def test_the_form_has_the_password_that_opens_the_folder_and_three_blanks(uploaded: Office) -> None:
    url, password = mails()
    page = uploaded.agent.get(RECORD)
    assert "暗号化せずにダウンロード" in page
    answer = press(uploaded.agent, RECORD, FORM)
    assert answer.content_type == "application/pdf"
    assert FILE_NAME in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    fields = form_fields(answer.body)
    assert fields["viewing_password"].value == password.password
    assert opens(url.token, fields["viewing_password"].value)
    assert {name for name in fields if name != "viewing_password"} == set(BLANKS)
    for name in BLANKS:
        assert not fields[name].value
        assert not fields[name].get("/Ff", 0) & 1, "a blank must be writable"
    assert fields["viewing_password"]["/Ff"] & 1
    assert {field["/TU"] for field in fields.values()} == {"閲覧用URL", "閲覧用パスワード", "工事名", "受注者名"}
    assert url.token.encode() not in answer.body
    metadata = pypdf.PdfReader(io.BytesIO(answer.body)).metadata
    assert metadata is not None
    assert metadata.title == "発注者提出用フォーマット"
    words = words_of(answer.body)
    for fixed in (
        "発注者提出用フォーマット作成日2026年4月15日",
        "三井住友海上火災保険株式会社",
        POLICY,
        "http://127.0.0.1/orderer",
    ):
        assert fixed in words
    assert "紛失されたときは、受注者さまへ再度通知を依頼してください" in words
    assert "見本橋補修工事" not in words
    for sentence in MANUAL.split():
        assert sentence in words


@pytest.mark.req("A-028")
def test_the_form_leads_to_the_page_where_a_pdf_is_checked(uploaded: Office) -> None:
    form = press(uploaded.agent, RECORD, FORM).body
    assert "http://127.0.0.1/verify" in words_of(form)
    with pypdfium2.PdfDocument(form) as document:
        assert len(document) == 1
        page = document[0].render(scale=6).to_pil().convert("1")
    width, height = page.size
    code = ImageOps.invert(
        page.crop((width * 79 // 100, height * 746 // 1000, width * 89 // 100, height * 814 // 1000))
    )
    code = code.crop(code.getbbox())
    expected = [bytes(row) for row in segno.make("http://127.0.0.1/verify", error="m", micro=False).matrix]
    module = code.width / len(expected)
    drawn = [
        bytes(
            bool(code.getpixel((int((x + 0.5) * module), int((y + 0.5) * module)))) for x in range(len(expected))
        )
        for y in range(len(expected))
    ]
    assert drawn == expected


@pytest.mark.req("A-028")
def test_without_such_a_page_the_form_names_none(usual_url: str, make_app: AppMaker) -> None:
    app = make_app(usual_url, PLUGINS=["organisations", "bonds"])
    with app.app_context():
        office = open_office(app)
        send(office.agent, form_values(office.ms))
        assert "/verify" not in words_of(press(office.agent, RECORD, FORM).body)


@pytest.mark.req("A-028")
def test_what_is_typed_into_the_blanks_stays_in_the_file(uploaded: Office) -> None:
    answer = press(uploaded.agent, RECORD, FORM)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(answer.body))
    values = {
        "viewing_url": "https://example.jp/v/x",
        "project_name": "見本橋補修工事",
        "contractor_name": "見本建設",
    }
    for annotation in writer.pages[0]["/Annots"]:
        field = annotation.get_object()
        if field.get("/T") in values:
            field[pypdf.generic.NameObject("/V")] = pypdf.generic.TextStringObject(values[field["/T"]])
    output = io.BytesIO()
    writer.write(output)
    filled = form_fields(output.getvalue())
    assert {name: filled[name].value for name in BLANKS} == values
    with pikepdf.open(io.BytesIO(answer.body)) as pdf:
        assert pdf.Root.AcroForm.DR.Font.Gothic.Encoding == "/UniJIS-UTF16-H"
        assert "pdfaid:part" not in pdf.open_metadata()
        assert all(field.StructParent is not None for field in pdf.Root.AcroForm.Fields)


@pytest.mark.req("A-029")
def test_the_encrypted_form_opens_with_the_password_shown_and_no_other(uploaded: Office) -> None:
    _url, password = mails()
    page = press(uploaded.agent, RECORD, ENCRYPTED)
    assert page.headers["Cache-Control"] == "no-store"
    assert "同じメールに書かず、別送してください" in page
    data, shown = encrypted_file(page)
    assert shown != password.password
    for wrong in ("", password.password, shown.lower(), POLICY):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(io.BytesIO(data), password=wrong)
    with pikepdf.open(io.BytesIO(data), password=shown) as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
        assert {pdf.encryption.stream_method.name, pdf.encryption.string_method.name} == {"aesv3"}
    assert form_fields(data, shown)["viewing_password"].value == password.password
    assert password.password not in page.text
    again, other = encrypted_file(press(uploaded.agent, RECORD, ENCRYPTED))
    assert other != shown
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(again), password=shown)


@pytest.mark.sqlite
@pytest.mark.req("A-029", "A-030", "A-069")
def test_neither_password_is_anywhere_else(uploaded: Office, caplog: pytest.LogCaptureFixture) -> None:
    _url, viewing = mails()
    outbox = len(mails())
    with caplog.at_level(0):
        form = press(uploaded.agent, RECORD, FORM)
        page = press(uploaded.agent, RECORD, ENCRYPTED)
        record = uploaded.agent.get(RECORD)
    _data, shown = encrypted_file(page)
    assert len(mails()) == outbox
    assert all(shown not in mail.body + mail.subject for mail in mails())
    fresh()
    dump = "\n".join(db.engine.raw_connection().iterdump())  # type: ignore[attr-defined]
    assert POLICY in dump
    database = Path(db.engine.url.database or "")
    kept = b"".join(path.read_bytes() for path in database.parent.rglob("*") if path.is_file())
    assert b"bonds_handover" in kept
    for secret in (viewing.password, shown, viewing.password.replace("-", ""), shown.replace("-", "")):
        assert secret not in dump + caplog.text + record.text + str(form.headers) + str(page.headers)
        assert secret.encode() not in kept
        assert secret.encode().hex().upper() not in dump


@pytest.mark.req("A-028", "P-011")
def test_each_form_is_noted_in_the_timeline(uploaded: Office) -> None:
    press(uploaded.agent, RECORD, FORM)
    press(uploaded.agent, RECORD, ENCRYPTED)
    assert actions()[-2:] == ["bonds.form_made", "bonds.encrypted_form_made"]
    record = uploaded.agent.get(RECORD)
    assert "発注者提出用フォーマットを作成しました" in record
    assert "発注者提出用フォーマットを暗号化PDFで作成しました" in record
    entry = fresh().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.actor_user_id, entry.detail) == (uploaded.agent_id, '{"serial":1}')


@pytest.mark.req("A-023", "A-028")
def test_the_page_after_an_upload_offers_the_form(office: Office) -> None:
    done = send(office.agent, form_values(office.ms)).follow()
    assert f'action="{FORM}"' in done
    assert f'action="{ENCRYPTED}"' in done
    paper = form_values(office.ms, policy_number="P-1", submission="paper")
    assert "/bonds/handover/" not in send(office.agent, paper).follow()
    assert "/bonds/handover/" not in office.agent.get("/bonds/folders/show/2")


@pytest.mark.req("A-023", "A-032", "D-42")
def test_a_notice_stays_until_the_form_was_made_and_comes_back_with_a_new_password(uploaded: Office) -> None:
    agent = uploaded.agent
    assert home(uploaded) == [f"受注者さまへの閲覧用パスワードの連絡：証券番号 {POLICY}"]
    assert WAITING in agent.get(RECORD)
    press(agent, RECORD, FORM)
    assert home(uploaded) == []
    assert WAITING not in agent.get(RECORD)
    told = press(agent, RECORD, "/bonds/folders/1/reissue").follow()
    assert WAITING in told
    assert "変更後の閲覧用パスワード" in told
    assert len(home(uploaded)) == 1
    assert form_fields(press(agent, RECORD, FORM).body)["viewing_password"].value == mails()[-1].password
    assert home(uploaded) == []


@pytest.mark.req("A-023", "A-030")
def test_who_tells_the_contractor_otherwise_says_so_and_the_password_is_wiped(uploaded: Office) -> None:
    press(uploaded.agent, RECORD, TOLD)
    assert home(uploaded) == []
    assert actions()[-1] == "bonds.contractor_told"
    assert fresh().scalars(select(BondHandover)).one().password_sealed is None
    over(uploaded.agent)
    press(uploaded.agent, RECORD, TOLD)
    assert actions().count("bonds.contractor_told") == 1


@pytest.mark.req("A-015", "A-023", "A-069")
def test_a_later_password_takes_the_place_of_the_earlier_one(uploaded: Office) -> None:
    add_user(uploaded.app, "colleague", Role.AGENCY, agency="見本損害保険代理店")
    colleague = log_in(uploaded.app, "colleague")
    send(colleague, form_values(uploaded.ms, kind="annex"))
    assert fresh().scalars(select(BondHandover)).one().password_serial == 2
    over(uploaded.agent)
    assert home(uploaded) == []
    assert "担当者が、「発注者提出用フォーマット」で" in uploaded.agent.get(RECORD)
    newest = mails()[-1].password
    assert form_fields(press(colleague, RECORD, FORM).body)["viewing_password"].value == newest


@pytest.mark.req("A-069")
def test_a_form_whose_password_was_changed_while_it_was_made_does_not_leave(uploaded: Office) -> None:
    press(uploaded.agent, RECORD, "/bonds/folders/1/reissue")
    here, subject = platform(), subject_of(fresh(), uploaded.agent_id)
    assert subject is not None
    with refused("handover_over"), unit_of_work() as session:
        note_form(session, here.clock, AGENT, subject, 1, 1, protected=False)
    assert "bonds.form_made" not in actions()


@pytest.mark.req("A-069")
def test_after_half_an_hour_there_is_no_form_and_a_job_wipes_the_password(
    uploaded: Office, clock: FixedClock
) -> None:
    clock.advance(timedelta(minutes=29, seconds=59))
    press(uploaded.agent, RECORD, FORM)
    assert wipe(clock) == {"passwords": 0}
    clock.advance(timedelta(seconds=1))
    assert fresh().scalars(select(BondHandover)).one().password_sealed is not None
    over(uploaded.agent)
    assert 'action="/bonds/handover/1/form"' not in uploaded.agent.get(RECORD)
    assert wipe(clock) == {"passwords": 1}
    assert fresh().scalars(select(BondHandover)).one().password_sealed is None
    over(uploaded.agent)


def wipe(clock: FixedClock) -> dict[str, object]:
    [job] = [job for job in JOBS if job.name == "bonds.handover"]
    return job.run(JobContext(clock.now(), clock, unit_of_work, lambda done, of: None))


@pytest.mark.req("A11", "P-005", "P-007")
@pytest.mark.parametrize("address", [FORM, ENCRYPTED, TOLD])
def test_nobody_else_gets_the_form(uploaded: Office, address: str) -> None:
    before = actions()
    for user in (uploaded.neighbour(), uploaded.someone("rival", Role.INSURER, insurer="tokio")):
        assert "該当する証券が見つかりません" in press(user, "/tokens/", address, status=404)
    for role in (Role.AUDITOR, Role.ADMINISTRATOR, Role.ASSOCIATION):
        press(uploaded.someone(role.value, role), "/tokens/", address, status=403)
    in_scope = uploaded.someone("clerk", Role.INSURER, insurer="ms")
    page = in_scope.get(RECORD)
    assert WAITING in page
    assert "/bonds/handover/" not in page
    assert "30分以内" in press(in_scope, "/tokens/", address, status="4*")
    uploaded.agent.get(address, status=405)
    uploaded.agent.post(address, {}, status="4*")
    assert [action for action in actions()[len(before) :] if action.startswith("bonds.")] == []


@pytest.mark.req("A-069")
def test_the_sealed_password_is_bound_to_its_folder_serial_and_holder(uploaded: Office) -> None:
    send(uploaded.agent, form_values(uploaded.ms, policy_number="B-2"))
    with unit_of_work() as session:
        one, two = session.scalars(select(BondHandover).order_by(BondHandover.id))
        one.password_sealed = two.password_sealed
    subject = subject_of(fresh(), uploaded.agent_id)
    assert subject is not None
    with refused("handover_over"):
        handover.form_content(fresh(), platform().clock, platform().keys, subject, 1)


@pytest.mark.req("A-013", "F1")
def test_on_both_databases_the_newest_password_is_the_one_in_hand(office_on_both: Office) -> None:
    send(office_on_both.agent, form_values(office_on_both.ms))
    press(office_on_both.agent, RECORD, "/bonds/folders/1/reissue")
    row = fresh().scalars(select(BondHandover)).one()
    serial = fresh().get_one(BondFolder, 1).password_serial
    sealed = row.password_sealed
    assert sealed is not None
    bound = f"folder:1:password:{serial}:user:{office_on_both.agent_id}"
    assert platform().keys.open(SEALING, sealed, bound).decode() == mails()[-1].password


@pytest.mark.req("A-022", "A-028")
def test_a_deleted_folder_has_nothing_to_hand_over(uploaded: Office) -> None:
    with unit_of_work() as session:
        session.get_one(BondFolder, 1).deleted_at = platform().clock.now()
    over(uploaded.agent)
    assert home(uploaded) == []
    assert "/bonds/handover/" not in uploaded.agent.get(RECORD)
