"""The fork server: has the PDF libraries loaded, and keeps one confined child waiting for the next request.

A child serves one request and ends. The server runs one thread, touches no PDF itself, and
ends with its client: the control socket then reports its end, and every child is killed.
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
class _Spare:
    """A child that waits for its request."""

    pid: int
    channel: socket.socket


@dataclass(frozen=True, slots=True)
class _Child:
    """A child at work."""

    pid: int
    pidfd: int
    outcome: int
    deadline: float


def main(arguments: list[str]) -> None:
    """Serve a control socket: descriptor, module with the jobs, bytes of memory, seconds a request.

    The module has ``JOBS``, and ``rehearse``, which each child does once before its request is there.
    """
    descriptor, module, memory_bytes, wall_seconds = arguments
    control = socket.socket(fileno=int(descriptor))
    work = importlib.import_module(module)
    jobs: Mapping[str, Job] = work.JOBS
    confinement.be_the_first_to_go()
    confinement.let_others_go_first()
    gc.disable()
    gc.freeze()
    _Server(control, jobs, work.rehearse, int(memory_bytes), float(wall_seconds)).serve()


class _Server:
    def __init__(
        self,
        control: socket.socket,
        jobs: Mapping[str, Job],
        rehearse: Callable[[], None],
        memory_bytes: int,
        wall_seconds: float,
    ) -> None:
        self._control = control
        self._jobs = jobs
        self._rehearse = rehearse
        self._memory_bytes = memory_bytes
        self._wall_seconds = wall_seconds
        self._children: dict[int, _Child] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._spare: _Spare | None = self._fork()

    def serve(self) -> None:
        self._control.send(protocol.READY)
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
            # Not sooner: forking would take time from the child at work.
            if self._spare is None and not self._children:
                self._spare = self._fork()

    def _until_next_deadline(self) -> float | None:
        if not self._children:
            return None
        return max(0.0, min(c.deadline for c in self._children.values()) - time.monotonic())

    def _fork(self) -> _Spare:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            _live(theirs, self._jobs, self._rehearse, self._memory_bytes, self._wall_seconds)
        theirs.close()
        if ours.recv(len(protocol.READY)) != protocol.READY:
            raise OSError("a child could not confine itself; the kernel lacks a needed feature")
        return _Spare(pid, ours)

    def _accept(self) -> bool:
        """Hand the next request to a waiting child. False when the client is gone."""
        try:
            request, files, _, _ = socket.recv_fds(self._control, protocol.MAX_REQUEST_BYTES, 3)
        except ConnectionError:
            return False
        if not request:
            return False
        source, answer, outcome = files
        spare = self._spare or self._fork()
        self._spare = None
        # Should the child be gone, its status will tell the client so.
        with contextlib.suppress(OSError):
            socket.send_fds(spare.channel, [request], [source, answer])
        spare.channel.close()
        os.close(source)
        os.close(answer)
        child = _Child(spare.pid, os.pidfd_open(spare.pid), outcome, time.monotonic() + self._wall_seconds)
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
        if self._spare is not None:
            _kill_group(self._spare.pid)
        for child in self._children.values():
            _kill_group(child.pid)


def _kill_group(pid: int) -> None:
    # Before its first instructions the child has no group of its own yet.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _live(
    channel: socket.socket,
    jobs: Mapping[str, Job],
    rehearse: Callable[[], None],
    memory_bytes: int,
    wall_seconds: float,
) -> None:
    """The child's whole life. Never returns."""
    try:
        confinement.confine([channel.fileno()], memory_bytes=memory_bytes, cpu_seconds=wall_seconds)
        rehearse()
        channel.send(protocol.READY)
        request, files, _, _ = socket.recv_fds(channel, protocol.MAX_REQUEST_BYTES, 2)
        channel.close()
        source, answer = files
        asked = json.loads(request)
        with open(source, "rb", closefd=False) as file:
            _write_all(answer, _answer(jobs[asked["job"]], file, asked["options"]))
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
