"""The bank files of a run: written once, fingerprinted, released by a second person (B4, F4).

From ``sealing`` on the lines of a run are fixed, so the files are a function of stored rows: a run that was
killed here, and anybody who checks later, writes the same bytes.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused, Unavailable
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.files.model import keep
from hoshou.platform.files.store import FileStore, StoredBlob
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.mandates import Mandate
from hoshou.plugins.debits.models.runs import DebitFile, DebitLine, DebitRun
from hoshou.plugins.debits.rules.runs import MOST_LINES, LineState, RunState, RunStep, next_state
from hoshou.plugins.debits.services.mandates import open_number
from hoshou.plugins.debits.services.runs import OBJECT, locked_run, run_for, take_out
from hoshou.plugins.debits.services.scope import require_handler
from hoshou.plugins.debits.services.work import UnitOfWork
from hoshou.plugins.debits.zengin.entries import DebitLine as FileLine
from hoshou.plugins.debits.zengin.entries import DebitSet, Header
from hoshou.plugins.debits.zengin.profiles import PROFILES
from hoshou.plugins.debits.zengin.writer import write_file
from hoshou.plugins.guardkun.models.enrolments import Enrolment

CHUNK = 1000
MOST_YEN = 999_999_999_999
"""What 合計金額 of one file has room for."""

MEDIA_TYPE = "application/octet-stream"
RELEASED = (RunState.RELEASED.value, RunState.CLOSED.value)


@dataclass(frozen=True)
class Piece:
    """The lines of one bank file, from one 顧客番号 to another, in their order; ``amount`` in yen."""

    number: int
    first: str
    last: str
    count: int
    amount: int


def seal(
    unit_of_work: UnitOfWork,
    clock: Clock,
    keys: KeyRing,
    store: FileStore,
    actor: Actor,
    subject: Subject,
    run_id: int,
    most_lines: int = MOST_LINES,
) -> None:
    """Fix the lines, write the files, and have the run wait for its release. Raises as ``fix_lines`` does."""
    with unit_of_work() as session:
        fix_lines(session, clock, actor, subject, run_id)
    write_files(unit_of_work, clock, keys, store, actor, run_id, most_lines)


def write_files(
    unit_of_work: UnitOfWork,
    clock: Clock,
    keys: KeyRing,
    store: FileStore,
    actor: Actor,
    run_id: int,
    most_lines: int = MOST_LINES,
) -> None:
    """Write the files of a run whose lines are fixed; goes on where a killed one stopped, once and no more."""
    pieces = pieces_of(unit_of_work, run_id, most_lines)
    blobs: list[tuple[Piece, StoredBlob]] = []
    for piece in pieces:
        blobs.append((piece, store.put(file_bytes(unit_of_work, keys, run_id, piece))))
    with unit_of_work() as session:
        run = locked_run(session, run_id)
        if run.state != RunState.SEALING:
            return
        for piece, blob in blobs:
            name = f"debit_{run.debit_date:%Y%m%d}_{run.consignor_code}_{piece.number}.txt"
            stored = keep(session, clock, actor, blob, name, MEDIA_TYPE)
            session.add(
                DebitFile(
                    run_id=run.id,
                    number=piece.number,
                    first_number=piece.first,
                    last_number=piece.last,
                    line_count=piece.count,
                    amount=piece.amount,
                    sha256=blob.sha256,
                    stored_file_id=stored.id,
                )
            )
        run.state = next_state(RunState(run.state), RunStep.SEALED).value
        audit.record(
            session,
            clock,
            actor,
            "debits.run_sealed",
            OBJECT,
            run.id,
            files=len(blobs),
            lines=sum(piece.count for piece, _blob in blobs),
            amount=sum(piece.amount for piece, _blob in blobs),
            sha256=[blob.sha256 for _piece, blob in blobs],
        )


def runs_fixed(session: Session) -> Sequence[int]:
    """The runs whose lines are fixed and whose files aren't written, and that nothing stops."""
    return session.scalars(
        select(DebitRun.id)
        .where(DebitRun.state == RunState.SEALING.value, DebitRun.trouble == "")
        .order_by(DebitRun.id)
    ).all()


def fix_lines(session: Session, clock: Clock, actor: Actor, subject: Subject, run_id: int) -> None:
    """Fix the lines; those of enrolments that have ended since the building are left out (D-36).

    Does nothing once that is done. Raises Refused ``run_step``, ``run_empty``.
    """
    require_handler(subject)
    run = locked_run(session, run_id)
    if run.state in (RunState.SEALING, RunState.SEALED):
        return
    state = next_state(RunState(run.state), RunStep.SEAL)
    ended = select(Enrolment.id).where(Enrolment.id == DebitLine.enrolment_id, Enrolment.ended_on.is_not(None))
    take_out(session, clock, run.id, ended.exists())
    left = session.scalar(
        select(DebitLine.id).where(DebitLine.run_id == run.id, DebitLine.state == LineState.WAITING.value).limit(1)
    )
    if left is None:
        raise Refused("run_empty", N_("振替の対象がないため、ファイルを作成できません。"))
    run.state, run.sealed_at = state.value, clock.now()
    run.sealed_by, run.sealed_by_id = actor.name, actor.user_id


def pieces_of(unit_of_work: UnitOfWork, run_id: int, most_lines: int = MOST_LINES) -> list[Piece]:
    """The run's lines cut into files that a trailer has room for (999,999 lines and 999,999,999,999 yen)."""
    pieces: list[Piece] = []
    for number, amount in _numbers(unit_of_work, run_id):
        last = pieces[-1] if pieces else None
        if last is None or last.count == most_lines or last.amount + amount > MOST_YEN:
            pieces.append(Piece(len(pieces) + 1, number, number, 1, amount))
        else:
            pieces[-1] = Piece(last.number, last.first, number, last.count + 1, last.amount + amount)
    return pieces


