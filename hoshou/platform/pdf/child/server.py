"""The fork server: has the PDF libraries loaded, and forks one confined child for each request.

It runs one thread, touches no PDF itself, and ends with its client: the control socket
then reports its end, and every child is killed as a group.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from hoshou.platform.pdf.child import confinement, protocol

Job = Callable[..., tuple[dict[str, Any], bytes]]


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    pidfd: int
    outcome: int
    deadline: float


def main(arguments: list[str]) -> None:
    """Serve a control socket, given by its descriptor, with the jobs of the module that is named next."""
    control = socket.socket(fileno=int(arguments[0]))
    jobs: Mapping[str, Job] = importlib.import_module(arguments[1]).JOBS
    confinement.be_the_first_to_go()
    gc.disable()
    gc.freeze()
    control.send(protocol.READY)
    _Server(control, jobs).serve()


class _Server:
    def __init__(self, control: socket.socket, jobs: Mapping[str, Job]) -> None:
        self._control = control
        self._jobs = jobs
        self._children: dict[int, _Child] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)

    def serve(self) -> None:
        while True:
            for key, _ in self._selector.select(self._until_next_deadline()):
                if key.fileobj is not self._control:
                    self._bury(self._children[key.fd], overdue=False)
                elif not self._accept():
                    self._end()
                    return
            now = time.monotonic()
            for child in [c for c in self._children.values() if c.deadline <= now]:
                self._bury(child, overdue=True)

    def _until_next_deadline(self) -> float | None:
        if not self._children:
            return None
        return max(0.0, min(c.deadline for c in self._children.values()) - time.monotonic())

    def _accept(self) -> bool:
        try:
            request, files, _, _ = socket.recv_fds(self._control, 1 << 16, 3)
        except ConnectionError:
            return False
        if not request:
            return False
        source, answer, outcome = files
        asked = json.loads(request)
        limits = asked["limits"]
        pid = os.fork()
        if pid == 0:
            _work(self._jobs[asked["job"]], asked["options"], limits, source, answer)
        os.close(source)
        os.close(answer)
        child = _Child(pid, os.pidfd_open(pid), outcome, time.monotonic() + limits["wall_seconds"])
        self._children[child.pidfd] = child
        self._selector.register(child.pidfd, selectors.EVENT_READ)
        return True

    def _bury(self, child: _Child, *, overdue: bool) -> None:
        """Kill what is left of a child's group, reap it and tell the client how it ended."""
        _kill_group(child.pid)
        _, status = os.waitpid(child.pid, 0)
        self._selector.unregister(child.pidfd)
        os.close(child.pidfd)
        del self._children[child.pidfd]
        with contextlib.suppress(BrokenPipeError):
            os.write(child.outcome, protocol.OUTCOME.pack(overdue, status))
        os.close(child.outcome)

    def _end(self) -> None:
        for child in self._children.values():
            _kill_group(child.pid)


def _kill_group(pid: int) -> None:
    # Before its first instruction the child has no group of its own yet.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _work(
    job: Job,
    options: dict[str, Any],
    limits: dict[str, Any],
    source: int,
    answer: int,
) -> None:
    """The child's whole life. Never returns."""
    try:
        try:
            confinement.confine(
                [source, answer], memory_bytes=limits["memory_bytes"], cpu_seconds=limits["wall_seconds"]
            )
        except OSError:
            os._exit(protocol.EXIT_UNCONFINED)
        with open(source, "rb", closefd=False) as file:
            _write_all(answer, _answer(job, file, options))
        os._exit(0)
    except MemoryError:
        os._exit(protocol.EXIT_OUT_OF_MEMORY)
    finally:
        os._exit(1)


def _answer(job: Job, file: BinaryIO, options: dict[str, Any]) -> bytes:
    try:
        answer, body = job(file, **options)
    except protocol.Refusal as refusal:
        return protocol.pack({"refused": refusal.code, "values": refusal.values})
    except MemoryError:
        raise
    except Exception:
        kind, error, _ = sys.exc_info()
        return protocol.pack({"failed": f"{kind and kind.__name__}: {error}"[:200]})
    return protocol.pack({"answer": answer}, body)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
