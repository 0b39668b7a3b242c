"""Malware scanning by clamd, ClamAV's daemon, with its command INSTREAM (A16).

No answer is never taken for "clean": what couldn't be scanned waits.
"""

import logging
import re
import socket
import struct
from urllib.parse import urlsplit

from hoshou.base.errors import Unavailable
from hoshou.base.errors import noop_gettext as N_

CHUNK = 1 << 16
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 30.0
MAX_ANSWER_BYTES = 4096
CLEAN = b"stream: OK\0"
FOUND = re.compile(rb"stream: ([!-~]{1,200}) FOUND\0")

log = logging.getLogger(__name__)


class NotScanned(Unavailable):
    """The scanner said nothing of use about this content."""

    def __init__(self) -> None:
        super().__init__("not_scanned", N_("ウイルス検査を行えませんでした。"))


class ScannerDown(NotScanned):
    """There is no scanner to ask just now, about this content or any other."""


class Scanner:
    """A clamd at ``tcp://host:port`` or ``unix:///path``."""

    def __init__(self, address: str) -> None:
        """Raises ValueError for an address of another form."""
        parts = urlsplit(address)
        self._family: socket.AddressFamily
        self._address: tuple[str, int] | str
        if parts.scheme == "tcp" and parts.hostname and parts.port:
            self._family, self._address = socket.AF_INET, (parts.hostname, parts.port)
        elif parts.scheme == "unix" and parts.path:
            self._family, self._address = socket.AF_UNIX, parts.path
        else:
            raise ValueError(f"not a scanner's address: {address!r}")

    def scan(self, data: bytes) -> str:
        """The name of what was found in it; an empty text when it is clean. Raises NotScanned or ScannerDown."""
        answer = self._ask(data)
        if answer == CLEAN:
            return ""
        found = FOUND.fullmatch(answer)
        if found is None:
            log.error("clamd did not scan %d bytes: %r", len(data), answer)
            raise NotScanned
        return found[1].decode()

    def _ask(self, data: bytes) -> bytes:
        try:
            with self._connection() as connection:
                _send(connection, data)
                return _answer(connection)
        except TimeoutError as error:
            log.error("clamd does not answer")
            raise ScannerDown from error
        except OSError as error:
            log.error("clamd hung up: %s", error)
            raise NotScanned from error

    def _connection(self) -> socket.socket:
        connection = socket.socket(self._family, socket.SOCK_STREAM)
        try:
            connection.settimeout(CONNECT_SECONDS)
            connection.connect(self._address)
            connection.settimeout(ANSWER_SECONDS)
        except OSError as error:
            connection.close()
            log.error("clamd can't be reached: %s", error)
            raise ScannerDown from error
        return connection


def _send(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), CHUNK):
            chunk = data[start : start + CHUNK]
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        # It says why before it hangs up: more than its StreamMaxLength allows.
        return


def _answer(connection: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < MAX_ANSWER_BYTES:
        received = connection.recv(MAX_ANSWER_BYTES)
        if not received:
            break
        answer += received
    return answer
