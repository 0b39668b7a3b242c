"""What a calculator is called, so that a stored result can name the one that made it (P-004)."""

from typing import NamedTuple


class CalculatorIdentity(NamedTuple):
    """A calculator by its plugin and version. A change that can alter a result by a yen is a new version."""

    plugin: str
    version: int
