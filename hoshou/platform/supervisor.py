"""A few processes that live and stop together, and are relieved by fresh ones for a new version (F8, F19).

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

    A child that is ``restarted`` is started anew when it ends; the end of any other ends all. On SIGUSR2 it is
    told to end, and so started anew; beside a child that is ``relieved`` a fresh one is started first, and the
    old one is told to end when the fresh one is ready.
    """

    name: str
    run: Callable[..., None]
    arguments: tuple[Any, ...] = ()
    restarted: bool = False
    relieved: bool = False


@dataclass
class _Running:
    child: Child
    process: SpawnProcess
    started_at: float
    pause: float = FIRST_PAUSE_SECONDS
    relief: SpawnProcess | None = None


def supervise(children: Sequence[Child], ready: Connection, announce: Callable[[], None]) -> int:
    """Run the children until SIGTERM or SIGINT, or until one ends that isn't restarted.

    A child that is ready sends its process id by ``ready``; ``announce`` is called at the first one. Returns the
    exit status: 0 when it was told to stop. Must be called in the main thread.
    """
    told, tell = socket.socketpair()

    def stop(number: int, _frame: FrameType | None) -> None:
        tell.send(bytes([number]))

    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR2)
    before = {number: signal.signal(number, stop) for number in signals}
    running: list[_Running] = []
    leaving: list[SpawnProcess] = []
    try:
        running.extend(_start(child) for child in children)
        return _watch(running, leaving, told, ready, announce)
    finally:
        reliefs = [one.relief for one in running if one.relief is not None]
        _stop([*(one.process for one in running), *reliefs, *leaving])
        for number, handler in before.items():
            signal.signal(number, handler)
        told.close()
        tell.close()


def _watch(
    running: list[_Running],
    leaving: list[SpawnProcess],
    told: socket.socket,
    ready: Connection,
    announce: Callable[[], None],
) -> int:
    announced = False
    while True:
        reliefs = [one.relief for one in running if one.relief is not None]
        processes = [*(one.process for one in running), *reliefs, *leaving]
        happened = wait([told, ready, *(process.sentinel for process in processes)])
        if told in happened:
            if told.recv(1)[0] != signal.SIGUSR2:
                return 0
            _renew(running)
        if ready in happened:
            _relieve(running, leaving, ready.recv())
            if not announced:
                announce()
            announced = True
        for process in [process for process in leaving if process.sentinel in happened]:
            process.join()
            leaving.remove(process)
        for one in running:
            if one.relief is not None and one.relief.sentinel in happened:
                one.relief.join()
                log.error(
                    "the fresh %s ended with status %s; the old one stays", one.child.name, one.relief.exitcode
                )
                one.relief = None
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


def _renew(running: list[_Running]) -> None:
    """Begin to put fresh processes in the place of the running ones."""
    for one in running:
        if one.child.relieved and one.relief is None:
            one.relief = _start(one.child).process
        elif one.child.restarted:
            one.process.terminate()


def _relieve(running: list[_Running], leaving: list[SpawnProcess], ready: int) -> None:
    """Let the old process of a child go whose fresh one is the one that is ready."""
    for one in running:
        if one.relief is not None and one.relief.pid == ready:
            leaving.append(one.process)
            one.process.terminate()
            one.process, one.relief, one.started_at = one.relief, None, time.monotonic()


def _restart(one: _Running, told: socket.socket) -> bool:
    """Start the child anew after a pause that grows while it keeps dying; False when told to stop meanwhile."""
    if time.monotonic() - one.started_at > STABLE_SECONDS:
        one.pause = FIRST_PAUSE_SECONDS
    if wait([told], one.pause) and told.recv(1, socket.MSG_PEEK)[0] != signal.SIGUSR2:
        return False
    fresh = _start(one.child)
    one.process, one.started_at = fresh.process, fresh.started_at
    one.pause = min(one.pause * 2, LONGEST_PAUSE_SECONDS)
    return True


def _stop(processes: Sequence[SpawnProcess]) -> None:
    for process in processes:
        if process.is_alive():
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        process.join(max(0, deadline - time.monotonic()))
        if process.exitcode is None:
            log.error("%s didn't end in time and is killed", process.name)
            process.kill()
            process.join()


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
