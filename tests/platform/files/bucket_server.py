"""An S3 server of the tests' own, and a proxy before it that does what such servers and the lines to them do."""

import base64
import http.client
import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from moto.server import ThreadedMotoServer

SLOW_SECONDS = 10.0
WRONG = "0" * 32


class Fault(StrEnum):
    """What becomes of a request."""

    ERROR = "answered with 500"
    REFUSED = "answered with 403"
    SLOW = "done, and answered too late"
    LOST = "done, and never answered"
    FORGOTTEN = "answered as if done"
    ABSENT = "answered with 404"
    WRONG_ETAG = "done, and answered with another ETag"
    WRONG_CHECKSUM = "done, and answered with another checksum"
    ALTERED = "done with another byte"
    TORN = "answered by half"


@dataclass
class Armed:
    fault: Fault
    method: str
    after: int
    left: int


SUDDEN: dict[str, tuple[Fault, ...]] = {
    "PUT": (Fault.ERROR, Fault.LOST, Fault.FORGOTTEN, Fault.ALTERED, Fault.WRONG_ETAG),
    "HEAD": (Fault.ERROR, Fault.LOST, Fault.ABSENT),
    "GET": (Fault.ERROR, Fault.LOST, Fault.TORN),
    "DELETE": (Fault.ERROR, Fault.LOST),
}


class FaultProxy:
    """Carries requests to the server; ``arm`` has those of a method meet a fault."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.ahead = timedelta(0)
        """How far the server's own time is ahead of ours."""
        self.met: list[Fault] = []
        self.asked: list[str] = []
        """The methods of all requests since the last ``arm``."""
        self._armed: list[Armed] = []
        self._chance: random.Random | None = None
        self._held = threading.Lock()
        self.closing = threading.Event()

        class Handler(_Carrier):
            proxy = self

        self._listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._listener.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._listener.server_port}"
        threading.Thread(target=self._listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def arm(self, fault: Fault, method: str, times: int = 1000, after: int = 0) -> None:
        """So many requests of the method meet the fault, after so many that don't."""
        self._armed.append(Armed(fault, method, after, times))
        self.asked.clear()

    def haunt(self, chance: random.Random) -> None:
        """Two of five requests meet some fault."""
        self._chance = chance

    def disarm(self) -> None:
        self._armed.clear()
        self._chance = None

    def fault_of(self, method: str) -> Fault | None:
        with self._held:
            self.asked.append(method)
            for armed in self._armed:
                if armed.method == method and armed.after:
                    armed.after -= 1
                elif armed.method == method and armed.left:
                    armed.left -= 1
                    self.met.append(armed.fault)
                    return armed.fault
            if self._chance is not None and self._chance.random() < 0.4:
                self.met.append(self._chance.choice(SUDDEN[method]))
                return self.met[-1]
        return None

    def close(self) -> None:
        self.closing.set()
        self._listener.shutdown()
        self._listener.server_close()


class _Carrier(BaseHTTPRequestHandler):
    proxy: FaultProxy
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""

    def carry(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.proxy.fault_of(self.command)
        # Whoever waited for a late answer may have gone.
        with suppress(ConnectionError):
            match fault:
                case Fault.ERROR:
                    self._answer(500, {}, _error("InternalError"))
                case Fault.REFUSED:
                    self._answer(403, {}, _error("AccessDenied"))
                case Fault.ABSENT:
                    self._answer(404, {}, _error("NoSuchKey"))
                case Fault.FORGOTTEN:
                    self._answer(200, {"ETag": f'"{_md5_of(self.headers)}"'}, b"")
                case Fault.ALTERED:
                    self._answer(*self._ask(bytes([body[0] ^ 1]) + body[1:]))
                case _:
                    self._answer_wrongly(fault, *self._ask(body))

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = carry

    def _answer_wrongly(self, fault: Fault | None, status: int, headers: dict[str, str], body: bytes) -> None:
        if fault is Fault.SLOW:
            self.proxy.closing.wait(SLOW_SECONDS)
        if fault is Fault.WRONG_ETAG:
            headers["etag"] = f'"{WRONG}"'
        if fault is Fault.WRONG_CHECKSUM:
            headers["x-amz-checksum-sha256"] = WRONG
        if fault is Fault.LOST:
            self.close_connection = True
        elif fault is Fault.TORN:
            self._answer(status, headers, body, sent=body[: len(body) // 2])
            self.close_connection = True
        else:
            self._answer(status, headers, body)

    def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.proxy.server_port)
        try:
            line.request(self.command, self.path, body, dict(self.headers))
            answer = line.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read()
        finally:
            line.close()

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes, sent: bytes | None = None) -> None:
        self.send_response_only(status)
        hidden = {"date", "server", "connection", "transfer-encoding"}
        hidden |= set() if self.command == "HEAD" else {"content-length"}
        for name, value in headers.items():
            if name not in hidden:
                self.send_header(name, value)
        self.send_header("Date", format_datetime(datetime.now(UTC) + self.proxy.ahead, usegmt=True))
        if "content-length" not in headers or self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if sent is None else sent)


def _error(code: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()


def _md5_of(headers: Any) -> str:
    return base64.b64decode(headers["Content-MD5"]).hex()


@contextmanager
def bucket_server() -> Iterator[int]:
    """The port of an S3 server without any bucket."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()
