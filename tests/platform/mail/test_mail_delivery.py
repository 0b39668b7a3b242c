"""The outbox and its delivery by a real SMTP server, on both databases (P-015, D-08, A18, A20, F2, F3)."""

import os
import random
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

import config
from hoshou.base.clock import FixedClock, SystemClock
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.mail import smtp
from hoshou.platform.mail.deliver import LEASE, DeliveryResult, deliver_due
from hoshou.platform.mail.outbox import MAX_TRIES, MailState, OutboxMail, pause_after
from hoshou.platform.mail.smtp import OutgoingMessage, mail
from tests.conftest import NOON
from tests.platform.children import finish, kill, start
from tests.platform.mail.samples import BODY, SENDER_ADDRESS, SUBJECT, mail_settings, queue_one
from tests.platform.mail.server import OK, Mailbox
from tests.platform.small_app import make_app
from tests.refusals import refused


def deliver(clock: FixedClock) -> DeliveryResult:
    return deliver_due(unit_of_work, clock, platform().keys)


def stored(mail_id: int) -> OutboxMail:
    db.session.rollback()
    mail: OutboxMail = db.session.get_one(OutboxMail, mail_id)
    return mail


def audited() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(entry.action, entry.object_id) for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]


@pytest.mark.req("P-015", "A-025", "A-048", "A-069", "D-08")
def test_a_mail_arrives_to_the_letter_and_its_body_is_wiped(
    mail_app: Flask, mailbox: Mailbox, clock: FixedClock
) -> None:
    mail_id = queue_one(clock)
    assert mailbox.arrivals == []
    waiting = stored(mail_id)
    assert waiting.sealed_body is not None
    assert b"90817263" not in waiting.sealed_body
    assert deliver(clock) == DeliveryResult(sent=1)

    [arrival] = mailbox.arrivals
    assert (arrival.sender, arrival.recipients) == (SENDER_ADDRESS, ["taro@example.jp"])
    message = arrival.message
    assert message["Subject"] == SUBJECT
    assert message["From"] == SENDER_ADDRESS
    assert message["To"] == "taro@example.jp"
    assert message["Date"].datetime == clock.now()
    assert message.get_content().replace("\r\n", "\n") == BODY
    assert max(map(len, arrival.raw.split(b"\r\n"))) <= 78
    assert arrival.raw.isascii()

    sent = stored(mail_id)
    assert (sent.state, sent.sealed_body, sent.subject) == (MailState.SENT, None, SUBJECT)
    assert message["Message-ID"] == f"<{sent.message_token}@mail.sonpo-hosyou-syouken.jp>"
    assert deliver(clock) == DeliveryResult()
    assert audited() == [("mail.queued", str(mail_id)), ("mail.sent", str(mail_id))]


@pytest.mark.req("A-025")
def test_the_sender_is_the_manuals_unless_the_settings_name_another(
    mail_app: Flask, mailbox: Mailbox, clock: FixedClock
) -> None:
    assert config.MAIL_DEFAULT_SENDER == "info@mail.sonpo-hosyou-syouken.jp"
    mail_app.config["MAIL_DEFAULT_SENDER"] = "syouken@mail.example.jp"
    mail.init_app(mail_app)
    queue_one(clock)
    deliver(clock)
    [arrival] = mailbox.arrivals
    assert (arrival.sender, arrival.message["From"]) == ("syouken@mail.example.jp",) * 2
    assert arrival.message["Message-ID"].endswith("@mail.example.jp>")


