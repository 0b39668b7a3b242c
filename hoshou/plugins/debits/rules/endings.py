"""What is still owed when an enrolment ends early (manual III.4.(2), B-088, D-36)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hoshou.plugins.proration.rules.scheme_year import elapsed_months


@dataclass(frozen=True, slots=True)
class Share:
    """One instalment: its number, its levy in yen, and whether it was collected."""

    number: int
    levy: int
    collected: bool


@dataclass(frozen=True, slots=True)
class Receivable:
    """Counts of instalments and yen. ``refund`` is what was collected beyond the required instalments."""

    required: int
    collected: int
    owed: int
    owed_levy: int
    refund_levy: int


def required_instalments(start: date, ended_on: date) -> int:
    """必要回数: as many instalments as months of cover were used up (既経過月数).

    Raises Refused ``change_outside_period``.
    """
    return elapsed_months(start, ended_on)


def receivable(required: int, shares: Sequence[Share]) -> Receivable:
    """What the member still has to transfer to the association's account, and what it gets back."""
    owed = [share for share in shares if share.number <= required and not share.collected]
    beyond = [share for share in shares if share.number > required and share.collected]
    return Receivable(
        required,
        sum(share.number <= required and share.collected for share in shares),
        len(owed),
        sum(share.levy for share in owed),
        sum(share.levy for share in beyond),
    )
