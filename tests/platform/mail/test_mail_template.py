"""Templates, their edited wording, and addresses (A-050, P-015, A18)."""

import pytest
from flask import Flask

from hoshou.base.clock import FixedClock
from hoshou.platform.actor import SYSTEM
from hoshou.platform.audit import AuditEntry
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.mail.address import checked_address, mask_address
from hoshou.platform.mail.template import RenderedMail, check_wording, fill
from hoshou.platform.mail.wording import current_wording, render, reset_wording, save_wording
from tests.platform.mail.samples import BODY, OTP, SUBJECT, VALUES
from tests.refusals import refused

GOOD = "パスワード $PASSWORD は ${EXPIRATION_TIME} まで。手数料 $$0"
BREAKS = ["\r", "\n", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x00", "\x1b", "\ud800"]


@pytest.mark.req("A-048", "A-050")
def test_the_golden_wording_is_filled_to_the_letter() -> None:
    assert fill(OTP, OTP.subject, OTP.body, VALUES) == RenderedMail(SUBJECT, BODY)


@pytest.mark.req("A-050")
def test_golden_wording_and_samples_suit_each_other() -> None:
    check_wording(OTP, OTP.subject, OTP.body)
    assert "12345678" in fill(OTP, OTP.subject, OTP.body, OTP.samples).body


@pytest.mark.req("A-050")
@pytest.mark.parametrize(
    ("subject", "body", "code", "field"),
    [
        ("ご案内", GOOD + "$PASSWD", "wording_unknown_variable", "body"),
        ("ご案内 $URL", GOOD, "wording_unknown_variable", "subject"),
        ("ご案内", "パスワード $PASSWORD", "wording_missing_variable", "body"),
        ("ご案内", "$EXPIRATION_TIME", "wording_missing_variable", "body"),
        ("ご案内 $PASSWORD", GOOD, "wording_secret_in_subject", "subject"),
        ("ご案内", GOOD + " $ 5", "wording_syntax", "body"),
        ("ご案内 ${", GOOD, "wording_syntax", "subject"),
        (" ", GOOD, "wording_empty", "subject"),
        ("ご案内", "\n", "wording_empty", "body"),
        ("あ" * 201, GOOD, "wording_too_long", "subject"),
        ("ご案内", GOOD + "\x00", "wording_control", "body"),
    ],
)
def test_wording_that_cannot_be_sent_is_refused(subject: str, body: str, code: str, field: str) -> None:
    with refused(code, field):
        check_wording(OTP, subject, body)


@pytest.mark.req("A18")
@pytest.mark.parametrize("line_break", BREAKS)
def test_no_kind_of_line_break_gets_into_a_subject_or_a_value(line_break: str) -> None:
    with refused("wording_line_break", "subject"):
        check_wording(OTP, f"ご案内{line_break}Bcc: evil@example.com", GOOD)
    for name in VALUES:
        with refused("mail_value_unprintable", name):
            fill(OTP, OTP.subject, OTP.body, VALUES | {name: f"x{line_break}Bcc: evil@example.com"})


@pytest.mark.req("A-050")
def test_a_value_is_not_filled_in_again() -> None:
    rendered = fill(OTP, OTP.subject, OTP.body, VALUES | {"COMPANY_NAME": "$PASSWORD"})
    assert "90817263" not in rendered.subject


@pytest.mark.parametrize("values", [{}, VALUES | {"URL": "x"}])
def test_values_must_be_the_templates_own(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="exactly"):
        fill(OTP, OTP.subject, OTP.body, values)


@pytest.mark.req("P-015")
def test_edited_wording_is_used_until_it_is_reset(mail_app: Flask, clock: FixedClock) -> None:
    assert render(db.session(), OTP, VALUES) == RenderedMail(SUBJECT, BODY)
    for body in ("最初の案 $PASSWORD $EXPIRATION_TIME", "$PASSWORD\r\n$EXPIRATION_TIME まで"):
        with unit_of_work() as session:
            save_wording(session, clock, SYSTEM, OTP, "$COMPANY_NAME より", body)
    assert render(db.session(), OTP, VALUES) == RenderedMail(
        "東西損害保険株式会社 より", "90817263\n2026/04/15 12:30 まで"
    )
    with unit_of_work() as session:
        reset_wording(session, clock, SYSTEM, OTP)
    with unit_of_work() as session:
        reset_wording(session, clock, SYSTEM, OTP)
    assert current_wording(db.session(), OTP) == (OTP.subject, OTP.body)
    actions = [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert actions == ["mail.wording_changed", "mail.wording_changed", "mail.wording_reset"]


@pytest.mark.req("A-050")
def test_refused_wording_changes_nothing(mail_app: Flask, clock: FixedClock) -> None:
    with refused("wording_unknown_variable", "body"), unit_of_work() as session:
        save_wording(session, clock, SYSTEM, OTP, "件名", GOOD + "$URL")
    assert current_wording(db.session(), OTP) == (OTP.subject, OTP.body)


@pytest.mark.req("A18")
@pytest.mark.parametrize(
    "address",
    [
        *(f"taro@example.jp{line_break}Bcc: evil@example.com" for line_break in BREAKS),
        *(f"ta{line_break}ro@example.jp" for line_break in BREAKS),
        "",
        "taro",
        "taro@",
        "taro@example.jp,evil@example.com",
        "<taro@example.jp>",
        "太郎@example.jp",
        "taro@[127.0.0.1]",
    ],
)
def test_an_address_that_is_not_one_is_refused(address: str) -> None:
    with refused("mail_address_invalid", "recipient"):
        checked_address(address)


def test_an_address_is_kept_as_servers_write_it() -> None:
    assert checked_address("Taro@Example.JP") == "Taro@example.jp"
    assert checked_address("taro@日本語.jp") == "taro@xn--wgv71a119e.jp"


@pytest.mark.parametrize(
    ("address", "masked"),
    [("taro@example.jp", "t***@example.jp"), ("t@example.jp", "t***@example.jp"), ("", "***@")],
)
def test_a_masked_address_tells_its_first_letter_and_domain(address: str, masked: str) -> None:
    assert mask_address(address) == masked