@pytest.mark.req("A20", "D-08")
def test_no_secret_and_no_full_address_is_written_anywhere(
    mail_app: Flask, mailbox: Mailbox, clock: FixedClock, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.answer_data = lambda address: f"550 rejected: 90817263 for {address}"
    queue_one(clock)
    deliver(clock)
    mailbox.answer_data = lambda address: OK
    queue_one(clock)
    deliver(clock)
    rows = [str(row) for row in db.session.execute(select(OutboxMail.__table__))]
    entries = [str(row) for row in db.session.execute(select(AuditEntry.__table__))]
    assert "t***@example.jp" in "".join(entries)
    assert "taro@" not in "".join(entries) + caplog.text
    assert "90817263" not in "".join(rows + entries) + caplog.text


@pytest.mark.req("A-026", "A-048", "A18")
def test_any_subject_stays_one_logical_line_and_decodes_to_the_letter(mail_app: Flask) -> None:
    chance = random.Random(1)
    letters = "【保証証券等確認システム】ワンタイム（）、：ABC 123 -_　😀é=?"
    subjects = ["".join(chance.choice(letters) for _ in range(length)).strip() for length in range(1, 500)]
    for subject in [SUBJECT, "plain ASCII " * 15, "=?utf-8?q?x?=", "a" * 200, *subjects]:
        if not subject:
            continue
        raw = OutgoingMessage(subject, "taro@example.jp", "本文", "<x@example.jp>", 0).as_bytes()
        head, _, _ = raw.partition(b"\r\n\r\n")
        logical = head.replace(b"\r\n ", b" ").split(b"\r\n")
        [line] = [line for line in logical if line.startswith(b"Subject: ")]
        assert str(make_header(decode_header(line[len("Subject: ") :].decode()))) == subject
        assert all(len(physical) <= 78 for physical in head.split(b"\r\n"))


@pytest.mark.req("P-015")
def test_what_is_rolled_back_is_not_sent(mail_app: Flask, mailbox: Mailbox, clock: FixedClock) -> None:
    with refused("mail_value_unprintable", "COMPANY_NAME"):
        queue_one(clock, COMPANY_NAME="x\ny")
    with refused("mail_address_invalid", "recipient"):
        queue_one(clock, "taro@example.jp\r\nBcc: evil@example.com")
    assert deliver(clock) == DeliveryResult()
    assert mailbox.arrivals == []


@pytest.mark.req("P-015")
def test_queueing_twice_under_one_key_sends_once(mail_app: Flask, mailbox: Mailbox, clock: FixedClock) -> None:
    numbers = {queue_one(clock, unique_key="folder/7/url") for _ in range(3)}
    other = queue_one(clock, unique_key="folder/8/url")
    assert len(numbers) == 1
    assert numbers != {other}
    assert deliver(clock).sent == 2
    queue_one(clock, unique_key="folder/7/url")
    assert deliver(clock).sent == 0
    assert [action for action, _ in audited()] == ["mail.queued"] * 2 + ["mail.sent"] * 2


@pytest.mark.req("P-015", "F3")
def test_while_the_server_is_down_mails_wait_and_go_out_once_when_it_is_back(
    mail_app: Flask, closed_mailbox: Mailbox, clock: FixedClock
) -> None:
    numbers = [queue_one(clock, f"person{number}@example.jp") for number in range(5)]
    for _ in range(3):
        assert deliver(clock) == DeliveryResult(postponed=1)
    first = stored(numbers[0])
    assert (first.state, first.attempts, first.reason) == (MailState.QUEUED, 1, "ConnectionRefusedError")
    assert first.next_attempt_at == clock.now() + timedelta(seconds=30)
    clock.advance(timedelta(hours=1))
    with closed_mailbox.open():
        assert deliver(clock) == DeliveryResult(sent=5)
        assert deliver(clock) == DeliveryResult()
    assert closed_mailbox.recipients() == [f"person{number}@example.jp" for number in range(5)]


@pytest.mark.req("F3")
def test_the_pauses_grow_and_span_a_little_over_four_hours() -> None:
    pauses = [pause_after(attempt).total_seconds() for attempt in range(1, MAX_TRIES)]
    assert pauses[:6] == [30, 60, 120, 240, 330, 330]
    assert timedelta(hours=4) < timedelta(seconds=sum(pauses)) < timedelta(hours=4, minutes=10)


@pytest.mark.req("F3")
@pytest.mark.parametrize("step", ["answer_rcpt", "answer_data"])
@pytest.mark.parametrize("answer", ["421 4.3.2 closing", "451 4.7.1 try later <taro>"])
def test_a_passing_refusal_is_tried_again(
    mail_app: Flask, mailbox: Mailbox, clock: FixedClock, step: str, answer: str
) -> None:
    setattr(mailbox, step, lambda address: answer)
    mail_id = queue_one(clock)
    assert deliver(clock) == DeliveryResult(postponed=1)
    assert (stored(mail_id).state, stored(mail_id).reason) == (MailState.QUEUED, answer[:9])
    assert deliver(clock) == DeliveryResult()
    setattr(mailbox, step, lambda address: OK)
    clock.advance(timedelta(seconds=30))
    assert deliver(clock) == DeliveryResult(sent=1)
    assert len(mailbox.arrivals) == 1


@pytest.mark.req("F2", "F3")
@pytest.mark.parametrize("step", ["answer_rcpt", "answer_data"])
def test_a_lasting_refusal_is_the_end_of_that_mail_alone(
    mail_app: Flask, mailbox: Mailbox, clock: FixedClock, step: str
) -> None:
    setattr(mailbox, step, lambda address: "550 5.1.1 no such user" if address.startswith("gone") else OK)
    gone, fine = queue_one(clock, "gone@example.jp"), queue_one(clock, "fine@example.jp")
    assert deliver(clock) == DeliveryResult(sent=1, dead=1)
    dead = stored(gone)
    assert (dead.state, dead.reason, dead.sealed_body) == (MailState.DEAD, "550 5.1.1", None)
    assert mailbox.recipients() == ["fine@example.jp"]
    assert audited()[2:] == [("mail.dead", str(gone)), ("mail.sent", str(fine))]


@pytest.mark.req("F3")
def test_after_48_tries_a_mail_is_given_up(mail_app: Flask, mailbox: Mailbox, clock: FixedClock) -> None:
    mailbox.answer_rcpt = lambda address: "451 4.7.1 try later"
    mail_id = queue_one(clock)
    for _ in range(MAX_TRIES - 1):
        assert deliver(clock) == DeliveryResult(postponed=1)
        clock.advance(timedelta(seconds=330))
    assert deliver(clock) == DeliveryResult(dead=1)
    assert (stored(mail_id).state, stored(mail_id).attempts) == (MailState.DEAD, 48)
    assert deliver(clock) == DeliveryResult()


@pytest.mark.req("F3", "A-045")
def test_an_expired_mail_is_never_sent(mail_app: Flask, mailbox: Mailbox, clock: FixedClock) -> None:
    until = NOON + timedelta(minutes=30)
    late, in_time = queue_one(clock, expires_at=until), queue_one(clock, "hana@example.jp", expires_at=until)
    with unit_of_work() as session:
        session.execute(update(OutboxMail).where(OutboxMail.id == late).values(next_attempt_at=until))
    clock.move_to(until - timedelta(seconds=1))
    assert deliver(clock) == DeliveryResult(sent=1)
    clock.move_to(until)
    assert deliver(clock) == DeliveryResult(expired=1)
    assert mailbox.recipients() == ["hana@example.jp"]
    assert (stored(late).state, stored(late).sealed_body) == (MailState.EXPIRED, None)
    assert stored(in_time).state == MailState.SENT
    assert ("mail.expired", str(late)) in audited()


@pytest.mark.req("F3")
def test_a_mail_that_expires_while_the_server_is_slow_to_answer_is_not_sent(
    mail_app: Flask, mailbox: Mailbox, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = mail.connect

    def slow() -> smtp.OutgoingConnection:
        clock.advance(timedelta(minutes=30))
        return connect()

    monkeypatch.setattr(mail, "connect", slow)
    queue_one(clock, expires_at=clock.now() + timedelta(minutes=30))
    assert deliver(clock) == DeliveryResult(expired=1)
    assert mailbox.arrivals == []


@pytest.mark.req("F3")
def test_one_recipients_mails_keep_their_order(mail_app: Flask, mailbox: Mailbox, clock: FixedClock) -> None:
    mailbox.answer_data = lambda address: "451 4.7.1 try later" if address == "slow@example.jp" else OK
    first, second = queue_one(clock, "slow@example.jp"), queue_one(clock, "slow@example.jp")
    queue_one(clock, "quick@example.jp")
    assert deliver(clock) == DeliveryResult(sent=1, postponed=1)
    mailbox.answer_data = lambda address: OK
    assert deliver(clock) == DeliveryResult()
    clock.advance(timedelta(seconds=30))
    assert deliver(clock) == DeliveryResult(sent=2)
    sent = [arrival.message["Message-ID"] for arrival in mailbox.arrivals[1:]]
    expected = [f"<{stored(number).message_token}@mail.sonpo-hosyou-syouken.jp>" for number in (first, second)]
    assert sent == expected


@pytest.mark.req("F18")
def test_a_mail_that_cannot_be_made_does_not_hold_up_the_others(
    mail_app: Flask, mailbox: Mailbox, clock: FixedClock
) -> None:
    broken = queue_one(clock, "broken@example.jp")
    queue_one(clock, "fine@example.jp")
    with unit_of_work() as session:
        session.execute(update(OutboxMail).where(OutboxMail.id == broken).values(sealed_body=b"x" * 40))
    assert deliver(clock) == DeliveryResult(sent=1, postponed=1)
    assert stored(broken).reason == "InvalidTag"


@pytest.mark.req("F3")
def test_a_server_that_says_nothing_is_given_up_in_time(
    mail_app: Flask, closed_mailbox: Mailbox, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.2)
    queue_one(clock)
    with socket.create_server(("127.0.0.1", closed_mailbox.port)):
        assert deliver(clock) == DeliveryResult(postponed=1)


@pytest.mark.req("F3")
def test_a_server_without_the_demanded_encryption_gets_nothing(
    mail_app: Flask, mailbox: Mailbox, clock: FixedClock
) -> None:
    mail_app.extensions["mail"].use_tls = True
    mail_id = queue_one(clock)
    assert deliver(clock) == DeliveryResult(postponed=1)
    assert stored(mail_id).reason == "SMTPNotSupportedError"
    assert mailbox.arrivals == []


@pytest.mark.req("P-009")
def test_a_dry_run_counts_and_sends_nothing(mail_app: Flask, mailbox: Mailbox, clock: FixedClock) -> None:
    mail_id = queue_one(clock)
    result = deliver_due(unit_of_work, clock, platform().keys, dry_run=True)
    assert result == DeliveryResult(waiting=1)
    assert mailbox.arrivals == []
    assert stored(mail_id).attempts == 0


def deliver_and_die(database_url: str, files: Path, port: int, dies_in: int) -> None:
    """Delivers as usual, but is killed when it opens its n-th transaction."""
    clock = FixedClock(NOON)
    app = make_app(database_url, clock, files, **mail_settings(port))
    mail.init_app(app)
    opened = 0

    @contextmanager
    def deadly() -> Iterator[Session]:
        nonlocal opened
        opened += 1
        with unit_of_work() as session:
            yield session
            if opened == dies_in:
                session.flush()
                os.kill(os.getpid(), signal.SIGKILL)

    with app.app_context():
        deliver_due(deadly, clock, platform().keys)


@pytest.mark.slow
@pytest.mark.req("F2")
@pytest.mark.parametrize(("dies_in", "doubles"), [(1, 0), (2, 0), (3, 1), (4, 0), (5, 1), (6, 0)])
def test_a_killed_sender_loses_no_mail_and_doubles_one_at_most(
    mail_app: Flask,
    mailbox: Mailbox,
    clock: FixedClock,
    database_url: str,
    tmp_path: Path,
    dies_in: int,
    doubles: int,
) -> None:
    numbers = [queue_one(clock, f"person{number}@example.jp") for number in range(2)]
    process = start(deliver_and_die, database_url, tmp_path / "files", mailbox.port, dies_in)
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    deliver(clock)
    clock.advance(LEASE)
    deliver(clock)
    assert [stored(number).state for number in numbers] == [MailState.SENT] * 2
    received = Counter(arrival.message["Message-ID"] for arrival in mailbox.arrivals)
    assert len(received) == 2
    assert received.total() == 2 + doubles


@pytest.mark.slow
@pytest.mark.req("F2")
def test_a_sender_killed_before_the_server_answers_loses_no_mail(
    mail_app: Flask, mailbox: Mailbox, clock: FixedClock, database_url: str, tmp_path: Path
) -> None:
    mail_id = queue_one(clock)
    arrived = threading.Event()
    release = threading.Event()

    def wait_then_accept(address: str) -> str:
        if not arrived.is_set():
            arrived.set()
            release.wait(30)
        return OK

    mailbox.answer_data = wait_then_accept
    process = start(deliver_and_die, database_url, tmp_path / "files", mailbox.port, 99)
    assert arrived.wait(30)
    kill(process)
    release.set()
    assert deliver(clock) == DeliveryResult()
    clock.advance(LEASE)
    assert deliver(clock) == DeliveryResult(sent=1)
    assert {arrival.message["Message-ID"] for arrival in mailbox.arrivals} == {
        f"<{stored(mail_id).message_token}@mail.sonpo-hosyou-syouken.jp>"
    }
    assert len(mailbox.arrivals) <= 2


def in_threads(count: int, work: Callable[[], None]) -> None:
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def deliver_in_threads(database_url: str, files: Path, port: int, threads: int) -> None:
    app = make_app(database_url, SystemClock(), files, **mail_settings(port))
    mail.init_app(app)

    def work() -> None:
        with app.app_context():
            for _ in range(3):
                deliver_due(unit_of_work, FixedClock(NOON), platform().keys)

    in_threads(threads, work)


@pytest.mark.slow
@pytest.mark.req("F2", "F14")
def test_twenty_senders_at_once_send_each_mail_once(
    mail_app: Flask, mailbox: Mailbox, clock: FixedClock, database_url: str, tmp_path: Path
) -> None:
    numbers = [queue_one(clock, f"person{number % 40}@example.jp") for number in range(60)]
    finish([start(deliver_in_threads, database_url, tmp_path / "files", mailbox.port, 5) for _ in range(4)])
    deliver(clock)
    assert {stored(number).state for number in numbers} == {MailState.SENT}
    received = Counter(arrival.message["Message-ID"] for arrival in mailbox.arrivals)
    assert (len(received), received.total()) == (60, 60)
