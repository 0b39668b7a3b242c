"""What the lines of a set add up to, held against its trailer; and each 顧客番号 once in a file."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator

from hoshou.base.errors import noop_gettext as N_

from .entries import DebitLine, Totals, looks_like_request
from .layout import DATA, TRAILER
from .problems import Problem
from .results import RESULTS, Outcome

_FIELD = DATA.field("customer_number")
_DIGITS = re.compile(f"[0-9]{{{_FIELD.length}}}")
_NUMBER_BYTES = 9  # 20 decimal digits need 67 bits


class Tally:
    """Counts and sums (yen) of the lines seen so far, by result code."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._amounts: Counter[str] = Counter()

    def add(self, line: DebitLine) -> None:
        """Count a line in."""
        self._counts[line.result_code] += 1
        self._amounts[line.result_code] += line.amount

    def as_request(self) -> Totals:
        """The trailer of a request: nothing settled yet."""
        return Totals(self._counts.total(), self._amounts.total())

    def as_result(self, *, pending_failed: bool = False) -> Totals:
        """The trailer of a result: every settled line that was not paid is 振替不能, our own stops too.

        The standard doesn't know pending lines; agents that have them may count them as 振替不能.
        """
        paid = {code for code in self._counts if _outcome(code) is Outcome.PAID}
        pending = {code for code in self._counts if _outcome(code) is Outcome.PENDING}
        failed = set(self._counts) - paid - (set() if pending_failed else pending)
        return Totals(
            self._counts.total(),
            self._amounts.total(),
            sum(self._counts[code] for code in paid),
            sum(self._amounts[code] for code in paid),
            sum(self._counts[code] for code in failed),
            sum(self._amounts[code] for code in failed),
        )

    def problems(self, record: int, stated: Totals) -> Iterator[Problem]:
        """Where the trailer in that record differs from the lines, field by field."""
        if not stated.has_results:
            expected = self.as_request()
        else:
            expected = self.as_result()
            counted_as_failed = self.as_result(pending_failed=True)
            if stated.failed_count == counted_as_failed.failed_count:
                expected = counted_as_failed
        for field in TRAILER.fields:
            if hasattr(stated, field.name) and getattr(stated, field.name) != getattr(expected, field.name):
                yield Problem(
                    record,
                    field.position,
                    "total_mismatch",
                    N_("「%(label)s」が%(stated)sですが、明細からの集計は%(expected)sです。"),
                    {
                        "label": field.label,
                        "stated": getattr(stated, field.name),
                        "expected": getattr(expected, field.name),
                    },
                )
        answered = any(_outcome(code) is not Outcome.PAID for code in self._counts)
        if looks_like_request(stated) and answered:
            yield Problem(
                record,
                TRAILER.field("paid_count").position,
                "results_without_totals",
                N_("明細に振替結果がありますが、トレーラーの振替済・振替不能の合計がすべて0です。"),
            )


def _outcome(code: str) -> Outcome | None:
    """None for a code without a meaning, whose line has a problem of its own."""
    return RESULTS[code].outcome if code in RESULTS else None


def totals_of(lines: Iterable[DebitLine]) -> Totals:
    """The trailer of a result file with these lines."""
    tally = Tally()
    for line in lines:
        tally.add(line)
    return tally.as_result()


class CustomerNumbers:
    """The 顧客番号 of a file, each allowed once.

    Ascending numbers, as an export has them, cost nine bytes each; those out of order about a
    hundred. A file of a million lines stays far below 200 MB either way.
    """

    def __init__(self) -> None:
        self._ascending = bytearray()
        self._last = -1
        self._others: set[int] = set()

    def problem(self, record: int, line: DebitLine) -> Problem | None:
        """Remember the line's number, or say that an earlier line has it. Unreadable numbers are let pass."""
        text = line.customer_number
        if not _DIGITS.fullmatch(text) or self._is_new(int(text)):
            return None
        return Problem(
            record,
            _FIELD.position,
            "duplicate_customer_number",
            N_("顧客番号%(number)sが重複しています。"),
            {"number": text},
        )

    def _is_new(self, number: int) -> bool:
        if number > self._last:
            self._ascending += number.to_bytes(_NUMBER_BYTES, "big")
            self._last = number
            return True
        if number in self._others or self._was_ascending(number):
            return False
        self._others.add(number)
        return True

    def _was_ascending(self, number: int) -> bool:
        wanted = number.to_bytes(_NUMBER_BYTES, "big")
        places = range(len(self._ascending) // _NUMBER_BYTES)
        place = bisect_left(places, wanted, key=self._at)
        return self._at(place) == wanted

    def _at(self, place: int) -> bytes:
        return bytes(self._ascending[place * _NUMBER_BYTES : (place + 1) * _NUMBER_BYTES])
