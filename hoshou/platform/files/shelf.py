"""Where sealed contents lie, each under its storage key: a disk (``disk.py``) or a bucket (``s3.py``)."""

import re
from collections.abc import Iterator
from typing import Protocol

STORAGE_KEY = re.compile(r"[0-9a-f]{32}")


class Shelf(Protocol):
    """Every method raises OSError when the shelf refuses or doesn't answer, and ValueError for what is no storage key.

    Ages are seconds by the shelf's own time, whatever the clocks here say.
    """

    def lay(self, storage_key: str, sealed: bytes) -> None:
        """On return the content lies there whole, durably and under its final name."""

    def fetch(self, storage_key: str) -> bytes:
        """Raises FileNotFoundError where there is none."""

    def remove(self, storage_key: str) -> None:
        """Removing it again changes nothing."""

    def holds(self, storage_key: str) -> bool: ...

    def keys(self, older_than: float = 0) -> Iterator[str]:
        """The storage keys of what has lain here for longer than that; of everything for 0."""

    def clear_leftovers(self, older_than: float, *, dry_run: bool) -> int:
        """Remove what writing has begun and no running ``lay`` can own any more; returns how many."""


def checked(storage_key: str) -> str:
    """The storage key. Raises ValueError for anything else, a path above all."""
    if not STORAGE_KEY.fullmatch(storage_key):
        raise ValueError("not a storage key")
    return storage_key
