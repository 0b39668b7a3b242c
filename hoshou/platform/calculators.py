"""Calculators as contributions: a request for an amount goes to the one that is asked for, by name and version (P-004).

A calculator is a pure function on JSON documents. What it answered once it answers for ever: a change that can
alter a result by a yen is contributed as a new version beside the old one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.calculators import CalculatorIdentity
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.plugins import PluginError


@dataclass(frozen=True)
class Calculator:
    """What a plugin contributes: whose calculator in which version, and the calculation.

    ``answer`` takes the request, the parameters that the scheme lays down (rates, terms) and the business
    calendar. It returns the answer, with ``calculators`` (name and version of all that took part) and ``breakdown``:
    for each line its ``step``, its ``amount`` in yen, the ``values`` it comes from, and the manual's ``section``.
    It raises Refused for what it can't answer.
    """

    identity: CalculatorIdentity
    answer: Callable[[Any, Any, BusinessCalendar], dict[str, Any]]


class Calculators:
    """The calculators of one application. Raises PluginError when two claim the same name and version."""

    def __init__(self, contributed: Iterable[Calculator]) -> None:
        self._by_identity: dict[CalculatorIdentity, Calculator] = {}
        for calculator in contributed:
            if calculator.identity in self._by_identity:
                name, version = calculator.identity
                raise PluginError(f"two calculators are called {name} {version}")
            self._by_identity[calculator.identity] = calculator

    def named(self, name: str, version: int) -> Calculator:
        """The calculator. Raises Refused ``unknown_calculator``."""
        try:
            return self._by_identity[CalculatorIdentity(name, version)]
        except KeyError:
            raise Refused(
                "unknown_calculator",
                N_("計算方式「%(name)s」第%(version)s版がありません。システム管理者にご連絡ください。"),
                name=name,
                version=version,
            ) from None
