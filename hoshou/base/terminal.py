"""What a command prints for programs, and its exit status."""

import json
from typing import Any

from hoshou.base.errors import DomainError

DONE = 0
REFUSED = 1
WRONG_USAGE = 2


def json_bytes(document: Any) -> bytes:
    """One JSON document as UTF-8, whatever the terminal's own encoding is."""
    return json.dumps(document, ensure_ascii=False).encode()


def error_document(error: DomainError) -> dict[str, Any]:
    """A refusal as programs read it."""
    return {"error": {"code": error.code, "message": str(error)}}
