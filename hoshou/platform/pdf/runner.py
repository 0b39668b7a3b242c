"""Ask a limited child process to work on bytes, through a fork server that is kept at hand.

The fork server (``child.server``) is a fresh interpreter without this process's
environment, memory or open files. It starts with the first request, serves this process
only, starts anew when it died, and ends when this process does, however that happens.
"""

import contextlib
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hoshou.base.errors import DomainError
from hoshou.platform.pdf.child import protocol
from hoshou.platform.pdf.reasons import busy, refusal, unavailable

log = logging.getLogger(__name__)

MEMORY_BYTES = 768 * 1024 * 1024
WALL_SECONDS = 10.0
SLOTS = 2
PATIENCE_SECONDS = 20.0

_START_SECONDS = 30.0
_GRACE_SECONDS = 5.0
_MAX_ANSWER_BYTES = 64 * 1024 * 1024
_PACKAGE_ROOT = Path(__file__).resolve().parents[3]
_ENDED_BY_A_LIMIT = (signal.SIGXCPU, signal.SIGKILL, protocol.EXIT_OUT_OF_MEMORY << 8)
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from hoshou.platform.pdf.child.server import main; main(sys.argv[2:])"
)


class _ServerGone(Exception):
    """The fork server died or hangs; the request may be asked again of a new one."""


class Runner:
    """A fork server and the right to use it from many threads.

    ``jobs`` names the module whose ``JOBS`` the children know; ``slots`` children run at once.
    """

    def __init__(
        self,
        jobs: str = "hoshou.platform.pdf.child.jobs",
        *,
        memory_bytes: int = MEMORY_BYTES,
        wall_seconds: float = WALL_SECONDS,
        slots: int = SLOTS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._arguments = [jobs, str(memory_bytes), str(wall_seconds)]
        self._wall_seconds = wall_seconds
        self._slot_count = slots
        self._patience_seconds = patience_seconds
        self._server: _Server | None = None
        self._renew()
        _runners.add(self)

    def ask(self, job: str, data: bytes, **options: Any) -> tuple[dict[str, Any], bytes]:
        """What a child answers to ``job`` on ``data``: plain values, and bytes.

        Raises what the child refused (see ``reasons``), Refused ``pdf_too_heavy`` when it met a limit,
        ``pdf_unreadable`` when it crashed, and Unavailable when there is no free slot or no server.
        """
        if not self._slots.acquire(timeout=self._patience_seconds):
            raise busy()
        try:
            return self._ask_twice(job, data, options)
        finally:
            self._slots.release()

    def start(self) -> None:
        """Have the fork server running. Raises Unavailable when it can't be started."""
        self._started()

    def _started(self) -> "_Server":
        try:
            return self._running()
        except (OSError, _ServerGone) as error:
            log.error("the PDF fork server did not start: %r", error)
            raise unavailable() from error

    def close(self) -> None:
        """End the fork server and its children."""
        with self._lock:
            if self._server is not None:
                self._server.end()
                self._server = None

    def _ask_twice(self, job: str, data: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        for _ in range(2):
            server = self._started()
            try:
                return self._ask_once(server, job, data, options)
            except _ServerGone:
                log.warning("the PDF fork server is gone; starting another")
                self._discard(server)
        raise unavailable()

    def _ask_once(
        self, server: "_Server", job: str, data: bytes, options: dict[str, Any]
    ) -> tuple[dict[str, Any], bytes]:
        request = json.dumps({"job": job, "options": options}).encode()
        with _input_file(data) as source, _pipe() as (answer, answer_end), _pipe() as (outcome, outcome_end):
            server.send(request, [source, answer_end.fileno(), outcome_end.fileno()])
            answer_end.close()
            outcome_end.close()
            raw, ended = _collect(answer.fileno(), outcome.fileno(), self._wall_seconds + _GRACE_SECONDS)
        if ended is not None:
            raise _judge_end(*ended)
        return _read_answer(raw)

    def _running(self) -> "_Server":
        with self._lock:
            if self._server is None:
                self._server = _Server(self._arguments)
            return self._server

    def _discard(self, server: "_Server") -> None:
        with self._lock:
            if self._server is server:
                self._server = None
        server.end()

    def _renew(self) -> None:
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self._slot_count)

    def _after_fork_in_child(self) -> None:
        if self._server is not None:
            self._server.disown()
            self._server = None
        self._renew()


class _Server:
    """One running fork server."""

    def __init__(self, arguments: list[str]) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOT, str(_PACKAGE_ROOT), str(theirs.fileno()), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={"LANG": "C.UTF-8"},
                cwd="/",
                start_new_session=True,
            )
        self._finalizer = weakref.finalize(self, _end, self._control, self._process)
        self._control.settimeout(_START_SECONDS)
        try:
            ready = self._control.recv(16) == protocol.READY
        except OSError:
            ready = False
        if not ready:
            self.end()
            raise _ServerGone

    def send(self, request: bytes, files: list[int]) -> None:
        try:
            socket.send_fds(self._control, [request], files)
        except OSError as error:
            raise _ServerGone from error

    def end(self) -> None:
        self._finalizer()

    def disown(self) -> None:
        """Let go of it without ending it: this process is a fork of the one that it serves."""
        self._finalizer.detach()
        self._control.close()
        self._process.returncode = 0


