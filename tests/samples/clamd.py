"""A small clamd: the daemon's own protocol for INSTREAM, with one signature in its book."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file that every scanner reports and that harms nobody."""
NAME = "Win.Test.EICAR_HDB-1"


class Clamd(socketserver.ThreadingTCPServer):
    """Listens on a port of the loopback. ``limit`` is its StreamMaxLength in bytes; ``scanned`` counts contents."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0, *, limit: int = 25 * 1024 * 1024) -> None:
        super().__init__(("127.0.0.1", port), _Dialogue)
        self.limit = limit
        self.scanned = 0

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def judge(self, content: bytes) -> bytes:
        self.scanned += 1
        return f"stream: {NAME} FOUND".encode() if EICAR in content else b"stream: OK"


class _Dialogue(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        command = self._read_command()
        self.wfile.write((self._stream() if command == b"zINSTREAM" else b"UNKNOWN COMMAND") + b"\0")

    def _read_command(self) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            letter = self.rfile.read(1)
            if not letter:
                break
            command += letter
        return command.rstrip(b"\0")

    def _stream(self) -> bytes:
        content = b""
        while True:
            head = self.rfile.read(4)
            if len(head) < 4:
                return b"INSTREAM: Error reading data. ERROR"
            (length,) = struct.unpack("!I", head)
            if length == 0:
                return self.server.judge(content)
            if len(content) + length > self.server.limit:
                return b"INSTREAM size limit exceeded. ERROR"
            content += self.rfile.read(length)


@contextmanager
def clamd(port: int = 0, **options: Any) -> Iterator[Clamd]:
    """A running scanner; gone at the end, and its port refuses."""
    with Clamd(port, **options) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
