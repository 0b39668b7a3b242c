"""What a scheme lays down about its year. The defaults are those of the manual Ver.5.0."""

from dataclasses import dataclass
from datetime import time
from typing import NamedTuple

from hoshou.base.json_fields import exact_object, integer_within


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


def parse_terms(document: object, field: str) -> SchemeTerms:
    """The terms that decide months and debits, from a JSON document; deadlines stay those of the manual.

    Raises Refused with the codes of ``json_fields``.
    """
    keys = frozenset({"year_start_month", "first_debit_after_months", "debit_day"})
    members = exact_object(document, field, keys)
    return SchemeTerms(
        year_start_month=integer_within(members["year_start_month"], f"{field}.year_start_month", 1, 12),
        first_debit_after_months=integer_within(
            members["first_debit_after_months"], f"{field}.first_debit_after_months", 0, 12
        ),
        debit_day=integer_within(members["debit_day"], f"{field}.debit_day", 1, 31),
    )


def terms_document(terms: SchemeTerms) -> dict[str, int]:
    """What :func:`parse_terms` reads."""
    return {
        "year_start_month": terms.year_start_month,
        "first_debit_after_months": terms.first_debit_after_months,
        "debit_day": terms.debit_day,
    }
