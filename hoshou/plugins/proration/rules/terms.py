"""What a scheme lays down about its year. The defaults are those of the manual Ver.5.0."""

from dataclasses import dataclass
from datetime import time
from typing import NamedTuple


class DeadlineDay(NamedTuple):
    """A day before the start of cover: the ``day``-th of the month that lies ``months_before`` before it."""

    months_before: int
    day: int


@dataclass(frozen=True, slots=True)
class SchemeTerms:
    """The dates of a scheme year that begins on the 1st of ``year_start_month`` (II.(2), II.(7), III)."""

    year_start_month: int = 6
    first_debit_after_months: int = 2
    debit_day: int = 12
    renewal_deadlines: tuple[DeadlineDay, ...] = (DeadlineDay(2, 30), DeadlineDay(1, 20))
    joining_deadlines: tuple[DeadlineDay, ...] = (DeadlineDay(1, 20),)
    deadline_time: time = time(17)


MANUAL_TERMS = SchemeTerms()
