"""受領確認書: what the document says, and that it can be proven (P-011, P-019, A26)."""

import hashlib
import json
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from sqlalchemy import select
from webtest import TestResponse

from hoshou.base.errors import Forbidden
from hoshou.platform.actor import SYSTEM
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import db
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.receipts.services import issue as issuing
from tests.platform.documents.test_rendering import fonts_of, text_of
from tests.plugins.public_site import ORDERER
from tests.plugins.receipts.desk import STRANGER, Desk, issue, page_of
from tests.refusals import refused


def entries(desk: Desk, *actions: str) -> list[AuditEntry]:
    with desk.app.app_context():
        found = list(
            db.session.scalars(select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.id))
        )
        db.session.expunge_all()
        return found


def words_of(answer: TestResponse) -> str:
    """The document's text without breaks: cells break it where they end."""
    return re.sub(r"\s+", "", text_of(answer.body))


@pytest.mark.req("P-011", "P-019", "A26")
def test_the_document_holds_times_and_digests_of_files_mails_and_events(desk: Desk) -> None:
    made = desk.folder(orderer_name="見本市長", project_name="髙﨑橋補修工事")
    desk.whole_way(made)
    answer = issue(desk.agent(), made)
    assert answer.content_type == "application/pdf"
    assert unquote(answer.headers["Content-Disposition"]).endswith(f"受領確認書_{made.policy_number}.pdf")
    words = words_of(answer)
    for part in (
        "受領確認書", "見本損害保険代理店御中", "三井住友海上火災保険株式会社", made.policy_number, "見本建設株式会社",
        "見本市長", "髙﨑橋補修工事", "2026年4月1日から2027年3月31日まで",
        "発注者さまによる受領（ダウンロード）見本市（city.example.lg.jp）2026/04/1512:32:00",
        "ファイル1をダウンロードしました見本市（city.example.lg.jp）",
        "メールアドレスのドメインが登録されていないため、発注者さま用ログインを断りました",
        "作成日時2026/04/1512:32:00",
    ):  # fmt: skip
        assert part in words, part
    assert f"証券.pdf{hashlib.sha256(made.files[0]).hexdigest()}" in words
    told = entries(
        desk, "mail.sent", "viewer.refused", "viewer.entered", "viewer.viewed", "orderer.refused",
        "orderer.otp_issued", "orderer.verified", "orderer.viewed", "orderer.downloaded",
    )  # fmt: skip
    assert len(told) == 10
    for entry in told:
        assert f"記録番号{entry.id}{entry.digest}" in words, entry.action
    assert words.count("記録番号") == len(told)
    assert fonts_of(answer.body) == {"NotoSansCJKjp-Regular": True, "NotoSansCJKjp-Bold": True}


@pytest.mark.req("A20", "P-016")
def test_the_document_names_nobody_by_address(desk: Desk) -> None:
    made = desk.folder(contractor_email="keiri@kensetsu.example.jp")
    desk.whole_way(made)
    words = words_of(issue(desk.agent(), made))
    for secret in (ORDERER, STRANGER, "keiri@", "192.0.2.10", "198.51.100.7", made.token, made.password):
        assert secret not in words, secret
    assert "k***@city" in words, "the mail with the one-time password"
    assert words.count("@") == 3, "the three mails' recipients, masked, and nobody else"


@pytest.mark.req("P-011")
def test_what_was_handed_out_is_recorded_with_its_digest_and_told_in_the_timeline(desk: Desk) -> None:
    made = desk.folder()
    agent = desk.agent()
    answer = issue(agent, made)
    [entry] = entries(desk, "receipts.issued")
    sha256 = hashlib.sha256(answer.body).hexdigest()
    number = f"{made.folder_id:06d}-20260415120000"
    assert json.loads(entry.detail) == {"number": number, "sha256": sha256}
    assert (entry.actor_name, entry.object_id) == ("agent", str(made.folder_id))
    assert f"文書番号{number}" in words_of(answer)
    record = agent.get(f"/bonds/folders/show/{made.folder_id}")
    assert f"受領確認書を発行しました（文書番号{number}、SHA-256：{sha256}）" in record
    agent.get(f"{page_of(made)}/document", status=[404, 405])


