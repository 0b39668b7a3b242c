"""The platform's own screens: wording, audit log, outbox, jobs, calendar, rights, home."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from webtest import TestApp

from hoshou.base.clock import FixedClock
from hoshou.platform.actor import SYSTEM
from hoshou.platform.audit import AuditEntry
from hoshou.platform.calendar import Holiday, Maintenance
from hoshou.platform.db import db, transact
from hoshou.platform.jobs.runs import JobRun
from hoshou.platform.mail.outbox import MailState, OutboxMail, queue
from hoshou.platform.mail.wording import MailWording
from hoshou.plugins.organisations.services.mails import INVITATION_MAIL
from tests.accounts import browser, log_in, token

CANARY = "canary-secret-9x7"


def wording_form(client: TestApp, key: str = "orderer.otp") -> object:
    page = client.get(f"/mail-wording/edit/{key}")
    return next(form for form in page.forms.values() if "subject" in form.fields)


def edited(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(MailWording.key)))


@pytest.mark.req("A-050")
def test_editor_lists_the_variables_of_the_one_time_password_mail(admin: TestApp) -> None:
    page = admin.get("/mail-wording/edit/orderer.otp")
    names = [code.text for code in page.html.find_all("code")]
    assert names == ["$COMPANY_NAME", "$POLICY_NO", "$PASSWORD", "$EXPIRATION_TIME"]


@pytest.mark.req("A-050")
@pytest.mark.parametrize(
    ("subject", "body", "field", "words"),
    [
        ("件名", "$PASSWORD $EXPIRATION_TIME $UNKNOWN", "body", "変数 $UNKNOWN は使えません。"),
        ("$NO_SUCH", "$PASSWORD $EXPIRATION_TIME", "subject", "変数 $NO_SUCH は使えません。"),
        ("$PASSWORD", "$PASSWORD $EXPIRATION_TIME", "subject", "変数 $PASSWORD は件名に使えません。"),
        ("件名", "$EXPIRATION_TIME", "body", "本文に変数 $PASSWORD が必要です。"),
        ("", "$PASSWORD $EXPIRATION_TIME", "subject", "入力してください。"),
    ],
)
def test_faulty_wording_is_refused_at_its_field(
    site: Flask, admin: TestApp, subject: str, body: str, field: str, words: str
) -> None:
    form = wording_form(admin)
    form["subject"], form["body"] = subject, body  # type: ignore[index]
    answer = form.submit("step", value="save", status=400)  # type: ignore[attr-defined]
    assert words in answer.html.find(id=f"{field}-error").text
    assert body in answer.html.find("textarea").text
    assert edited(site) == []


@pytest.mark.req("A-050")
def test_wording_is_previewed_saved_and_restored(site: Flask, admin: TestApp) -> None:
    form = wording_form(admin)
    form["subject"], form["body"] = "新しい件名 $COMPANY_NAME", "$PASSWORD\n$EXPIRATION_TIME"  # type: ignore[index]
    preview = form.submit("step", value="preview")  # type: ignore[attr-defined]
    assert "新しい件名 三井住友海上火災保険株式会社" in preview
    assert edited(site) == []
    form.submit("step", value="save")  # type: ignore[attr-defined]
    assert edited(site) == ["orderer.otp"]
    page = admin.get("/mail-wording/edit/orderer.otp")
    assert "新しい件名" in page
    reset = next(form for form in page.forms.values() if "/reset/" in form.action)
    reset.submit()
    assert edited(site) == []
    with site.app_context():
        actions = db.session.scalars(select(AuditEntry.action)).all()
    assert "mail.wording_changed" in actions
    assert "mail.wording_reset" in actions


@pytest.mark.req("P-011", "A26")
def test_audit_log_is_filtered_and_shown(site: Flask) -> None:
    log_in(site, "agency")
    client = log_in(site, "auditor")
    assert "agency" in client.get("/audit/list/").html.find("tbody").text
    assert "agency" not in client.get("/audit/list/?actor=auditor").html.find("tbody").text
    assert "該当する記録はありません" in client.get("/audit/list/?until=2026-04-14")
    assert "staff.login" in client.get("/audit/list/?since=2026-04-15&until=2026-04-15&action=staff.")
    assert "該当する記録はありません" in client.get("/audit/list/?action=%25")
    assert client.get("/audit/list/?since=tomorrow", status="*").status_int == 400
    page = client.get("/audit/show/1")
    assert page.html.find("pre").text.strip() == "{}"
    assert client.get("/audit/show/99999999999999", status="*").status_int == 404


@pytest.mark.sqlite
@pytest.mark.req("P-011", "A26")
def test_audit_log_says_whether_it_is_whole(site: Flask) -> None:
    client = log_in(site, "auditor")

    def verify() -> str:
        fields = {"csrf_token": token(client.get("/audit/list/"))}
        return str(client.post("/audit/verify", fields).follow().text)

    assert "監査ログの連鎖に異常はありません。" in verify()
    with site.app_context(), db.engine.begin() as connection:
        for name in connection.scalars(text("select name from sqlite_master where type = 'trigger'")).all():
            connection.execute(text(f"drop trigger {name}"))
        connection.execute(text("update platform_audit set actor_name = 'nobody' where id = 1"))
    assert "最初の異常は記録1です。" in verify()


@pytest.mark.req("P-015", "A20")
def test_outbox_shows_how_far_a_mail_has_come_and_never_what_it_says(site: Flask, clock: FixedClock) -> None:
    keys = site.extensions["hoshou"].keys
    values = {**INVITATION_MAIL.samples, "LINK": f"https://example.jp/{CANARY}"}
    with site.app_context():
        number = transact(
            lambda session: queue(session, clock, keys, SYSTEM, INVITATION_MAIL, "taro@example.jp", values)
        )

        def kill(session: object) -> None:
            mail = session.get_one(OutboxMail, number)  # type: ignore[attr-defined]
            mail.state, mail.reason, mail.attempts = MailState.DEAD.value, "smtp 550", 1

        transact(kill)
    client = log_in(site, "admin")
    page = client.get("/outbox/list/?state=dead")
    assert "smtp 550" in page
    assert "送信不能" in page.html.find("tbody").text
    assert "t***@example.jp" in page
    for secret in (CANARY, "taro@example.jp", "損保 太郎"):
        assert secret not in page
    assert "送信できなかったメール" in client.get("/home/")
    assert "送信できなかったメール" not in log_in(site, "agency").get("/home/")


@pytest.mark.req("P-008", "P-009")
def test_job_is_run_by_hand_and_rehearsed(site: Flask, admin: TestApp) -> None:
    form = admin.get("/jobs/show/sessions.clean").forms
    form = next(found for found in form.values() if "/jobs/run/" in found.action)
    rehearsed = form.submit("step", value="rehearse")
    assert '"tickets"' in rehearsed.html.find("pre").text
    with site.app_context():
        assert list(db.session.scalars(select(JobRun.job))) == []
    done = form.submit("step", value="run").follow()
    assert "ジョブを実行しました。" in done
    with site.app_context():
        run = db.session.scalars(select(JobRun)).one()
        assert (run.job, run.state, run.by_hand) == ("sessions.clean", "done", True)
        assert "job.run_by_hand" in db.session.scalars(select(AuditEntry.action)).all()
    assert admin.get("/jobs/show/no.such", status="*").status_int == 404


@pytest.mark.req("A-062")
def test_maintenance_is_entered_in_japanese_time_and_closes_the_site(site: Flask, clock: FixedClock) -> None:
    client = log_in(site, "kyokai")
    form = client.get("/maintenanceview/add").forms["model_form"]
    form["starts_at"], form["ends_at"], form["notice"] = "2026-04-15T13:00", "2026-04-15T12:30", "点検"
    assert "終了日時は開始日時より後に" in form.submit()
    form["ends_at"] = "2026-04-15T14:00"
    assert form.submit().status_int == 302
    with site.app_context():
        window = db.session.scalars(select(Maintenance)).one()
        assert window.starts_at.isoformat() == "2026-04-15T13:00:00+09:00"
    assert "2026/04/15 13:00" in client.get("/maintenanceview/list/")
    number = 1
    assert (
        client.get(f"/maintenanceview/edit/{number}").forms["model_form"]["starts_at"].value == "2026-04-15T13:00"
    )
    clock.advance(timedelta(hours=1, minutes=1))
    assert "点検" in browser(site).get("/orderer", status=503)


@pytest.mark.req("P-012")
def test_holidays_and_years_are_kept_by_the_association(site: Flask) -> None:
    client = log_in(site, "kyokai")
    form = client.get("/calendaryearview/add").forms["model_form"]
    form["year"] = "20"
    assert "2000から2200" in form.submit()
    form["year"] = "2031"
    assert form.submit().status_int == 302
    page = client.get("/holidayview/list/")
    client.post("/holidayview/delete/2026-01-01", {"csrf_token": token(page)})
    with site.app_context():
        assert db.session.get(Holiday, date(2026, 1, 1)) is None


@pytest.mark.req("P-005")
def test_rights_are_shown_as_they_are_stated(admin: TestApp) -> None:
    rows = admin.get("/grants/list/").html.find("tbody").find_all("tr")
    table = {row.th.text: [cell.text for cell in row.find_all("td")] for row in rows}
    keep, read, nothing = "一覧、詳細、登録、変更", "一覧、詳細", "—"
    assert table["損害保険会社"] == [keep, keep, nothing, nothing, read, *[nothing] * 4]


@pytest.mark.req("A22")
@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "');alert(1)//"]
)
def test_what_people_enter_is_shown_as_text(site: Flask, admin: TestApp, payload: str) -> None:
    form = admin.get("/agencyview/add").forms["model_form"]
    form["name"] = payload
    form.submit()
    for address in (
        "/agencyview/list/",
        "/agencyview/show/2",
        "/agencyview/edit/2",
        "/audit/list/",
        "/userview/add",
    ):
        page = admin.get(address)
        assert not page.html.find("img", src="x")
        assert "alert(1)" not in "".join(script.text for script in page.html.find_all("script"))
    assert payload in admin.get("/agencyview/list/").html.find("table").text
