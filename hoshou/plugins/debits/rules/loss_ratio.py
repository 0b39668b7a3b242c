"""Premium earned against claims paid (損害率, II.(10), B-104)."""

from dataclasses import dataclass
from datetime import date

from hoshou.base.dates import add_months
from hoshou.base.money import Rounding, RoundingMode

PER_MILLE = Rounding(1, RoundingMode.HALF_UP)


def is_earned(start: date, number: int, as_of: date) -> bool:
    """Whether the cover month that an instalment pays for is over: the ``number``-th from ``start`` on."""
    return add_months(start, number) <= as_of


@dataclass(frozen=True, slots=True)
class LossRatio:
    """Yen of one scheme year at one insurer."""

    earned: int
    paid: int

    @property
    def per_mille(self) -> int | None:
        """Claims ÷ earned premium in thousandths, half up; None before anything is earned."""
        return PER_MILLE.ratio(self.paid * 1000, self.earned) if self.earned else None
