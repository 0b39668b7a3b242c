"""Memory doesn't grow with the lines, but for nine bytes a customer number."""

import io
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hoshou.plugins.debits.zengin import writer
from hoshou.plugins.debits.zengin.entries import DebitLine, DebitSet
from hoshou.plugins.debits.zengin.reader import read_file

from .examples import HEADER, LINE, written

LINES = 15_000
FILE_BYTES = (LINES + 3) * 122


def lines() -> Iterator[DebitLine]:
    return (replace(LINE, customer_number=f"{number:020d}") for number in range(LINES))


def peak_bytes(action: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MEMORY_BYTES", 0x10000)
    with (tmp_path / "file").open("wb") as out:
        peak = peak_bytes(lambda: writer.write_file(out, [DebitSet(HEADER, lines())]))
    assert (tmp_path / "file").stat().st_size == FILE_BYTES
    assert peak < FILE_BYTES / 3


def test_reading() -> None:
    stream = io.BytesIO(written(DebitSet(HEADER, lines())))
    assert peak_bytes(lambda: sum(1 for _ in read_file(stream))) < FILE_BYTES / 3
