"""Worker processes that tests race against each other and kill.

They come from a fork server that has the product imported and nothing open: a worker begins in a blink and
shares no connection, lock or thread with the test. A deed is a function at the top of a module; it gets a
``Hand`` and the arguments, and runs in an application context of its own.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from hoshou.app import create_app
from hoshou.base.clock import Clock, FixedClock
from hoshou.base.errors import DomainError
from hoshou.platform.db import db
from tests.conftest import NOON, settings_for

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.preloaded"])
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Place:
    """Where the work is done: the database's URL, the folder of files, and the time that it is."""

    url: str
    folder: Path
    clock: Clock = field(default_factory=lambda: FixedClock(NOON))
    settings: dict[str, Any] = field(default_factory=dict)

    def app(self) -> Flask:
        return create_app({**settings_for(self.url, self.folder), **self.settings}, clock=self.clock)


@dataclass(frozen=True)
class Hand:
    """One of those who work at the same time. ``number`` tells them apart, from 0."""

    number: int
    gate: Any

    def wait(self) -> None:
        """Until everybody is here."""
        self.gate.wait(PATIENCE_SECONDS)


@dataclass(frozen=True)
class Result:
    """How a deed ended. Of an error its code or its type, and its words."""

    value: Any = None
    error: str = ""
    words: str = ""


Deed = Callable[..., Any]


def do(app: Flask, deed: Deed, hand: Hand, arguments: tuple[Any, ...]) -> Result:
    """One deed in a context of its own; what it raises becomes its result."""
    with app.app_context():
        try:
            return Result(deed(hand, *arguments))
        except DomainError as error:
            return Result(error=error.code)
        except Exception as error:
            return Result(error=type(error).__name__, words=str(error)[:500])
        finally:
            db.session.remove()


def closed_app(place: Place) -> Flask:
    """The application without a connection that children could share."""
    app = place.app()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return app


def received(pipe: Connection, patience: float = PATIENCE_SECONDS) -> Any:
    """The next message; EOFError or ConnectionResetError when who should send it has died."""
    assert pipe.poll(patience), "the worker says nothing"
    return pipe.recv()


def serve(place: Place, first: int, threads: int, gate: Any, pipe: Connection) -> None:
    """A worker's life."""
    app = place.app()
    pipe.send("ready")
    listen(app, first, threads, gate, pipe)


