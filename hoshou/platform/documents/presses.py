"""Documents by the thousand on all cores: each process keeps a compiler of its own."""

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

from hoshou.platform.documents.rendering import TemplateFailed, typeset

AT_A_TIME = 8


class Presses:
    """A pool of processes that typeset; to be used in a ``with`` block, which ends them.

    They are started afresh and not forked: a fork would take along connections and locks of the process that asks.
    """

    def __init__(self, processes: int | None = None) -> None:
        self._pool = ProcessPoolExecutor(processes or os.cpu_count(), mp_context=get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def typeset(self, template: Path, documents: Iterable[Mapping[str, Any]]) -> Iterator[bytes | TemplateFailed]:
        """The PDF of each document in order, as ``typeset`` makes it; for one that can't be made what is wrong.

        All ``documents`` are handed over at once, so a caller with many thousands comes again and again with some.
        """
        for pdf in self._pool.map(partial(_typeset, template), documents, chunksize=AT_A_TIME):
            yield TemplateFailed(template.name) if pdf is None else pdf


def _typeset(template: Path, data: Mapping[str, Any]) -> bytes | None:
    # A failure is told as None: its cause holds what can't travel between processes.
    try:
        return typeset(template, data)
    except TemplateFailed:
        return None
