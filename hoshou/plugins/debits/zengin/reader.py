"""Reads whole files as a stream of entries and problems, in memory that doesn't grow with the lines
(but for the customer numbers, `tally.CustomerNumbers`).

A file is right only when it has been read to its end without a `Problem`: the trailer comes
after the lines it speaks for. Whoever acts on lines does so in a transaction and drops it all
at the first problem.
"""

from collections.abc import Iterator
from typing import BinaryIO

from hoshou.base.errors import noop_gettext as N_

from .characters import decode
from .codec import codecs_for
from .entries import DebitLine, Header, Totals, looks_like_request
from .framing import RawRecord, split_records
from .layout import DATA, END, HEADER, RECORD_BYTES, RECORDS, TRAILER, Record
from .problems import MOST_PROBLEMS, Problem
from .profiles import STANDARD, Profile
from .tally import CustomerNumbers, Tally

Entry = Header | DebitLine | Totals | Problem

FOLLOWERS = {
    "": (HEADER.mark,),
    HEADER.mark: (DATA.mark, TRAILER.mark),
    DATA.mark: (DATA.mark, TRAILER.mark),
    TRAILER.mark: (HEADER.mark, END.mark),
    END.mark: (),
}
EBCDIC_HEADER = 0xF1


def read_file(stream: BinaryIO, profile: Profile = STANDARD) -> Iterator[Entry]:
    """The headers, lines, trailers and problems of a request or a result, in the order of the file.

    A faulty record gives its problems and then, as far as its numbers can be read, itself.
    Reading stops after `MOST_PROBLEMS` problems, and at once in an EBCDIC file.
    """
    return _limited(_Reading(profile).entries(stream))


def read_result_file(stream: BinaryIO, profile: Profile = STANDARD) -> Iterator[Entry]:
    """Like `read_file`; a set that was never answered is a problem too (`request_file`, threat B5)."""
    return _limited(_Reading(profile, results_only=True).entries(stream))


class _Reading:
    def __init__(self, profile: Profile, *, results_only: bool = False) -> None:
        self._profile = profile
        self._codecs = codecs_for(profile)
        self._results_only = results_only
        self._number = 0
        self._mark = ""
        self._sets = 0
        self._line_end: bytes | None = None
        self._numbers = CustomerNumbers()
        self._tally = Tally()
        self._all_read = True

    def entries(self, stream: BinaryIO) -> Iterator[Entry]:
        for raw in split_records(stream):
            self._number += 1
            if len(raw.data) != RECORD_BYTES:
                yield self._problem(
                    min(len(raw.data), RECORD_BYTES) + 1,
                    "record_length",
                    N_("レコードの長さが120バイトではありません。"),
                )
                self._all_read = False
                continue
            yield from self._line_end_problems(raw)
            if raw.data[0] == EBCDIC_HEADER:
                yield self._problem(1, "ebcdic", N_("EBCDICのファイルです。JISのファイルだけを扱います。"))
                return
            for entry in self._record(decode(raw.data)):
                yield entry
                if isinstance(entry, Problem) and entry.code == "ebcdic":
                    return
        if self._mark != END.mark:
            self._number += 1
            yield self._problem(1, "end_expected", N_("エンドレコードがありません。"))

    def _record(self, text: str) -> Iterator[Entry]:
        record = RECORDS.get(text[0])
        if record is None:
            yield self._problem(1, "record_kind", N_("データ区分が正しくありません。"))
            self._all_read = False
            return
        yield from self._order_problems(record)
        self._mark = record.mark
        codec = self._codecs[record.mark]
        yield from codec.problems(self._number, text)
        values = codec.values(text)
        if values is None:
            self._all_read = False
            return
        # The codec gives each field the type that its kind has in the entry.
        if record is HEADER:
            self._tally, self._all_read = Tally(), True
            yield Header(*values)  # type: ignore[arg-type]
        elif record is DATA:
            yield from self._line(DebitLine(*values))  # type: ignore[arg-type]
        elif record is TRAILER:
            yield from self._trailer(Totals(*values))  # type: ignore[arg-type]

    def _line(self, line: DebitLine) -> Iterator[Entry]:
        self._tally.add(line)
        duplicate = self._numbers.problem(self._number, line)
        if duplicate:
            yield duplicate
        yield line

    def _trailer(self, totals: Totals) -> Iterator[Entry]:
        # What can't be read has been told already; its absence from the sums would be told twice.
        if self._all_read:
            yield from self._tally.problems(self._number, totals)
        if self._results_only and looks_like_request(totals):
            yield self._problem(
                TRAILER.field("paid_count").position,
                "request_file",
                N_("振替結果のない依頼ファイルです。結果ファイルを指定してください。"),
            )
        yield totals

    def _order_problems(self, record: Record) -> Iterator[Problem]:
        if record.mark not in FOLLOWERS[self._mark]:
            yield self._problem(
                1,
                "record_order",
                N_("%(found)sはここに置けません。"),
                found=record.label,
            )
        if record is HEADER:
            self._sets += 1
            if self._sets == 2 and not self._profile.several_sets:
                yield self._problem(1, "several_sets", N_("この収納機関のファイルには複数の組を入れられません。"))

    def _line_end_problems(self, raw: RawRecord) -> Iterator[Problem]:
        if self._line_end is None:
            self._line_end = raw.line_end
        elif raw.line_end != self._line_end and (raw.line_end or raw.data[:1] != END.mark.encode()):
            yield self._problem(RECORD_BYTES + 1, "line_end", N_("レコードの区切りが最初のレコードと異なります。"))

    def _problem(self, position: int, code: str, message: str, **values: str) -> Problem:
        return Problem(self._number, position, code, message, values)


def _limited(entries: Iterator[Entry]) -> Iterator[Entry]:
    problems = 0
    for entry in entries:
        problems += isinstance(entry, Problem)
        yield entry
        if problems == MOST_PROBLEMS:
            return
