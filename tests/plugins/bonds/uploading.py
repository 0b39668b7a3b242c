"""Uploads as the staff screen's form sends them."""

import re
from collections.abc import Sequence
from typing import Any

from webtest import TestApp, TestResponse

from tests.samples import pdfs

PAGE = "/bonds/upload/"
PDF = ("証券.pdf", pdfs.plain())


def form_values(insurer: int, **changes: str) -> dict[str, str]:
    """A form that is right in every field."""
    address = changes.get("contractor_email", "keiri@kensetsu.example.jp")
    return {
        "insurer_id": str(insurer),
        "policy_number": "A123456789",
        "contract_type": "performance_bond",
        "submission": "electronic",
        "contract_date": "2026-04-01",
        "insurance_start": "2026-04-01",
        "insurance_end": "2027-03-31",
        "contractor_name": "見本建設株式会社",
        "contractor_email": address,
        "contractor_email_again": address,
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
    browser: TestApp, values: dict[str, str], *files: tuple[str, bytes], key: str | None = None, **options: Any
) -> TestResponse:
    """Open the screen, fill it in, send it."""
    page = browser.get(PAGE)
    fields = {
        **values,
        "csrf_token": hidden(page, "csrf_token"),
        "idempotency_key": key or hidden(page, "idempotency_key"),
    }
    return browser.post(PAGE, fields, upload_files=parts(files or [PDF]), **options)


def parts(files: Sequence[tuple[str, bytes]]) -> list[tuple[str, str, bytes]]:
    return [("files", name, data) for name, data in files]
