"""Which instalments a member's bank transfer settles (B-076, B-088)."""

from collections.abc import Sequence
from dataclasses import dataclass

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_


@dataclass(frozen=True, slots=True)
class OpenInstalment:
    """An unpaid instalment and its levy in yen."""

    instalment_id: int
    levy: int


def settled_by(amount: int, unpaid: Sequence[OpenInstalment]) -> tuple[OpenInstalment, ...]:
    """The oldest unpaid instalments whose levies sum to exactly ``amount`` yen.

    An instalment is never paid in part. Raises Refused ``transfer_amount`` naming the amounts that fit.
    """
    total, fitting = 0, []
    for count, instalment in enumerate(unpaid, start=1):
        total += instalment.levy
        if total == amount:
            return tuple(unpaid[:count])
        fitting.append(f"{total:,}")
    raise Refused(
        "transfer_amount",
        N_("振込金額が未収の賦課金と一致しません。古い回から順の合計額（円）：%(fitting)s"),
        field="amount",
        fitting="、".join(fitting) or "0",
    )


def settled_at_most(amount: int, unpaid: Sequence[OpenInstalment]) -> tuple[tuple[OpenInstalment, ...], int]:
    """The oldest unpaid instalments that ``amount`` yen cover whole, and the yen that are left."""
    covered = []
    for instalment in unpaid:
        if instalment.levy > amount:
            break
        amount -= instalment.levy
        covered.append(instalment)
    return tuple(covered), amount
