"""The agent's answer to a bank file, for simulations and demonstrations: the same lines with their result codes."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from .entries import DebitLine, DebitSet, Header
from .reader import read_file
from .tally import totals_of
from .writer import write_file


def answered(request: bytes, code_of: Callable[[DebitLine], str]) -> bytes:
    """The result file of a request with one set."""
    entries = list(read_file(BytesIO(request)))
    [header] = [entry for entry in entries if isinstance(entry, Header)]
    lines = [replace(entry, result_code=code_of(entry)) for entry in entries if isinstance(entry, DebitLine)]
    out = BytesIO()
    write_file(out, [DebitSet(header, lines, totals_of(lines))])
    return out.getvalue()