def _end(control: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    control.close()
    try:
        process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _input_file(data: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("pdf")
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _pipe() -> Iterator[tuple[Any, Any]]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as source, os.fdopen(writing, "wb", buffering=0) as sink:
        yield source, sink


def _collect(answer: int, outcome: int, seconds: float) -> tuple[bytes, tuple[bool, int] | None]:
    """The child's answer; and how the child ended, where it did so without a whole answer.

    The server tells the end after the child is gone, so that what is in the pipe by then is all there is;
    the pipe's own end is no sign, for a process forked meanwhile may hold it open.
    """
    os.set_blocking(answer, False)
    deadline = time.monotonic() + seconds
    poll = select.poll()
    poll.register(answer, select.POLLIN)
    poll.register(outcome, select.POLLIN)
    raw = bytearray()
    while True:
        events = dict(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))
        if not events:
            raise _ServerGone
        ended = os.read(outcome, protocol.OUTCOME.size) if outcome in events else None
        while chunk := _read_now(answer):
            raw += chunk
            if len(raw) > _MAX_ANSWER_BYTES:
                raise refusal("pdf_too_heavy")
        if len(raw) == protocol.packed_size(bytes(raw[:8])):
            return bytes(raw), None
        if ended == b"":
            raise _ServerGone
        if ended is not None:
            return bytes(raw), protocol.OUTCOME.unpack(ended)
        if chunk == b"" and answer in events:
            poll.unregister(answer)


def _read_now(descriptor: int) -> bytes | None:
    try:
        return os.read(descriptor, 1 << 20)
    except BlockingIOError:
        return None


def _judge_end(overdue: bool, status: int) -> DomainError:
    """Why a child has no answer to give."""
    heavy = overdue or status in _ENDED_BY_A_LIMIT
    log.warning("a PDF child ended without an answer: overdue %s, status %s", overdue, status)
    return refusal("pdf_too_heavy" if heavy else "pdf_unreadable")


def _read_answer(raw: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        head, body = protocol.unpack(raw)
    except ValueError as error:
        raise refusal("pdf_unreadable") from error
    if "refused" in head:
        raise refusal(head["refused"], **head["values"])
    if "failed" in head:
        log.warning("a PDF child failed: %s", str(head["failed"])[:200])
        raise refusal("pdf_unreadable")
    return head["answer"], body


_runners: "weakref.WeakSet[Runner]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for runner in list(_runners):
        runner._after_fork_in_child()


os.register_at_fork(after_in_child=_after_fork_in_child)

_shared = Runner()
ask = _shared.ask
warm_up = _shared.start