def listen(app: Flask, first: int, threads: int, gate: Any, pipe: Connection) -> None:
    """A message in, as many deeds as there are threads, their results out."""
    while True:
        try:
            deed, arguments = pipe.recv()
        except EOFError:
            return
        results: list[Result] = [Result(error="not_done")] * threads

        def work(index: int) -> None:
            results[index] = do(app, deed, Hand(first + index, gate), arguments)  # noqa: B023

        hands = [threading.Thread(target=work, args=[index]) for index in range(threads)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        pipe.send(results)


class Worker:
    """One process with its threads."""

    def __init__(
        self,
        place: Place,
        first: int = 0,
        threads: int = 1,
        gate: Any = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._patience = patience
        self._pipe, theirs = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=serve, args=(place, first, threads, gate, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def ready(self) -> "Worker":
        assert received(self._pipe, self._patience) == "ready"
        return self

    def ask(self, deed: Deed, *arguments: Any) -> None:
        """Have the worker begin; the results come by ``answer``."""
        self._pipe.send((deed, arguments))

    def answer(self) -> list[Result]:
        """The results of what was asked; EOFError or ConnectionResetError when the worker died of it."""
        results: list[Result] = received(self._pipe, self._patience)
        return results

    def kill(self) -> None:
        """SIGKILL: no handler, no clean-up."""
        self.process.kill()
        self.process.join()
        self._pipe.close()

    def leave(self) -> None:
        self._pipe.close()
        self.process.join(PATIENCE_SECONDS)
        if self.process.is_alive():
            self.kill()


def serve_lives(place: Place, pipe: Connection) -> None:
    """The life of one who dies and is asked again: the application is made once, each deed is done by a child."""
    app = closed_app(place)
    pipe.send("ready")
    while True:
        try:
            deed, arguments = pipe.recv()
        except EOFError:
            return
        child = os.fork()
        if child == 0:
            pipe.send(os.getpid())
            pipe.send(do(app, deed, Hand(0, None), arguments))
            os._exit(0)
        os.waitpid(child, 0)
        pipe.send("over")


class Mortal:
    """A worker that may be killed as often as one likes: only the deed dies, and no application is made anew."""

    def __init__(self, place: Place) -> None:
        self._pipe, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=serve_lives, args=(place, theirs))
        self._process.start()
        theirs.close()
        assert received(self._pipe) == "ready"

    def ask(self, deed: Deed, *arguments: Any) -> int:
        """Have the deed begin; returns the number of the process that does it."""
        self._pipe.send((deed, arguments))
        self._pid: int = received(self._pipe)
        return self._pid

    def answer(self) -> Result | None:
        """How the deed ended; None when it was killed before."""
        found = received(self._pipe)
        if found == "over":
            return None
        assert received(self._pipe) == "over"
        result: Result = found
        return result

    def kill_after(self, seconds: float) -> bool:
        """SIGKILL after so long; whether that was before the deed's end."""
        if not self._pipe.poll(seconds):
            os.kill(self._pid, signal.SIGKILL)
        return self.answer() is None

    def leave(self) -> None:
        self._pipe.close()
        self._process.join(PATIENCE_SECONDS)
        self._process.kill()


@contextmanager
def mortal(place: Place) -> Iterator[Mortal]:
    """A worker for the length of a test."""
    made = Mortal(place)
    try:
        yield made
    finally:
        made.leave()


def serve_crew(place: Place, threads: int, gate: Any, pipes: Sequence[Connection]) -> None:
    """Make the application once, and have a child of one's own at each pipe."""
    app = closed_app(place)
    for number, pipe in enumerate(pipes):
        if os.fork() == 0:
            pipe.send(os.getpid())
            listen(app, number * threads, threads, gate, pipe)
            os._exit(0)
    for _ in pipes:
        os.wait()


class Member:
    """One process of a crew."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._pid: int = received(pipe)

    def ask(self, deed: Deed, *arguments: Any) -> None:
        """Have the member begin; the results come by ``answer``."""
        self._pipe.send((deed, arguments))

    def answer(self) -> list[Result]:
        """The results of what was asked."""
        results: list[Result] = received(self._pipe)
        return results

    def kill(self) -> None:
        """SIGKILL: no handler, no clean-up."""
        os.kill(self._pid, signal.SIGKILL)
        self._pipe.close()

    def leave(self) -> None:
        self._pipe.close()


class Crew:
    """Several workers that begin at the same moment."""

    def __init__(self, place: Place, processes: int, threads: int) -> None:
        gate = CONTEXT.Barrier(processes * threads)
        ours, theirs = zip(*(CONTEXT.Pipe() for _ in range(processes)), strict=True)
        self._process = CONTEXT.Process(target=serve_crew, args=(place, threads, gate, theirs))
        self._process.start()
        for pipe in theirs:
            pipe.close()
        self.workers = [Member(pipe) for pipe in ours]

    def together(self, deed: Deed, *arguments: Any) -> list[Result]:
        """The results of all hands, in their order."""
        for worker in self.workers:
            worker.ask(deed, *arguments)
        return [result for worker in self.workers for result in worker.answer()]

    def leave(self) -> None:
        for worker in self.workers:
            worker.leave()
        self._process.join(PATIENCE_SECONDS)
        self._process.kill()


@contextmanager
def crew(place: Place, processes: int = 4, threads: int = 5) -> Iterator[Crew]:
    """Workers for the length of a test."""
    made = Crew(place, processes, threads)
    try:
        yield made
    finally:
        made.leave()


def wait_until_stopped(pid: int) -> None:
    """Until that process has stopped itself by SIGSTOP."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < deadline, "the worker doesn't stop"
        time.sleep(0.02)


def die() -> None:
    """What ``kill -9`` does, at exactly this point."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_call(owner: Any, name: str, number: int, *, after: bool = False) -> None:
    """Die at (or after) the so-many-th call of a function."""
    real: Callable[..., Any] = getattr(owner, name)
    calls = count(1)

    def counted(*arguments: Any, **options: Any) -> Any:
        # Several threads may call at once: each asks for its own number.
        mine = next(calls)
        if mine == number and not after:
            die()
        result = real(*arguments, **options)
        if mine == number and after:
            die()
        return result

    setattr(owner, name, counted)


def die_at_commit(name: str, number: int) -> None:
    """Die at the so-many-th event of this name of the session."""
    seen = 0

    @event.listens_for(db.session, name)
    def on_event(*_arguments: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            die()
