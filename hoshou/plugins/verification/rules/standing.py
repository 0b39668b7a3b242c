"""How a file stands in the register of certificates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """From the best to the least: a file that was registered more than once stands as its best registration does."""

    CURRENT = "current"
    REPLACED = "replaced"
    DELETED = "deleted"


@dataclass(frozen=True)
class Registration:
    """As much of a registered file as its holder sees in it anyway; ``kind`` is a message id."""

    file_id: int
    standing: Standing
    insurer: str
    kind: str
    registered_on: date


def best(registrations: Iterable[Registration]) -> Registration | None:
    """The registration that counts: the best standing, and of those the newest."""
    order = list(Standing)
    return min(registrations, key=lambda one: (order.index(one.standing), -one.file_id), default=None)
