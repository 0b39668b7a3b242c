"""Failures in a row, proposed lapses, and who was told."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import Entity, Instant
from hoshou.plugins.debits.models.runs import DebitLine
from hoshou.plugins.debits.rules.failures import TaskKind
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.one_of import one_of


class LapseState(StrEnum):
    """A proposed lapse is confirmed, undone by a transfer, or waived by a person (原則)."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    PAID = "paid"
    WAIVED = "waived"


LAPSE_STATE_LABELS = {
    LapseState.PROPOSED: N_("不払解除予定"),
    LapseState.CONFIRMED: N_("不払解除"),
    LapseState.PAID: N_("入金により取消"),
    LapseState.WAIVED: N_("解除しない"),
}


class TaskState(StrEnum):
    """``unreachable``: the association couldn't reach the member (B-075)."""

    OPEN = "open"
    DONE = "done"
    UNREACHABLE = "unreachable"


TASK_STATE_LABELS = {
    TaskState.OPEN: N_("未対応"),
    TaskState.DONE: N_("対応済"),
    TaskState.UNREACHABLE: N_("連絡が取れない"),
}


class Standing(Entity):
    """How many debits in a row have failed; no row means none (B-072 to B-077)."""

    __tablename__ = "debits_standing"
    __table_args__ = (CheckConstraint("failures BETWEEN 0 AND 2", name="failures"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class Lapse(Entity):
    """不払解除予定 after the debit that failed second in a row; a person decides (D-26)."""

    __tablename__ = "debits_lapse"
    __table_args__ = (
        CheckConstraint(one_of("state", LapseState), name="state"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("state <> 'waived' OR note <> ''", name="note_of_waiver"),
        Index(
            "uq_debits_lapse_proposed",
            "enrolment_id",
            unique=True,
            sqlite_where=text("state IN ('proposed', 'confirmed')"),
            postgresql_where=text("state IN ('proposed', 'confirmed')"),
        ),
        Index("ix_debits_lapse_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("debits_line.id"), unique=True)
    state: Mapped[str] = mapped_column(String(16), default=LapseState.PROPOSED.value)
    effective_on: Mapped[date] = mapped_column(Date)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    enrolment: Mapped[Enrolment] = relationship()
    line: Mapped[DebitLine] = relationship()


class FailureTask(Entity):
    """Somebody has to do something about a failed debit: each kind once a line."""

    __tablename__ = "debits_task"
    __table_args__ = (
        UniqueConstraint("line_id", "kind"),
        CheckConstraint(one_of("kind", TaskKind), name="kind"),
        CheckConstraint(one_of("state", TaskState), name="state"),
        CheckConstraint("(state = 'open') = (finished_at IS NULL)", name="finished"),
        CheckConstraint("state <> 'unreachable' OR note <> ''", name="note_of_unreachable"),
        Index("ix_debits_task_state", "kind", "state", "id"),
        Index("ix_debits_task_enrolment", "enrolment_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("debits_line.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default=TaskState.OPEN.value)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_by: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    line: Mapped[DebitLine] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
