"""A result file is held against its request before anything of it counts (B5, F12).

It must be a result, name the run's consignor and day, and hold every line of one of the run's files with its
amount and account, no other, and add up. The same rows again, in whatever order, are the same result.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.files.model import StoredFile, keep
from hoshou.platform.files.store import StoredBlob
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.runs import DebitFile, DebitLine, DebitResult, DebitRun
from hoshou.plugins.debits.rules.runs import OPEN_LINES, LineState, RunState, settled_state
from hoshou.plugins.debits.services.runs import OBJECT, locked_run, require_released
from hoshou.plugins.debits.services.scope import require_handler
from hoshou.plugins.debits.services.sealing import ACCOUNT, file_line
from hoshou.plugins.debits.zengin.entries import DebitLine as FileLine
from hoshou.plugins.debits.zengin.entries import Header
from hoshou.plugins.debits.zengin.problems import MOST_PROBLEMS, Problem
from hoshou.plugins.debits.zengin.profiles import PROFILES, Profile
from hoshou.plugins.debits.zengin.reader import read_result_file
from hoshou.plugins.debits.zengin.results import RESULTS

CHUNK = 500
MEDIA_TYPE = "application/octet-stream"
DATA_RECORD_POSITIONS = {"customer_number": 92, "amount": 81, "account": 2, "result": 112}


class ResultRefused(Refused):
    """A result file of which nothing was taken. ``problems`` names every fault found, by record and byte."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            self.problems[0].code,
            N_("結果ファイルを取り込めません（%(count)s件の問題）。何も反映していません。"),
            field="file",
            count=len(self.problems),
        )


@dataclass
class _Checking:
    """What has been read so far. ``digest`` adds up the rows, so that their order doesn't count."""

    problems: list[Problem] = field(default_factory=list)
    digest: int = 0
    count: int = 0
    file_id: int | None = None

    def refuse(self, record: int, position: int, code: str, message: str, **values: Any) -> None:
        self.problems.append(Problem(record, position, code, message, values))
        if len(self.problems) >= MOST_PROBLEMS:
            raise ResultRefused(self.problems)


Numbered = tuple[int, FileLine]


def accept(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    subject: Subject,
    run_id: int,
    data: bytes,
    name: str,
    blob: StoredBlob,
) -> int:
    """Take a result file for the run; returns its number. The content was put into the store before.

    Raises as ``take_in`` does.
    """
    require_handler(subject)
    return take_in(
        session, clock, keys, actor, run_id, data, lambda: keep(session, clock, actor, blob, name, MEDIA_TYPE)
    )


def take_in(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    run_id: int,
    data: bytes,
    stored: Callable[[], StoredFile],
) -> int:
    """Hold the file against the run; returns its number as a result. ``stored`` is its row.

    What was taken before comes back under its old number, and changes nothing. Raises ResultRefused with the
    problems by line, Refused ``not_released``, ``run_closed``.
    """
    run = locked_run(session, run_id)
    require_released(run)
    checking = _check(session, keys, run, data)
    fingerprint = f"{checking.digest:064x}"
    earlier = session.scalar(select(DebitResult.id).where(DebitResult.fingerprint == fingerprint))
    if earlier is not None:
        return earlier
    if run.state == RunState.CLOSED:
        raise Refused("run_closed", N_("締めた口座振替データに結果は取り込めません。"), field="file")
    file = stored()
    result = DebitResult(
        file_id=checking.file_id,
        fingerprint=fingerprint,
        sha256=file.sha256,
        stored_file_id=file.id,
        line_count=checking.count,
        accepted_at=clock.now(),
        accepted_by=actor.name,
    )
    session.add(result)
    session.flush()
    audit.record(
        session,
        clock,
        actor,
        "debits.result_accepted",
        OBJECT,
        run.id,
        result=result.id,
        lines=checking.count,
        sha256=file.sha256,
    )
    return result.id


def numbered_lines(data: bytes, profile: Profile) -> Iterator[Numbered | Header | Problem]:
    """A result file's headers, data records with their number in the file, and problems."""
    number = 0
    for entry in read_result_file(BytesIO(data), profile):
        if isinstance(entry, Problem):
            yield entry
            continue
        number += 1
        if isinstance(entry, Header):
            yield entry
        elif isinstance(entry, FileLine):
            yield number, entry


