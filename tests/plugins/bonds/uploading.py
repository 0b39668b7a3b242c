"""Uploads as the staff screen's form sends them, and what came of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from webtest import TestApp, TestResponse

from hoshou.platform.context import platform
from hoshou.platform.mail.outbox import SEALING, OutboxMail
from tests.accounts import fresh
from tests.samples import pdfs

PAGE = "/bonds/upload/"
PDF = ("証券.pdf", pdfs.plain())
POLICY = "A123456789"
CONTRACTOR = "keiri@kensetsu.example.jp"


def form_values(insurer: int, **changes: str) -> dict[str, str]:
    """A form that is right in every field."""
    address = changes.get("contractor_email", CONTRACTOR)
    return {
        "insurer_id": str(insurer),
        "policy_number": POLICY,
        "contract_type": "performance_bond",
        "submission": "electronic",
        "contract_date": "2026-04-01",
        "insurance_start": "2026-04-01",
        "insurance_end": "2027-03-31",
        "contractor_name": "見本建設株式会社",
        "contractor_email": address,
        "contractor_email_again": address,
        "orderer_name": "見本市",
        "project_name": "見本橋補修工事",
        "kind": "certificate",
        **changes,
    }


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found, name
    return found[1]


def send(
    user: TestApp, values: dict[str, str], *files: tuple[str, bytes], key: str | None = None, **options: Any
) -> TestResponse:
    """Open the screen, fill it in, send it."""
    page = user.get(PAGE)
    fields = {
        **values,
        "csrf_token": hidden(page, "csrf_token"),
        "idempotency_key": key or hidden(page, "idempotency_key"),
    }
    return user.post(PAGE, fields, upload_files=parts(files or [PDF]), **options)


def parts(files: Sequence[tuple[str, bytes]]) -> list[tuple[str, str, bytes]]:
    """Files as WebTest wants them."""
    return [("files", name, data) for name, data in files]


def press(user: TestApp, page_url: str, action: str, **options: Any) -> TestResponse:
    """Send one of the forms of a page that have nothing but a button."""
    return user.post(action, {"csrf_token": hidden(user.get(page_url), "csrf_token")}, **options)


@dataclass(frozen=True)
class Mail:
    template: str
    recipient: str
    subject: str
    body: str

    @property
    def token(self) -> str:
        """The viewing URL's token."""
        return self.body.partition("/v/")[2].split()[0]

    @property
    def password(self) -> str:
        """The viewing password."""
        found = re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b", self.body)
        assert found
        return found[0]


def mails() -> list[Mail]:
    """The outbox, oldest first, opened as the delivery opens it."""
    keys = platform().keys
    return [
        Mail(
            row.template_key,
            row.recipient,
            row.subject,
            keys.open(SEALING, row.sealed_body or b"", row.message_token).decode(),
        )
        for row in fresh().scalars(select(OutboxMail).order_by(OutboxMail.id))
    ]


def stored_blobs(app: Flask) -> list[Path]:
    """Every file in the file store, finished or not."""
    return [path for path in (Path(app.config["DATA_DIR"]) / "files").rglob("*") if path.is_file()]
