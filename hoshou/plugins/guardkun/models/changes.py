"""変更届出書 of booked enrolments (B-084 to B-092)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.one_of import one_of
from hoshou.plugins.guardkun.rules.changes import ChangeKind, ChangeState, WithdrawalReason


class Change(Entity):
    """One notice of change on its way by the branch to the lead office.

    ``effective_on`` is the 変更日; ``arrived_on`` the day it reached the lead office (B-086). ``details`` is JSON
    of what the kind needs: the new particulars, both agency numbers and names, or the new plan's quote; and the
    day that was wished for (``wanted``), where the notice came too late for it. ``applied_at`` is when an accepted
    change took effect in the enrolment.
    ``successor_id`` is the enrolment that a change of plan begins on the same day (B-085).
    """

    __tablename__ = "guardkun_change"
    __table_args__ = (
        CheckConstraint(one_of("kind", ChangeKind), name="kind"),
        CheckConstraint(one_of("state", ChangeState), name="state"),
        CheckConstraint(f"reason = '' OR {one_of('reason', WithdrawalReason)}", name="reason"),
        CheckConstraint("(kind = 'withdrawal') = (reason <> '')", name="reason_of_withdrawal"),
        CheckConstraint("reason <> 'request' OR note <> ''", name="note_of_request"),
        CheckConstraint("applied_at IS NULL OR state = 'accepted'", name="applied"),
        CheckConstraint("state <> 'accepted' OR arrived_on IS NOT NULL", name="arrived"),
        CheckConstraint("state <> 'refused' OR note <> ''", name="note_of_refusal"),
        Index("ix_guardkun_change_enrolment", "enrolment_id", "id"),
        Index("ix_guardkun_change_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default=ChangeState.DRAFT.value)
    reason: Mapped[str] = mapped_column(String(16), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    details: Mapped[str] = mapped_column(Text, default="{}")
    effective_on: Mapped[date] = mapped_column(Date)
    requested_at: Mapped[datetime] = mapped_column(Instant)
    requested_by: Mapped[str] = mapped_column(String(200))
    arrived_on: Mapped[date | None] = mapped_column(Date)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    enrolment: Mapped[Enrolment] = relationship(foreign_keys=[enrolment_id])
