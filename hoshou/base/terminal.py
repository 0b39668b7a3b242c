"""What a command prints, and its exit status."""

import json
from typing import Any

from hoshou.base.errors import DomainError

REFUSED = 1
"""The exit status of a command that refuses; 0 is done, 2 (click's own) is wrong usage."""


def text_bytes(text: str) -> bytes:
    """``text`` as UTF-8, whatever the terminal's own encoding is; a lone surrogate as its JSON escape."""
    return text.encode(errors="backslashreplace")


def json_bytes(document: Any) -> bytes:
    """One JSON document as UTF-8; what JSON has no form for, such as a date, as its text."""
    return text_bytes(json.dumps(document, ensure_ascii=False, default=str))


def error_document(error: DomainError) -> dict[str, Any]:
    """A refusal as programs read it."""
    return {"error": {"code": error.code, "message": str(error)}}
