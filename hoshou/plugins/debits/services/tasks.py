"""Who is asked to do something about a failed debit (B-074, B-075): each kind once a line."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import queue
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.failures import FailureTask, TaskState
from hoshou.plugins.debits.models.runs import DebitLine
from hoshou.plugins.debits.rules.failures import TaskKind
from hoshou.plugins.debits.services.mails import CONTACT_MAIL
from hoshou.plugins.debits.services.scope import visible_tasks
from hoshou.plugins.guardkun.models.enrolments import Enrolment

OBJECT = "debits_task"


def open_tasks(
    session: Session, clock: Clock, keys: KeyRing, actor: Actor, line: DebitLine, kinds: Sequence[TaskKind]
) -> None:
    """Open the tasks that aren't open yet; the prefecture association is told by mail that one waits."""
    if not kinds:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        {
            "line_id": line.id,
            "enrolment_id": line.enrolment_id,
            "kind": kind.value,
            "state": TaskState.OPEN.value,
            "opened_at": clock.now(),
            "finished_by": "",
            "note": "",
        }
        for kind in kinds
    ]
    statement = insert(FailureTask).values(rows).on_conflict_do_nothing(index_elements=["line_id", "kind"])
    new = session.scalars(statement.returning(FailureTask.kind)).all()
    if TaskKind.PREFECTURE in new:
        _tell_prefecture(session, clock, keys, actor, line)


def _tell_prefecture(session: Session, clock: Clock, keys: KeyRing, actor: Actor, line: DebitLine) -> None:
    unit = session.get_one(Enrolment, line.enrolment_id).unit
    if unit is None or not unit.member.prefecture.email:
        return
    values = {
        "PREFECTURE": unit.member.prefecture.name,
        "MEMBER": str(unit),
        "MEMBER_NUMBER": unit.member.member_number,
        "DEBIT_DATE": _day(line.run.debit_date),
        "AMOUNT": f"{line.amount:,}",
    }
    queue(
        session,
        clock,
        keys,
        actor,
        CONTACT_MAIL,
        unit.member.prefecture.email,
        values,
        about=("debits_line", line.id),
        unique_key=f"debits.contact:{line.id}",
    )


def _day(day: date) -> str:
    return day.strftime("%Y/%m/%d")


def task_for(session: Session, subject: Subject, task_id: int) -> FailureTask:
    """A task that the user may know of. Raises NotFound ``task``."""
    found = session.scalar(select(FailureTask).where(FailureTask.id == task_id, visible_tasks(subject)))
    if found is None:
        raise NotFound("task", N_("該当する連絡依頼が見つかりません。"))
    return found


def finish(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    subject: Subject,
    task_id: int,
    state: TaskState,
    note: str,
) -> None:
    """Close a task. What the prefecture association couldn't reach goes to the branch (B-075).

    Raises NotFound ``task``, Refused ``task_finished``, ``note``.
    """
    task = task_for(session, subject, task_id)
    if state is TaskState.UNREACHABLE and not note.strip():
        raise Refused("note", N_("連絡が取れない状況を入力してください。"), field="note")
    changed = session.execute(
        update(FailureTask)
        .where(FailureTask.id == task.id, FailureTask.state == TaskState.OPEN.value)
        .values(state=state.value, finished_at=clock.now(), finished_by=actor.name, note=note.strip()[:500])
        .returning(FailureTask.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if changed is None or state is TaskState.OPEN:
        raise Refused("task_finished", N_("この連絡依頼はすでに完了しています。"))
    session.refresh(task)
    if state is TaskState.UNREACHABLE and task.kind == TaskKind.PREFECTURE:
        open_tasks(session, clock, keys, actor, task.line, (TaskKind.BRANCH,))
    audit.record(session, clock, actor, "debits.task_finished", OBJECT, task.id, kind=task.kind, state=state.value)


def finish_all(session: Session, clock: Clock, actor: Actor, enrolment_id: int) -> None:
    """Whatever was asked about the enrolment is over: everything has been paid."""
    session.execute(
        update(FailureTask)
        .where(FailureTask.enrolment_id == enrolment_id, FailureTask.state == TaskState.OPEN.value)
        .values(state=TaskState.DONE.value, finished_at=clock.now(), finished_by=actor.name)
        .execution_options(synchronize_session="fetch")
    )