def _numbers(unit_of_work: UnitOfWork, run_id: int) -> Iterator[tuple[str, int]]:
    after = ""
    while True:
        with unit_of_work() as session:
            rows = session.execute(
                select(DebitLine.customer_number, DebitLine.amount)
                .where(
                    DebitLine.run_id == run_id,
                    DebitLine.state != LineState.DROPPED.value,
                    DebitLine.customer_number > after,
                )
                .order_by(DebitLine.customer_number)
                .limit(CHUNK * 10)
            ).all()
        if not rows:
            return
        yield from rows  # type: ignore[misc]
        after = rows[-1].customer_number


def file_bytes(unit_of_work: UnitOfWork, keys: KeyRing, run_id: int, piece: Piece) -> bytes:
    """The bank file of these lines, the same bytes whenever it is asked."""
    with unit_of_work() as session:
        run = run_for(session, run_id)
        header, profile = _header(run), PROFILES[run.profile]
    out = BytesIO()
    write_file(out, [DebitSet(header, _lines(unit_of_work, keys, run_id, piece))], profile)
    return out.getvalue()


def _header(run: DebitRun) -> Header:
    return Header(
        consignor_code=run.consignor_code,
        consignor_name=run.consignor_name,
        debit_date=f"{run.debit_date:%m%d}",
        bank_code=run.bank_code,
        bank_name=run.bank_name,
        branch_code=run.branch_code,
        branch_name=run.branch_name,
        account_type=run.account_type,
        account_number=run.account_number,
    )


def _lines(unit_of_work: UnitOfWork, keys: KeyRing, run_id: int, piece: Piece) -> Iterator[FileLine]:
    start = piece.first
    while True:
        with unit_of_work() as session:
            rows = session.execute(
                select(*ACCOUNT, DebitLine.amount, DebitLine.new_code, DebitLine.customer_number)
                .join(DebitLine.mandate)
                .where(
                    DebitLine.run_id == run_id,
                    DebitLine.state != LineState.DROPPED.value,
                    DebitLine.customer_number.between(start, piece.last),
                )
                .order_by(DebitLine.customer_number)
                .limit(CHUNK)
            ).all()
        lines = [file_line(keys, row) for row in rows]
        yield from lines
        if len(lines) < CHUNK:
            return
        start = f"{int(lines[-1].customer_number) + 1:020d}"


ACCOUNT = (
    Mandate.bank_code,
    Mandate.bank_name,
    Mandate.branch_code,
    Mandate.branch_name,
    Mandate.account_type,
    Mandate.sealed_number,
    Mandate.seal_token,
    Mandate.holder,
)


def file_line(keys: KeyRing, row: Any) -> FileLine:
    """The record of a line, from its own columns and those of ``ACCOUNT``."""
    return FileLine(
        bank_code=row.bank_code,
        bank_name=row.bank_name,
        branch_code=row.branch_code,
        branch_name=row.branch_name,
        account_type=row.account_type,
        account_number=open_number(keys, row.sealed_number, row.seal_token),
        name=row.holder,
        amount=row.amount,
        new_code=row.new_code,
        customer_number=row.customer_number,
    )


def release(session: Session, clock: Clock, actor: Actor, subject: Subject, run_id: int) -> None:
    """Let the files out, by another person than those who built and sealed the run (B4).

    Raises Refused ``run_step``, ``second_person``, and ``past_closing`` after the agent's closing hour.
    """
    require_handler(subject)
    run = locked_run(session, run_id)
    state = next_state(RunState(run.state), RunStep.RELEASE)
    if subject.user_id in (run.built_by_id, run.sealed_by_id):
        raise Refused("second_person", N_("作成者とは別の担当者が承認してください。"))
    if clock.now() > run.closes_at:
        raise Refused(
            "past_closing",
            N_("集金代行会社の受付締切（%(at)s）を過ぎたため、承認できません。"),
            at=run.closes_at.strftime("%Y/%m/%d %H:%M"),
        )
    run.state, run.released_at = state.value, clock.now()
    run.released_by, run.released_by_id = actor.name, subject.user_id
    audit.record(session, clock, actor, "debits.run_released", OBJECT, run.id)


@dataclass(frozen=True)
class Download:
    """A file on its way to the agent."""

    name: str
    data: bytes


def download(
    session: Session, clock: Clock, store: FileStore, actor: Actor, subject: Subject, file_id: int
) -> Download:
    """A released run's file, byte for byte as it was sealed; each download is audited.

    Raises NotFound ``debit_file``, Refused ``not_released``, Unavailable ``file_damaged``.
    """
    require_handler(subject)
    file = session.get(DebitFile, file_id)
    if file is None:
        raise NotFound("debit_file", N_("該当するファイルが見つかりません。"))
    if file.run.state not in RELEASED:
        raise Refused("not_released", N_("承認されるまでダウンロードできません。"))
    data = store.read(file.stored_file.blob)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise Unavailable("file_damaged", N_("ファイルを読み取れません。管理者に連絡してください。"))
    audit.record(
        session,
        clock,
        actor,
        "debits.file_downloaded",
        OBJECT,
        file.run_id,
        file=file.number,
        sha256=file.sha256,
    )
    return Download(file.stored_file.original_name, data)