def _check(session: Session, keys: KeyRing, run: DebitRun, data: bytes) -> _Checking:
    checking = _Checking()
    waiting: list[Numbered] = []
    for entry in numbered_lines(data, PROFILES[run.profile]):
        if isinstance(entry, Problem):
            checking.problems.append(entry)
        elif isinstance(entry, Header):
            _check_header(checking, run, entry)
        else:
            waiting.append(entry)
            if len(waiting) == CHUNK:
                _check_lines(session, keys, run, checking, waiting)
                waiting = []
    _check_lines(session, keys, run, checking, waiting)
    _check_complete(session, checking)
    if checking.problems:
        raise ResultRefused(checking.problems)
    return checking


def _check_header(checking: _Checking, run: DebitRun, header: Header) -> None:
    if header.consignor_code != run.consignor_code:
        checking.refuse(1, 5, "other_consignor", N_("委託者コードがこの口座振替データと異なります。"))
    if header.debit_date != f"{run.debit_date:%m%d}":
        checking.refuse(
            1,
            55,
            "other_date",
            N_("引落日%(found)sはこの口座振替データの振替日%(expected)sと異なります。"),
            found=header.debit_date,
            expected=f"{run.debit_date:%m%d}",
        )
    checking.digest = _add(checking.digest, run.consignor_code, header.debit_date, str(run.id))


def _check_lines(
    session: Session, keys: KeyRing, run: DebitRun, checking: _Checking, lines: list[Numbered]
) -> None:
    numbers = [line.customer_number for _record, line in lines]
    asked = {
        row.customer_number: row
        for row in session.execute(
            select(
                *ACCOUNT,
                DebitLine.amount,
                DebitLine.new_code,
                DebitLine.customer_number,
                DebitLine.state,
                DebitLine.result_code,
                DebitFile.id.label("file_id"),
            )
            .join(DebitLine.mandate)
            .join(
                DebitFile,
                (DebitFile.run_id == DebitLine.run_id)
                & (DebitFile.first_number <= DebitLine.customer_number)
                & (DebitFile.last_number >= DebitLine.customer_number),
            )
            .where(
                DebitLine.run_id == run.id,
                DebitLine.state != LineState.DROPPED.value,
                DebitLine.customer_number.in_(numbers),
            )
        )
    }
    for record, line in lines:
        checking.count += 1
        checking.digest = _add(checking.digest, line.customer_number, str(line.amount), line.result_code)
        row = asked.get(line.customer_number)
        if row is None:
            _refuse(checking, record, "customer_number", "unknown_line", N_("依頼していない顧客番号です。"))
            continue
        checking.file_id = checking.file_id or row.file_id
        if row.file_id != checking.file_id:
            _refuse(checking, record, "customer_number", "other_file", N_("別の依頼ファイルの明細です。"))
        if line.amount != row.amount:
            _refuse(checking, record, "amount", "other_amount", N_("引落金額が依頼と異なります。"))
        if _account(line) != _account(file_line(keys, row)):
            _refuse(checking, record, "account", "other_account", N_("引落口座が依頼と異なります。"))
        if _contradicts(row, line.result_code):
            _refuse(checking, record, "result", "contradicts", N_("すでに確定した結果と異なる結果コードです。"))


def _refuse(checking: _Checking, record: int, place: str, code: str, message: str) -> None:
    checking.refuse(record, DATA_RECORD_POSITIONS[place], code, message)


def _account(line: FileLine) -> tuple[str, str, str, str]:
    return line.bank_code, line.branch_code, line.account_type, line.account_number


def _contradicts(row: Any, code: str) -> bool:
    state = LineState(row.state)
    if state in OPEN_LINES or code == row.result_code or code not in RESULTS:
        return False
    return settled_state(RESULTS[code].outcome) is not state


def _check_complete(session: Session, checking: _Checking) -> None:
    if checking.file_id is None:
        if not checking.problems:
            checking.refuse(1, 1, "no_lines", N_("明細がありません。"))
        return
    expected = session.get_one(DebitFile, checking.file_id).line_count
    if checking.count != expected and not checking.problems:
        checking.refuse(
            checking.count + 2,
            2,
            "missing_lines",
            N_("明細が%(found)s件です。依頼は%(expected)s件です。"),
            found=checking.count,
            expected=expected,
        )


def _add(digest: int, *values: str) -> int:
    row = hashlib.sha256("\x1f".join(values).encode()).digest()
    return (digest + int.from_bytes(row, "big")) % (1 << 256)
