"""A template like the one-time password's, and an application that mails."""

from datetime import datetime
from typing import Any

from hoshou.base.clock import Clock
from hoshou.platform.actor import SYSTEM
from hoshou.platform.context import platform
from hoshou.platform.db import unit_of_work
from hoshou.platform.mail.outbox import queue
from hoshou.platform.mail.template import MailTemplate, MailVariable

OTP = MailTemplate(
    key="orderer.otp",
    title="ワンタイムパスワードのご案内",
    subject=(
        "【保証証券等確認システム】ワンタイムパスワードのご案内 (保険会社名: $COMPANY_NAME、証券番号: $POLICY_NO)"
    ),
    body="発注者さま\n\nワンタイムパスワード: $PASSWORD\n・有効期限は $EXPIRATION_TIME までです。\n",
    variables=(
        MailVariable("COMPANY_NAME", "保険会社名", "見本損害保険株式会社"),
        MailVariable("POLICY_NO", "証券番号", "AB-123456"),
        MailVariable("PASSWORD", "ワンタイムパスワード", "12345678", required=True, secret=True),
        MailVariable("EXPIRATION_TIME", "有効期限", "2026/04/15 12:30", required=True),
    ),
)
VALUES = {
    "COMPANY_NAME": "東西損害保険株式会社",
    "POLICY_NO": "AB-123456",
    "PASSWORD": "90817263",
    "EXPIRATION_TIME": "2026/04/15 12:30",
}
SUBJECT = (
    "【保証証券等確認システム】ワンタイムパスワードのご案内 "
    "(保険会社名: 東西損害保険株式会社、証券番号: AB-123456)"
)
BODY = "発注者さま\n\nワンタイムパスワード: 90817263\n・有効期限は 2026/04/15 12:30 までです。\n"
SENDER_ADDRESS = "info@mail.sonpo-hosyou-syouken.jp"


def mail_settings(port: int) -> dict[str, Any]:
    return {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": port, "MAIL_DEFAULT_SENDER": SENDER_ADDRESS}


def queue_one(
    clock: Clock,
    recipient: str = "taro@example.jp",
    *,
    expires_at: datetime | None = None,
    unique_key: str | None = None,
    **values: str,
) -> int:
    with unit_of_work() as session:
        return queue(
            session,
            clock,
            platform().keys,
            SYSTEM,
            OTP,
            recipient,
            VALUES | values,
            about=("bonds_folder", 7),
            expires_at=expires_at,
            unique_key=unique_key,
        )
