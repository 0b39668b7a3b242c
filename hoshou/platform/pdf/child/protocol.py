"""What the fork server, its children and their client say to each other.

An answer is data of a stranger's making once a parser is subverted: JSON and bytes, never pickles.
"""

import json
import struct
from typing import Any

READY = b"ready"

# Whether the wall clock ran out, and the child's wait status.
OUTCOME = struct.Struct("<?i")

EXIT_UNCONFINED = 3
EXIT_OUT_OF_MEMORY = 4

_LENGTH = struct.Struct("<I")


class Refusal(Exception):
    """A job's reason not to go on: a code of ``reasons`` and its plain values."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    encoded = json.dumps(head).encode()
    return _LENGTH.pack(len(encoded)) + encoded + body


def unpack(raw: bytes) -> tuple[dict[str, Any], bytes]:
    """Head and body. Raises ValueError or struct.error for anything that ``pack`` did not make."""
    (length,) = _LENGTH.unpack_from(raw)
    start = _LENGTH.size
    head = json.loads(raw[start : start + length])
    if not isinstance(head, dict):
        raise ValueError("an answer's head is an object")
    return head, raw[start + length :]
