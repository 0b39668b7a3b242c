"""A few processes that live and stop together (F8).

Each child is a fresh interpreter in a session of its own: a Ctrl-C on the terminal reaches the supervisor
alone, which then asks every child to end. A child whose supervisor has died ends by itself.
"""

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType
from typing import Any

from hoshou.platform.logs import init_logging

SPAWN = multiprocessing.get_context("spawn")
STOP_SECONDS = 40
"""Longer than the web server's own time for requests under way."""

FIRST_PAUSE_SECONDS = 1
LONGEST_PAUSE_SECONDS = 30
STABLE_SECONDS = 60

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Child:
    """One process. ``run`` is a module's function, since it is named to another interpreter.

    A child that is ``restarted`` is started anew when it ends; the end of any other ends all.
    """

    name: str
    run: Callable[..., None]
    arguments: tuple[Any, ...] = ()
    restarted: bool = False


@dataclass
class _Running:
    child: Child
    process: SpawnProcess
    started_at: float
    pause: float = FIRST_PAUSE_SECONDS


def supervise(children: Sequence[Child], ready: Connection, announce: Callable[[], None]) -> int:
    """Run the children until SIGTERM or SIGINT, or until one ends that isn't restarted.

    ``announce`` is called once, when anything has come in by ``ready``. Returns the exit status: 0 when it
    was told to stop. Must be called in the main thread.
    """
    told, tell = socket.socketpair()

    def stop(number: int, _frame: FrameType | None) -> None:
        tell.send(bytes([number]))

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    running: list[_Running] = []
    try:
        running.extend(_start(child) for child in children)
        return _watch(running, told, ready, announce)
    finally:
        _stop(running)
        for number, handler in before.items():
            signal.signal(number, handler)
        told.close()
        tell.close()


def _watch(running: list[_Running], told: socket.socket, ready: Connection, announce: Callable[[], None]) -> int:
    announced = False
    while True:
        happened = wait([told, ready, *(one.process.sentinel for one in running)])
        if told in happened:
            return 0
        if ready in happened:
            ready.recv()
            if not announced:
                announce()
            announced = True
        for one in [one for one in running if one.process.sentinel in happened]:
            one.process.join()
            log.error("%s ended with status %s", one.child.name, one.process.exitcode)
            if not one.child.restarted:
                return 1
            if not _restart(one, told):
                return 0


def _start(child: Child) -> _Running:
    process = SPAWN.Process(target=_enter, args=(child,), name=child.name)
    process.start()
    log.info("%s started as process %s", child.name, process.pid)
    return _Running(child, process, time.monotonic())


def _restart(one: _Running, told: socket.socket) -> bool:
    """Start the child anew after a pause that grows while it keeps dying; False when told to stop meanwhile."""
    if time.monotonic() - one.started_at > STABLE_SECONDS:
        one.pause = FIRST_PAUSE_SECONDS
    if wait([told], one.pause):
        return False
    fresh = _start(one.child)
    one.process, one.started_at = fresh.process, fresh.started_at
    one.pause = min(one.pause * 2, LONGEST_PAUSE_SECONDS)
    return True


def _stop(running: list[_Running]) -> None:
    for one in running:
        if one.process.is_alive():
            one.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for one in running:
        one.process.join(max(0, deadline - time.monotonic()))
        if one.process.exitcode is None:
            log.error("%s didn't end in time and is killed", one.child.name)
            one.process.kill()
            one.process.join()


def _enter(child: Child) -> None:
    os.setsid()
    init_logging()
    threading.Thread(target=_end_with_supervisor, daemon=True).start()
    child.run(*child.arguments)


def _end_with_supervisor() -> None:
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)
