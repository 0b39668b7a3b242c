"""An accepted result takes effect, chunk by chunk: killed anywhere, it is taken up where it stopped (F6)."""

from collections import defaultdict
from itertools import islice

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.files.store import FileStore
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.runs import DebitLine, DebitResult, DebitRun
from hoshou.plugins.debits.rules.runs import OPEN_LINES, LineState
from hoshou.plugins.debits.services.results import Numbered, numbered_lines
from hoshou.plugins.debits.services.runs import OBJECT, locked_run
from hoshou.plugins.debits.services.scope import require_handler
from hoshou.plugins.debits.services.settling import Answer, settle
from hoshou.plugins.debits.services.work import Progress, UnitOfWork
from hoshou.plugins.debits.zengin.profiles import PROFILES
from hoshou.plugins.debits.zengin.results import RESULTS, Outcome
from hoshou.plugins.guardkun.models.enrolments import Enrolment

CHUNK = 1000
DECISIONS = (Outcome.PAID, Outcome.FAILED, Outcome.STOPPED)


def post_result(
    unit_of_work: UnitOfWork,
    clock: Clock,
    keys: KeyRing,
    store: FileStore,
    actor: Actor,
    result_id: int,
    progress: Progress,
) -> None:
    """Give every line of the result its outcome; lines that have theirs already are left as they are."""
    with unit_of_work() as session:
        result = session.get_one(DebitResult, result_id)
        if result.posted_at is not None:
            return
        blob, run_id, profile = result.stored_file.blob, result.file.run_id, PROFILES[result.file.run.profile]
    rows = (entry for entry in numbered_lines(store.read(blob), profile) if isinstance(entry, tuple))
    start = 0
    while True:
        chunk = list(islice(rows, CHUNK))
        with unit_of_work() as session:
            locked_run(session, run_id)
            result = session.get_one(DebitResult, result_id, populate_existing=True)
            if result.posted_at is not None:
                return
            # What another process has done of this chunk is settled, and left as it is.
            if start + len(chunk) > result.done_count:
                _apply(session, clock, keys, actor, run_id, chunk)
                result.done_count = start + len(chunk)
            if not chunk:
                result.posted_at = clock.now()
                audit.record(session, clock, actor, "debits.result_posted", OBJECT, run_id, result=result_id)
                return
            total = result.line_count
        start += len(chunk)
        progress(start, total)


def unfinished(session: Session) -> list[int]:
    """Results that were accepted and whose posting was cut off."""
    return list(
        session.scalars(select(DebitResult.id).where(DebitResult.posted_at.is_(None)).order_by(DebitResult.id))
    )


def _apply(
    session: Session, clock: Clock, keys: KeyRing, actor: Actor, run_id: int, chunk: list[Numbered]
) -> None:
    codes = {line.customer_number: line.result_code for _record, line in chunk}
    # An ending of one of these enrolments comes before or after, never in between.
    session.execute(
        select(Enrolment.id)
        .join(DebitLine, DebitLine.enrolment_id == Enrolment.id)
        .where(DebitLine.run_id == run_id, DebitLine.customer_number.in_(list(codes)))
        .order_by(Enrolment.id)
        .with_for_update(of=Enrolment)
    )
    run = session.get_one(DebitRun, run_id)
    lines = session.execute(
        select(DebitLine.id, DebitLine.enrolment_id, DebitLine.customer_number)
        .where(
            DebitLine.run_id == run_id,
            DebitLine.customer_number.in_(list(codes)),
            DebitLine.state.in_([state.value for state in OPEN_LINES]),
        )
        .order_by(DebitLine.enrolment_id)
    )
    answers = []
    undecided: defaultdict[str, list[int]] = defaultdict(list)
    for line_id, enrolment_id, customer_number in lines:
        code = codes[customer_number]
        outcome = RESULTS[code].outcome
        if outcome in DECISIONS:
            answers.append(Answer(line_id, enrolment_id, code, outcome))
        else:
            undecided[code].append(line_id)
    for code, line_ids in undecided.items():
        session.execute(
            update(DebitLine)
            .where(DebitLine.id.in_(line_ids))
            .values(state=LineState.UNDECIDED.value, result_code=code)
            .execution_options(synchronize_session=False)
        )
    settle(session, clock, keys, actor, run.debit_date, answers)


def decide(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    subject: Subject,
    line_id: int,
    outcome: Outcome,
    note: str,
) -> None:
    """A person says what became of a debit whose code says nothing (D-35).

    Raises NotFound ``line``, Refused ``line_decided``, ``note``, ``decision``.
    """
    require_handler(subject)
    run_id = session.scalar(select(DebitLine.run_id).where(DebitLine.id == line_id))
    if run_id is None:
        raise NotFound("line", N_("該当する明細が見つかりません。"))
    run = locked_run(session, run_id)
    line = session.get_one(DebitLine, line_id, populate_existing=True)
    if line.state != LineState.UNDECIDED:
        raise Refused("line_decided", N_("この明細は判断待ちではありません。"))
    if outcome not in DECISIONS:
        raise Refused("decision", N_("結果を選択してください。"), field="outcome")
    if not note.strip():
        raise Refused("note", N_("判断の根拠を入力してください。"), field="note")
    answer = Answer(line.id, line.enrolment_id, line.result_code or " ", outcome)
    settle(session, clock, keys, actor, run.debit_date, [answer])
    session.refresh(line)
    line.decided_by, line.note = actor.name, note.strip()[:500]
    audit.record(
        session,
        clock,
        actor,
        "debits.line_decided",
        OBJECT,
        run_id,
        line=line.id,
        code=line.result_code,
        outcome=outcome.value,
        note=line.note,
    )
