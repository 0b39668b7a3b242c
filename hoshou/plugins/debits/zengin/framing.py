"""Cuts a stream into records: no line ends, CR, LF or CRLF, and perhaps a last 0x1A."""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from .layout import RECORD_BYTES

BLOCK_BYTES = 1 << 16
END_OF_FILE = b"\x1a"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LOOK_AHEAD = RECORD_BYTES + 2


class RawRecord(NamedTuple):
    """The bytes between two line ends, at most 121 of them, and the line end (empty for none)."""

    data: bytes
    line_end: bytes


def split_records(stream: BinaryIO) -> Iterator[RawRecord]:
    """The records in order, in constant memory. The reader refuses those that don't have 120 bytes.

    Whether records without a line end follow each other directly is taken from the first one.
    """
    window = _Window(stream)
    lines: bool | None = None
    while window.fill(_LOOK_AHEAD):
        if window.rest_is(END_OF_FILE):
            return
        found = window.find(_LINE_END, _LOOK_AHEAD)
        if found and found[0] <= RECORD_BYTES:
            length, line_end = found
            lines = True if lines is None else lines
            data = window.take(length)
            window.take(len(line_end))
            yield RawRecord(data, line_end)
        elif lines and not window.ends_within(RECORD_BYTES, END_OF_FILE):
            data = window.take(RECORD_BYTES + 1)
            yield RawRecord(data, window.skip_past(_LINE_END))
        else:
            lines = bool(lines)
            yield RawRecord(window.take(RECORD_BYTES), b"")


class _Window:
    """The part of the stream that is being looked at."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._block = b""
        self._start = 0

    def fill(self, size: int) -> int:
        """Have at least so many bytes at hand if the stream has them; how many there are."""
        while len(self._block) - self._start < size:
            more = self._stream.read(BLOCK_BYTES)
            if not more:
                break
            self._block = self._block[self._start :] + more
            self._start = 0
        return len(self._block) - self._start

    def rest_is(self, ending: bytes) -> bool:
        # `fill` has looked further than any ending, so what is at hand is all there is.
        return len(self._block) - self._start == len(ending) and self._block.endswith(ending)

    def ends_within(self, size: int, ending: bytes) -> bool:
        left = len(self._block) - self._start - size
        return left <= 0 or (left == len(ending) and self._block.endswith(ending))

    def find(self, pattern: re.Pattern[bytes], size: int) -> tuple[int, bytes] | None:
        found = pattern.search(self._block, self._start, self._start + size)
        return (found.start() - self._start, found.group()) if found else None

    def take(self, size: int) -> bytes:
        taken = self._block[self._start : self._start + size]
        self._start += len(taken)
        return taken

    def skip_past(self, pattern: re.Pattern[bytes]) -> bytes:
        while size := self.fill(BLOCK_BYTES):
            # A CR as the last byte at hand may turn out to be a CRLF.
            found = self.find(pattern, size)
            if found and (found[0] + len(found[1]) < size or self.fill(size + 1) == size):
                self.take(found[0] + len(found[1]))
                return found[1]
            if not found:
                self.take(size)
        return b""
