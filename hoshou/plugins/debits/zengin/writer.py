"""Writes whole files, or nothing at all.

The lines may be a generator and are gone through once. Records are checked as they come and
kept in an unnamed temporary file; the caller's stream gets them only when the last one is
known to be right. Memory stays the same however many lines there are, but for the customer
numbers (`tally.CustomerNumbers`).
"""

import shutil
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

from hoshou.base.errors import noop_gettext as N_

from .characters import encode
from .codec import codecs_for
from .entries import DebitSet
from .layout import DATA, END, HEADER, TRAILER, Record
from .problems import MOST_PROBLEMS, FileRefused, Problem
from .profiles import STANDARD, Profile
from .tally import CustomerNumbers, Tally

MEMORY_BYTES = 8 * 1024 * 1024
"""A file up to this size never touches the disk."""


def write_file(out: BinaryIO, sets: Iterable[DebitSet], profile: Profile = STANDARD) -> None:
    """Write the sets, and the end record, to the stream.

    Raises FileRefused, with up to `MOST_PROBLEMS` faults by record and position, and then has
    written nothing: a text that doesn't fit or has a character the profile forbids, a number
    too large for its field (the trailer has room for 999,999 lines a set), a customer number
    twice, totals that are not those of the lines, more than one set where the agent takes one.
    """
    with SpooledTemporaryFile(max_size=MEMORY_BYTES) as spool:
        _Writing(spool, profile).write(sets)
        spool.seek(0)
        shutil.copyfileobj(spool, out)


class _Writing:
    def __init__(self, spool: SpooledTemporaryFile[bytes], profile: Profile) -> None:
        self._spool = spool
        self._profile = profile
        self._codecs = codecs_for(profile)
        self._record = 0
        self._problems: list[Problem] = []
        self._numbers = CustomerNumbers()

    def write(self, sets: Iterable[DebitSet]) -> None:
        count = 0
        for count, debit_set in enumerate(sets, start=1):
            if count == 2 and not self._profile.several_sets:
                self._refuse(
                    Problem(
                        self._record + 1,
                        1,
                        "several_sets",
                        N_("この収納機関のファイルには複数の組を入れられません。"),
                    )
                )
            self._write_set(debit_set)
        if count == 0:
            self._refuse(Problem(1, 1, "header_expected", N_("ヘッダーレコードがありません。")))
        self._put(END, None)
        if self._problems:
            raise FileRefused(self._problems)

    def _write_set(self, debit_set: DebitSet) -> None:
        tally = Tally()
        self._put(HEADER, debit_set.header)
        for line in debit_set.lines:
            self._put(DATA, line)
            tally.add(line)
            duplicate = self._numbers.problem(self._record, line)
            if duplicate:
                self._refuse(duplicate)
        totals = debit_set.totals or tally.as_request()
        self._put(TRAILER, totals)
        for mismatch in tally.problems(self._record, totals):
            self._refuse(mismatch)

    def _put(self, record: Record, entry: object) -> None:
        self._record += 1
        composed = self._codecs[record.mark].compose(self._record, entry)
        if isinstance(composed, list):
            for problem in composed:
                self._refuse(problem)
        elif not self._problems:
            self._spool.write(encode(composed) + self._profile.line_end)

    def _refuse(self, problem: Problem) -> None:
        self._problems.append(problem)
        if len(self._problems) == MOST_PROBLEMS:
            raise FileRefused(self._problems)
