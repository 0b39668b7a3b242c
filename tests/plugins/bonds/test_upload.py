"""新規アップロード and 追加アップロード through the staff screen, on both databases."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from webtest import Upload

from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import Refused
from hoshou.platform.context import platform
from hoshou.platform.db import transact
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.services import unlock
from hoshou.plugins.bonds.services.reading import read_folder
from hoshou.plugins.organisations.models import Insurer
from tests.accounts import add_agency, browser, fresh, insurer_id, log_in
from tests.plugins.bonds.conftest import Office
from tests.plugins.bonds.uploading import (
    CONTRACTOR,
    PAGE,
    PDF,
    POLICY,
    form_values,
    hidden,
    mails,
    parts,
    press,
    send,
    stored_blobs,
)
from tests.plugins.public_site import form_with
from tests.samples import pdfs

TEST_MAIL = "/bonds/upload/test-mail"


def opens(token: str, password: str) -> bool:
    try:
        unlock.match(fresh(), platform().keys, token, password)
    except Refused:
        return False
    return True


@pytest.mark.req("A-012", "A-013", "A-016", "A-024", "A-026", "A-027", "A-030", "D-08")
def test_a_new_upload_makes_one_folder_and_two_separate_mails(office_on_both: Office) -> None:
    office = office_on_both
    done = send(office.agent, form_values(office.ms), PDF, ("別紙.PDF", pdfs.plain(2))).follow()
    assert "アップロードが完了しました" in done
    assert CONTRACTOR in done
    assert "agent@example.jp" in done
    assert "発注者提出用フォーマット" in done
    folder = fresh().scalars(select(BondFolder)).one()
    assert (folder.policy_number, folder.agency_id, len(folder.files)) == (POLICY, office.agency, 2)
    assert (folder.insurance_end.isoformat(), folder.project_name) == ("2027-03-31", "見本橋補修工事")
    url, password = mails()
    place = "（保険会社名：三井住友海上火災保険株式会社、証券番号：A123456789）"
    assert url.recipient == CONTRACTOR
    assert url.subject == f"【保証証券等確認システム】証券等閲覧用URLのご案内{place}"
    assert password.recipient == "agent@example.jp"
    assert password.subject == f"【保証証券等確認システム】閲覧用パスワードのご案内{place}"
    assert password.password not in url.body + url.subject
    assert url.token not in password.body + password.subject
    assert "/v/" not in password.body
    assert opens(url.token, password.password)
    assert folder.password_hash.startswith("$argon2id$")
    assert password.password not in done.text
    assert url.token not in done.text


@pytest.mark.req("A-016")
def test_a_folder_keeps_all_that_the_upload_said(office: Office) -> None:
    said = form_values(
        office.tokio,
        contract_type="performance_insurance",
        contract_date="2026-03-20",
        insurance_start="2026-04-01",
        insurance_end="2027-09-30",
    )
    send(office.agent, said)
    [file] = fresh().scalars(select(BondFile))
    folder = file.folder
    assert folder.insurer.name == "東京海上日動火災保険株式会社"
    assert (folder.policy_number, folder.contract_type) == (POLICY, "performance_insurance")
    assert (folder.insurance_start, folder.insurance_end) == (date(2026, 4, 1), date(2027, 9, 30))
    assert (folder.contractor_name, folder.contractor_email) == ("見本建設株式会社", CONTRACTOR)
    assert (folder.project_name, file.uploaded_by) == ("見本橋補修工事", "agent")
    record = office.agent.get("/bonds/folders/show/1").html
    facts = {row.dt.get_text(): row.dd.get_text() for row in record.select("dl > div")}
    assert facts["保険会社"] == "東京海上日動火災保険株式会社"
    assert facts["契約種類"] == "履行保証保険"
    assert facts["保険期間"] == "2026/04/01 から 2027/09/30 まで"
    assert (facts["受注者名"], facts["受注者メールアドレス"]) == ("見本建設株式会社", CONTRACTOR)
    assert facts["工事名"] == "見本橋補修工事"


@pytest.mark.req("A-013")
@pytest.mark.parametrize("typed", ["a123456789", "Ａ１２３４５６７８９", " A123 456789 "])
def test_a_number_is_the_same_however_it_is_typed(office: Office, typed: str) -> None:
    send(office.agent, form_values(office.ms))
    send(office.agent, form_values(office.ms, policy_number=typed, kind="annex"), ("別紙.pdf", pdfs.plain(2)))
    folder = fresh().scalars(select(BondFolder)).one()
    assert (folder.policy_number, len(folder.files)) == (POLICY, 2)
    assert len({mail.token for mail in mails() if "/v/" in mail.body}) == 1


@pytest.mark.req("A-018", "A-015", "A-036")
def test_a_change_from_the_record_to_the_pull_down(office: Office) -> None:
    """変更申込 is the contractor's, on paper; from 変更のお知らせ on it is the system's."""
    send(office.agent, form_values(office.ms))
    record = office.agent.get("/bonds/folders/show/1")
    form = form_with(record.click("^追加アップロード$"), "policy_number")
    assert form["policy_number"].value == POLICY
    assert form["insurance_end"].value == "2027-03-31"
    form["insurance_end"], form["kind"] = "2028-03-31", "change_notice"
    form["files"] = [Upload("変更のお知らせ.pdf", pdfs.plain(2))]
    assert "追加アップロードが完了しました" in form.submit().follow()
    *_, url, password = mails()
    stranger = browser(office.app)
    entrance = form_with(stranger.get(f"/v/{url.token}"), "password")
    entrance["password"] = password.password
    options = entrance.submit().follow().html.select("#file option")
    assert [option["value"] for option in options] == ["2", "1"]
    assert "契約内容変更のお知らせ　変更のお知らせ.pdf" in options[0].get_text()
    assert "証券　証券.pdf" in options[1].get_text()


@pytest.mark.req("A-003")
def test_only_participating_insurers_are_offered_and_taken(office: Office, clock: FixedClock) -> None:
    def takes(insurer_id: int) -> bool:
        agent = log_in(office.app, "agent")
        offered = agent.get(PAGE).html.select("#insurer_id option")
        policy = f"P-{clock.today().toordinal()}"
        answer = send(agent, form_values(insurer_id, policy_number=policy), status="*")
        is_taken = answer.status_int == 302
        assert is_taken or "保険会社を選択してください" in answer
        assert (str(insurer_id) in {option["value"] for option in offered}) == is_taken
        return is_taken

    def participate(session: Session) -> None:
        insurer = session.get_one(Insurer, office.tokio)
        insurer.active_from, insurer.active_until = date(2026, 4, 16), date(2026, 4, 20)

    transact(participate)
    for day, is_taken in ((15, False), (16, True), (20, True), (21, False)):
        clock.move_to(jst(2026, 4, day, 12))
        assert takes(office.tokio) is is_taken, day
        assert takes(office.ms) is True


@pytest.mark.req("A-013", "A-015", "A-019", "A-021", "A-069", "D-43")
def test_an_added_upload_keeps_the_url_and_changes_the_password(office_on_both: Office) -> None:
    office = office_on_both
    send(office.agent, form_values(office.ms))
    old_url, old_password = mails()
    notice = form_values(office.ms, kind="change_notice", insurance_end="2028-03-31")
    done = send(office.agent, notice, ("保証証券（変更）第１号.PDF", pdfs.plain(3))).follow()
    assert "追加アップロードが完了しました" in done
    assert "閲覧用URLは変わっていません" in done
    _first, _second, new_url, new_password = mails()
    assert new_url.token == old_url.token
    assert "追加アップロード" in new_url.body
    assert new_password.password != old_password.password
    assert not opens(old_url.token, old_password.password)
    assert opens(old_url.token, new_password.password)
    assert new_password.password not in new_url.body
    facts = read_folder(fresh(), 1)
    assert [(file.number, file.name) for file in facts.files] == [
        (2, "保証証券（変更）第１号.PDF"),
        (1, "証券.pdf"),
    ]
    assert fresh().scalars(select(BondFolder.insurance_end)).one().isoformat() == "2028-03-31"


@pytest.mark.req("A-019", "A-021", "D-03")
@pytest.mark.parametrize("kind", ["certificate", "change_notice"])
def test_a_wrong_file_is_replaced_and_stays(office: Office, kind: str) -> None:
    send(office.agent, form_values(office.ms, kind=kind))
    page = office.agent.get("/bonds/upload/?folder=1")
    assert "差し替えるファイル" in page
    assert "追加アップロード" in page
    send(office.agent, form_values(office.ms, kind=kind, replaces="1"), ("正.pdf", pdfs.plain(2)))
    facts = read_folder(fresh(), 1)
    assert [(file.number, file.is_replaced) for file in facts.files] == [(2, False), (1, True)]
    assert facts.first_shown.number == 2
    record = office.agent.get("/bonds/folders/show/1")
    assert "差替済" in record
    assert "ファイル2を登録し、ファイル1を差替済にしました" in record
    again = send(office.agent, form_values(office.ms, kind="annex", replaces="1"), status=400)
    assert "差し替えの対象となる同じ種類のファイル" in again


@pytest.mark.req("A-008", "A-018")
def test_each_file_may_have_its_own_kind(office: Office) -> None:
    values = [*list(form_values(office.ms).items()), ("kind", "annex")]
    page = office.agent.get(PAGE)
    fields = [*values, *((name, hidden(page, name)) for name in ("csrf_token", "idempotency_key"))]
    files = parts([PDF, ("別紙.pdf", pdfs.plain(2))])
    office.agent.post(PAGE, fields, upload_files=files)
    kinds = fresh().execute(select(BondFile.number, BondFile.kind).order_by(BondFile.number)).all()
    assert [tuple(row) for row in kinds] == [(1, "certificate"), (2, "annex")]
    refused = office.agent.post(PAGE, [*fields, ("kind", "annex")], upload_files=files, status=400)
    assert "ファイルごとに1つずつ" in refused


@pytest.mark.req("A-009")
def test_on_paper_there_is_no_url_and_no_mail(office: Office) -> None:
    ways = office.agent.get(PAGE).html.select("#submission option")
    assert [way.get_text() for way in ways] == ["電磁的方法", "書面"]
    done = send(office.agent, form_values(office.ms, submission="paper")).follow()
    assert "提出方法が書面のため" in done
    folder = fresh().scalars(select(BondFolder)).one()
    assert (folder.token_digest, folder.token_sealed, folder.password_hash) == (None, None, "")
    assert mails() == []
    record = office.agent.get("/bonds/folders/show/1")
    assert "書面" in record.html.find("dt", string="提出方法").find_next("dd").get_text()
    assert "再通知" not in record
    assert "閲覧用パスワード再発行" not in record
    for action in ("resend", "reissue"):
        press(office.agent, PAGE, f"/bonds/folders/1/{action}", status=400)
    assert mails() == []
    done = send(office.agent, form_values(office.ms)).follow()
    assert "受注者さまに、閲覧用URLのメールが届いたこと" in done
    url, password = mails()
    assert url.template == "bonds.viewing_url"
    assert opens(url.token, password.password)
    refused = send(office.agent, form_values(office.ms, submission="paper"), status=400)
    assert "書面に変えることはできません" in refused


@pytest.mark.req("A-012", "D-44")
def test_an_insurer_uploads_without_an_agency_or_names_one(office: Office) -> None:
    clerk = office.someone("clerk", Role.INSURER, insurer="ms")
    page = clerk.get("/bonds/upload/")
    assert "三井住友海上" in page
    assert "東京海上日動" not in page
    assert "見本損害保険代理店" in page
    send(clerk, form_values(office.ms))
    send(clerk, form_values(office.ms, policy_number="B-2", agency_id=str(office.agency)))
    rows = fresh().execute(select(BondFolder.policy_number, BondFolder.agency_id).order_by(BondFolder.id)).all()
    assert [tuple(row) for row in rows] == [(POLICY, None), ("B-2", office.agency)]
    send(clerk, form_values(office.ms, agency_id=str(office.agency)))
    assert POLICY in office.agent.get("/bonds/folders/show/1")
    other = add_agency(office.app, "別の代理店", ms="MS-2")
    refused = send(clerk, form_values(office.ms, agency_id=str(other)), status=400)
    assert "別の取扱代理店で登録されています" in refused
    refused = send(clerk, form_values(office.tokio), status=403)
    assert "他の保険会社の証券等は登録できません" in refused


@pytest.mark.req("A-012", "D-44")
def test_an_agency_sees_the_insurers_where_it_has_a_code(office: Office) -> None:
    page = office.agent.get(PAGE)
    assert "三井住友海上" in page
    assert "東京海上日動" in page
    assert "損害保険ジャパン" not in page
    assert 'name="agency_id"' not in page
    refused = send(office.agent, form_values(insurer_id("sompo")), status=400)
    assert "取扱代理店として登録されていません" in refused
    assert stored_blobs(office.app) == []


@pytest.mark.req("D-18")
def test_the_same_number_at_two_insurers_makes_two_folders(office: Office) -> None:
    send(office.agent, form_values(office.ms))
    send(office.agent, form_values(office.tokio))
    first, _, second, _ = mails()
    assert fresh().scalar(select(func.count()).select_from(BondFolder)) == 2
    assert first.token != second.token


@pytest.mark.req("A-017", "A18")
def test_a_test_mail_tells_nothing_secret(office: Office) -> None:
    fields = {
        "csrf_token": hidden(office.agent.get(PAGE), "csrf_token"),
        "contractor_email": CONTRACTOR,
        "contractor_email_again": CONTRACTOR,
        "project_name": "書きかけの工事名",
    }
    answer = office.agent.post(TEST_MAIL, fields)
    assert f"{CONTRACTOR} へテストメールを送信しました" in answer
    assert "書きかけの工事名" in answer
    (mail,) = mails()
    assert (mail.template, mail.recipient) == ("bonds.test_mail", CONTRACTOR)
    assert "見本損害保険代理店" in mail.body
    assert "http" not in mail.body
    assert "パスワード" not in mail.body
    fields["contractor_email_again"] = "keiri@kensetu.example.jp"
    json = {"Accept": "application/json"}
    answer = office.agent.post(TEST_MAIL, fields, headers=json, status=400)
    assert "一致しません" in answer.json["errors"]["contractor_email_again"]
    fields["contractor_email_again"] = CONTRACTOR
    for _ in range(19):
        office.agent.post(TEST_MAIL, fields, headers=json)
    office.agent.post(TEST_MAIL, fields, headers=json, status=429)
    assert len(mails()) == 20