@pytest.mark.req("A-053", "P-011")
def test_without_a_download_it_is_no_receipt(desk: Desk) -> None:
    made = desk.folder()
    desk.site.enter(made)
    answer = issue(desk.agent(), made)
    assert "アクセス記録_" in unquote(answer.headers["Content-Disposition"])
    words = words_of(answer)
    assert "受領確認書" not in words
    assert "発注者さまによるダウンロードの記録はありません" in words
    assert "閲覧用パスワードを入力し、閲覧を始めました" in words


@pytest.mark.req("A-019", "A-053")
def test_the_document_says_which_valid_files_nobody_downloaded(desk: Desk) -> None:
    made = desk.folder()
    desk.download(made)
    agent = desk.agent()
    assert "まだダウンロードされていないもの" not in words_of(issue(agent, made))
    desk.minutes_pass(1)
    desk.folder(policy_number=made.policy_number, files=[("2.pdf", b""), ("3.pdf", b"")], kind="annex")
    desk.folder(policy_number=made.policy_number, files=[("4.pdf", b"")], kind="annex", replaces="3")
    words = words_of(issue(agent, made))
    assert "2026/04/1512:00:00" in words
    assert "有効なファイルのうち、まだダウンロードされていないもの：ファイル2、4" in words


@pytest.mark.req("A11", "P-005")
def test_the_services_themselves_keep_the_document_from_auditors(desk: Desk) -> None:
    made = desk.folder()
    auditor = Subject(99, "auditor", "a@example.jp", frozenset({Role.AUDITOR.value}))
    clock = desk.site.clock
    with desk.app.app_context():
        with refused("not_an_uploader", kind=Forbidden):
            issuing.receipt_content(db.session(), clock, auditor, made.folder_id, {}, [])
        with refused("not_an_uploader", kind=Forbidden):
            issuing.note_issued(db.session(), clock, SYSTEM, auditor, made.folder_id, "1", b"")


@pytest.mark.req("P-011")
def test_of_very_many_events_the_newest_are_told_and_that_there_are_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "MOST_EVENTS", 3)
    made = desk.folder()
    browser, page = desk.site.enter(made)
    for _ in range(3):
        desk.site.clock.advance(timedelta(seconds=1))
        browser.get(page.request.path)
    words = words_of(issue(desk.agent(), made))
    assert "新しいものから3件を、古い順に記載しています" in words
    assert "閲覧を始めました" not in words
    times = re.findall(r"2026/04/1512:00:0(\d)ファイル1を閲覧しました", words)
    assert times == ["1", "2", "3"]


@pytest.mark.req("P-011")
def test_a_deleted_folders_record_can_still_be_issued(desk: Desk) -> None:
    made = desk.folder()
    desk.download(made)
    agent = desk.agent()
    form = agent.get(f"/bonds/deletion/{made.folder_id}").forms
    form = next(found for found in form.values() if "reason" in found.fields)
    form["reason"] = "誤登録のため"
    form.submit()
    words = words_of(issue(agent, made))
    assert "削除済" in words
    assert "見本建設" not in words
    assert hashlib.sha256(made.files[0]).hexdigest() in words


def test_a_character_that_the_fonts_lack_is_refused_in_words_and_nothing_is_recorded(desk: Desk) -> None:
    made = desk.folder(project_name="工事\U0001f3d7")
    answer = issue(desk.agent(), made, expect_errors=True)
    assert 400 <= answer.status_int < 500
    assert "使えない文字がないか確認してください" in answer
    assert entries(desk, "receipts.issued") == []
