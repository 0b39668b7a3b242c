"""Money as whole yen, and the only place that rounds.

Amounts are ``int`` yen and never negative. A value between yen exists only as an
exact ratio of two integers, and only until :class:`Rounding` turns it into yen (P-018).
"""

from dataclasses import dataclass
from enum import StrEnum

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

MAX_YEN = 10**15
"""The largest amount accepted from outside (1,000 兆円): beyond any business, and safe in a 64 bit column."""


class RoundingMode(StrEnum):
    """Which multiple of the unit a value between two of them becomes."""

    HALF_UP = "half_up"
    FLOOR = "floor"
    CEIL = "ceil"


# Looking up a member on its class costs more than the rounding itself.
_HALF_UP, _FLOOR = RoundingMode.HALF_UP, RoundingMode.FLOOR


@dataclass(frozen=True, slots=True)
class Rounding:
    """How an exact value becomes yen: to a multiple of ``unit`` yen, by ``mode`` (D-23).

    Raises ValueError for a unit below one yen.
    """

    unit: int
    mode: RoundingMode

    def __post_init__(self) -> None:
        if self.unit < 1:
            raise ValueError("a rounding unit is at least one yen")

    def ratio(self, numerator: int, denominator: int) -> int:
        """``numerator ÷ denominator`` yen, rounded.

        Raises ValueError for a negative numerator or a denominator below one: what half
        up means for a debt is nowhere laid down.
        """
        if numerator < 0 or denominator < 1:
            raise ValueError("a ratio of yen is never negative")
        unit, mode = self.unit, self.mode
        step = denominator * unit
        if mode is _HALF_UP:
            return (2 * numerator + step) // (2 * step) * unit
        if mode is _FLOOR:
            return numerator // step * unit
        return -(-numerator // step) * unit


def percent_of(amount: int, percent: int) -> int:
    """``percent`` of ``amount`` yen, floored to the yen (D-23)."""
    return amount * percent // 100


def split_evenly(total: int, parts: int) -> tuple[int, ...]:
    """``total`` yen in ``parts`` equal shares, floored, the remainder in the first: they sum to it (D-23).

    Raises ValueError for fewer than one part.
    """
    if parts < 1:
        raise ValueError("an amount is split into at least one part")
    share = total // parts
    return (total - share * (parts - 1),) + (share,) * (parts - 1)


def split_share(amount: int, percent: int) -> tuple[int, int]:
    """``percent`` of ``amount`` yen floored to the yen, and the rest (D-30): both sum to the amount."""
    share = percent_of(amount, percent)
    return share, amount - share


def yen_amount(value: object, field: str) -> int:
    """``value`` from outside as an amount in yen.

    Raises Refused: ``not_an_integer`` for anything but an ``int`` (a ``bool`` is none),
    ``negative_amount``, ``amount_too_large`` above :data:`MAX_YEN`.
    """
    if type(value) is not int:
        raise Refused("not_an_integer", N_("%(name)sは整数で指定してください。"), field=field, name=field)
    if value < 0:
        raise Refused("negative_amount", N_("%(name)sに負の数は指定できません。"), field=field, name=field)
    if value > MAX_YEN:
        raise Refused("amount_too_large", N_("%(name)sが大きすぎます。"), field=field, name=field)
    return value
