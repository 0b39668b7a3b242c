"""Who is asked to do something about a failed debit (B-074, B-075): each kind once a line."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.fence import over_the_fence
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import queue
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.failures import FailureTask, TaskState
from hoshou.plugins.debits.models.runs import DebitLine, DebitRun
from hoshou.plugins.debits.rules.failures import TaskKind
from hoshou.plugins.debits.services.mails import CONTACT_MAIL
from hoshou.plugins.debits.services.scope import visible_tasks
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.members import Member, PrefectureAssociation, Unit

OBJECT = "debits_task"


def open_tasks(
    session: Session, clock: Clock, keys: KeyRing, actor: Actor, tasks: Mapping[int, Sequence[TaskKind]]
) -> None:
    """Open the tasks of lines that aren't open yet; the prefecture associations are told by mail that one waits."""
    if not tasks:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    whose = dict(
        session.execute(select(DebitLine.id, DebitLine.enrolment_id).where(DebitLine.id.in_(list(tasks))))
        .tuples()
        .all()
    )
    now = clock.now()
    rows = [
        {
            "line_id": line_id,
            "enrolment_id": whose[line_id],
            "kind": kind.value,
            "state": TaskState.OPEN.value,
            "opened_at": now,
            "finished_by": "",
            "note": "",
        }
        for line_id, kinds in tasks.items()
        for kind in kinds
    ]
    statement = insert(FailureTask).on_conflict_do_nothing(index_elements=["line_id", "kind"])
    new = session.execute(statement.returning(FailureTask.line_id, FailureTask.kind), rows)
    _tell_prefectures(
        session, clock, keys, actor, [line_id for line_id, kind in new if kind == TaskKind.PREFECTURE]
    )


def _tell_prefectures(
    session: Session, clock: Clock, keys: KeyRing, actor: Actor, line_ids: Sequence[int]
) -> None:
    rows = session.execute(
        select(
            DebitLine.id,
            DebitLine.amount,
            DebitRun.debit_date,
            Unit,
            Member.member_number,
            PrefectureAssociation.name,
            PrefectureAssociation.email,
        )
        .join(DebitLine.run)
        .join(DebitLine.enrolment)
        .join(Enrolment.unit)
        .join(Unit.member)
        .join(Member.prefecture)
        .where(DebitLine.id.in_(line_ids), PrefectureAssociation.email != "")
        .order_by(DebitLine.id)
    )
    for row in rows.all():
        values = {
            "PREFECTURE": row.name,
            "MEMBER": str(row.Unit),
            "MEMBER_NUMBER": row.member_number,
            "DEBIT_DATE": _day(row.debit_date),
            "AMOUNT": f"{row.amount:,}",
        }
        queue(
            session,
            clock,
            keys,
            actor,
            CONTACT_MAIL,
            row.email,
            values,
            about=("debits_line", row.id),
            unique_key=f"debits.contact:{row.id}",
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
        # The branch's task is none of the prefecture association's.
        with over_the_fence(session):
            open_tasks(session, clock, keys, actor, {task.line_id: (TaskKind.BRANCH,)})
    audit.record(session, clock, actor, "debits.task_finished", OBJECT, task.id, kind=task.kind, state=state.value)


def finish_all(session: Session, clock: Clock, actor: Actor, enrolment_ids: Collection[int]) -> None:
    """Whatever was asked about the enrolments is over: everything has been paid."""
    if not enrolment_ids:
        return
    session.execute(
        update(FailureTask)
        .where(FailureTask.enrolment_id.in_(enrolment_ids), FailureTask.state == TaskState.OPEN.value)
        .values(state=TaskState.DONE.value, finished_at=clock.now(), finished_by=actor.name)
        .execution_options(synchronize_session="fetch")
    )
