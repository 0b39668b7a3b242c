"""Months of cover, pro rata and instalments."""

from collections.abc import Iterable

from hoshou.platform.calculators import Calculator
from hoshou.platform.hookspecs import hookimpl
from hoshou.plugins.proration.rules.document import proration_answer
from hoshou.plugins.proration.rules.instalments import IDENTITY

NAME = "proration"
VERSION = "1.0.0"
REQUIRES: tuple[str, ...] = ()


@hookimpl
def calculators() -> Iterable[Calculator]:
    return (Calculator(IDENTITY, proration_answer),)
