"""What comes next for an enrolment, told before it happens: debits, a further failure, the last days to act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hoshou.plugins.debits.rules.failures import LAPSE_AFTER, lapse_day
from hoshou.plugins.debits.rules.mandates import CHANGE_DAY, latest_arrival


@dataclass(frozen=True, slots=True)
class Due:
    """An instalment: its debit day, its levy in yen, and whether it is settled or not owed any more."""

    number: int
    due_on: date
    levy: int
    is_over: bool = False
    is_open: bool = False  # in a run whose result is not known yet


@dataclass(frozen=True, slots=True)
class NextDebit:
    """A debit to come. ``merged_if_fails`` is the next debit's amount in yen after a first failure;
    None when a failure would not merge: then ``lapse_if_fails`` is the day of 不払解除, or there is no next debit.
    ``change_account_by`` is the last day on which a new mandate may arrive to count for it."""

    on: date
    numbers: tuple[int, ...]
    amount: int
    change_account_by: date
    merged_if_fails: int | None
    lapse_if_fails: date | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """``awaiting``: yen in a run whose result is not known. ``stopped``: no debit while a lapse is proposed.

    ``refund``: yen that the member is to get back.
    """

    debits: tuple[NextDebit, ...]
    awaiting: int
    unpaid: int
    stopped: bool
    refund: int = 0


def outlook(
    instalments: Sequence[Due],
    today: date,
    failures: int,
    *,
    stopped: bool,
    change_day: int = CHANGE_DAY,
    refund: int = 0,
) -> Outlook:
    """The debits from ``today`` on if each one before it succeeds, the overdue merged into the first."""
    left = [one for one in instalments if not one.is_over and not one.is_open]
    awaiting = sum(one.levy for one in instalments if one.is_open)
    overdue = [one for one in left if one.due_on < today]
    unpaid = sum(one.levy for one in overdue)
    if stopped:
        return Outlook((), awaiting, unpaid, True, refund)
    coming = sorted((one for one in left if one.due_on >= today), key=lambda one: one.due_on)
    debits: list[NextDebit] = []
    for place, one in enumerate(coming):
        taken = [*overdue, one] if place == 0 else [one]
        amount = sum(part.levy for part in taken)
        following = coming[place + 1] if place + 1 < len(coming) else None
        lapses = place == 0 and failures + 1 >= LAPSE_AFTER
        debits.append(
            NextDebit(
                one.due_on,
                tuple(part.number for part in taken),
                amount,
                latest_arrival(one.due_on, change_day),
                None if lapses or following is None else amount + following.levy,
                lapse_day(one.due_on) if lapses else None,
            )
        )
    return Outlook(tuple(debits), awaiting, unpaid, False, refund)
