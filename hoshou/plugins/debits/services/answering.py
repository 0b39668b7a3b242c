"""The agent's answer to a bank file, for demonstrations: the same lines with their result codes."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from hoshou.plugins.debits.zengin.entries import DebitLine, DebitSet, Header
from hoshou.plugins.debits.zengin.reader import read_file
from hoshou.plugins.debits.zengin.tally import totals_of
from hoshou.plugins.debits.zengin.writer import write_file


def answered(request: bytes, code_of: Callable[[str], str]) -> bytes:
    """The result file of a request with one set; ``code_of`` gives the result code of a 顧客番号."""
    entries = list(read_file(BytesIO(request)))
    [header] = [entry for entry in entries if isinstance(entry, Header)]
    lines = [
        replace(entry, result_code=code_of(entry.customer_number))
        for entry in entries
        if isinstance(entry, DebitLine)
    ]
    out = BytesIO()
    write_file(out, [DebitSet(header, lines, totals_of(lines))])
    return out.getvalue()
