"""The demo's mail box: filled over SMTP, shown as a page, and nowhere outside the demo."""

import smtplib
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from webtest import TestApp

from hoshou.base.errors import NotFound
from hoshou.plugins.demo.services.mailbox import keep_mail, read_mail, read_mails, recipients
from tests.conftest import NOON, AppMaker


def send(port: int, recipient: str, subject: str, text: str) -> None:
    message = EmailMessage()
    message["From"] = "info@mail.example"
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = NOON + timedelta(minutes=3)
    message.set_content(text)
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        server.send_message(message)


@pytest.mark.req("P-015", "P-020")
def test_a_mail_sent_over_smtp_is_shown_with_its_links(demo_app: Flask) -> None:
    send(
        demo_app.config["MAIL_PORT"],
        "髙﨑 <taro@takasaki.example>",
        "【見本】証券等閲覧用URLのご案内",
        "髙﨑 御中\n\n閲覧用URL: http://127.0.0.1:8080/v/abc_-DEF\n以上",
    )
    browser = TestApp(demo_app)

    page = browser.get("/demo/mailbox")
    mail = page.click("証券等閲覧用URLのご案内")

    assert "taro@takasaki.example" in page
    assert "2026/04/15 12:03" in mail
    assert "髙﨑 御中" in mail
    assert mail.html.find("a", href="http://127.0.0.1:8080/v/abc_-DEF").text == "http://127.0.0.1:8080/v/abc_-DEF"
    assert mail.click("デモのメール").status_int == 200


@pytest.mark.req("P-020")
def test_mails_are_shown_newest_first_and_by_recipient(demo_app: Flask) -> None:
    port = demo_app.config["MAIL_PORT"]
    for number in range(1, 4):
        send(port, f"to{number % 2}@demo.example", f"件名{number}", "本文")
    browser = TestApp(demo_app)

    everything = browser.get("/demo/mailbox")
    form = everything.forms[1]
    form["to"] = "to1@demo.example"
    filtered = form.submit()

    assert [everything.text.index(f"件名{number}") for number in (3, 2, 1)] == sorted(
        everything.text.index(f"件名{number}") for number in (3, 2, 1)
    )
    assert "件名1" in filtered
    assert "件名2" not in filtered
    assert "件名3" in filtered


def test_a_mail_is_shown_as_text_and_never_as_markup(demo_app: Flask) -> None:
    send(
        demo_app.config["MAIL_PORT"],
        "a@demo.example",
        "<b>x</b>",
        '<script>x</script> javascript:x http://a/"><i>',
    )

    mail = TestApp(demo_app).get("/demo/mailbox/1")

    assert "<script>x" not in mail
    assert "<b>x</b>" not in mail
    assert [link["href"] for link in mail.html.find("main").find_all("a")][1:] == ["http://a/"]


def test_an_unknown_mail_is_not_found(demo_app: Flask) -> None:
    assert TestApp(demo_app).get("/demo/mailbox/7", status=404)


def test_every_page_of_the_demo_says_that_it_is_one(demo_app: Flask) -> None:
    assert "デモ環境です" in TestApp(demo_app).get("/")


@pytest.mark.req("P-020")
def test_outside_the_demo_there_is_no_mail_box(usual_url: str, make_app: AppMaker) -> None:
    app = make_app(usual_url)
    browser = TestApp(app)

    browser.get("/demo/mailbox", status=404)
    browser.get("/demo/mailbox/1", status=404)
    assert "デモ環境です" not in browser.get("/")
    assert not [rule for rule in app.url_map.iter_rules() if "demo" in rule.rule or "demo" in rule.endpoint]
    assert "demo" not in app.config["PLUGINS"]


def test_mails_are_numbered_as_they_arrive(tmp_path: Path) -> None:
    raw = b"To: a@demo.example\r\nDate: Wed, 15 Apr 2026 03:00:00 +0000\r\nSubject: x\r\n\r\nbody\r\n"

    assert [keep_mail(tmp_path, raw) for _ in range(11)] == list(range(1, 12))
    assert [mail.number for mail in read_mails(tmp_path)] == list(range(11, 0, -1))
    assert recipients(tmp_path) == ["a@demo.example"]
    assert read_mail(tmp_path, 11).sent_at == NOON
    with pytest.raises(NotFound):
        read_mail(tmp_path, 12)
