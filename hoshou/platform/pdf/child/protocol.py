"""What the fork server, its children and their client say to each other.

An answer is data of a stranger's making once a parser is subverted: JSON and bytes, never pickles.
"""

import json
import struct
from typing import Any

READY = b"ready"

# Whether the wall clock ran out, and the child's wait status.
OUTCOME = struct.Struct("<?i")

EXIT_OUT_OF_MEMORY = 4

MAX_REQUEST_BYTES = 1 << 16

_LENGTHS = struct.Struct("<II")


class Refusal(Exception):
    """A job's reason not to go on: a code of ``reasons`` and its plain values."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    encoded = json.dumps(head).encode()
    return _LENGTHS.pack(len(encoded), len(body)) + encoded + body


def packed_size(start: bytes) -> int | None:
    """How many bytes the answer that starts so has in all; None while that can't be said yet."""
    return _LENGTHS.size + sum(_LENGTHS.unpack_from(start)) if len(start) >= _LENGTHS.size else None


def unpack(raw: bytes) -> tuple[dict[str, Any], bytes]:
    """Head and body. Raises ValueError for anything that ``pack`` did not make."""
    if packed_size(raw) != len(raw):
        raise ValueError("an answer is cut short")
    length, _ = _LENGTHS.unpack_from(raw)
    start = _LENGTHS.size
    head = json.loads(raw[start : start + length])
    if not isinstance(head, dict):
        raise ValueError("an answer's head is an object")
    return head, raw[start + length :]
