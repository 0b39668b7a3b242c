"""Processes that a test starts and may kill: forked, so that they begin at once.

A child never uses the parent's database connections; it makes an application of its own.
"""

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

FORK = multiprocessing.get_context("fork")


def start(work: Callable[..., None], *args: Any) -> BaseProcess:
    process = FORK.Process(target=work, args=args, daemon=True)
    process.start()
    return process


def kill(process: BaseProcess) -> None:
    """SIGKILL: no handler, no clean-up."""
    process.kill()
    process.join()
    process.close()


def finish(processes: list[BaseProcess], seconds: float = 60) -> None:
    """Wait for all; a child that failed or hangs fails the test."""
    codes = []
    for process in processes:
        process.join(seconds)
        codes.append(process.exitcode)
        if process.exitcode is None:
            kill(process)
    assert codes == [0] * len(codes)
