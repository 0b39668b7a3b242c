"""Bookings and certificates as stored runs whose lines have states (B-057, B-061)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import Entity, Instant
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.one_of import one_of


class LineState(StrEnum):
    """What became of one enrolment in a batch; a deferred one is left for a later batch, with a reason (D-25)."""

    WAITING = "waiting"
    BOOKED = "booked"
    CERTIFIED = "certified"
    DEFERRED = "deferred"


LINE_STATE_LABELS = {
    LineState.WAITING: N_("処理待ち"),
    LineState.BOOKED: N_("計上済"),
    LineState.CERTIFIED: N_("加入者証発行済"),
    LineState.DEFERRED: N_("今回見送り"),
}


class BookingBatch(Entity):
    """All enrolments of one start and one closing, booked together (B-057).

    ``closing`` counts from 1; what a batch deferred comes in the next one. The lead office opens a batch, looks
    at what blocks it, and starts it; a job then books line by line, and later issues the certificates likewise.
    """

    __tablename__ = "guardkun_booking_batch"
    __table_args__ = (
        UniqueConstraint("scheme_year_id", "start", "closing"),
        CheckConstraint("booked_at IS NULL OR started_at IS NOT NULL", name="booked"),
        CheckConstraint("issue_started_at IS NULL OR booked_at IS NOT NULL", name="issue"),
        CheckConstraint("certified_at IS NULL OR issue_started_at IS NOT NULL", name="certified"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_year_id: Mapped[int] = mapped_column(ForeignKey("guardkun_scheme_year.id"))
    start: Mapped[date] = mapped_column(Date)
    closing: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    booked_at: Mapped[datetime | None] = mapped_column(Instant)
    issue_started_at: Mapped[datetime | None] = mapped_column(Instant)
    certified_at: Mapped[datetime | None] = mapped_column(Instant)
    lines: Mapped[list["BookingLine"]] = relationship(back_populates="batch")

    def __repr__(self) -> str:
        return f"{self.start:%Y/%m} #{self.closing}"


class BookingLine(Entity):
    """One enrolment of a batch. ``reason`` says why it was deferred, or why its certificate couldn't be made."""

    __tablename__ = "guardkun_booking_line"
    __table_args__ = (
        UniqueConstraint("batch_id", "enrolment_id"),
        CheckConstraint(one_of("state", LineState), name="state"),
        CheckConstraint("state <> 'deferred' OR reason <> ''", name="reason"),
        Index("ix_guardkun_booking_line_state", "batch_id", "state", "id"),
        Index("ix_guardkun_booking_line_enrolment", "enrolment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("guardkun_booking_batch.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    state: Mapped[str] = mapped_column(String(16), default=LineState.WAITING.value)
    reason: Mapped[str] = mapped_column(String(500), default="")
    batch: Mapped[BookingBatch] = relationship(back_populates="lines")
    enrolment: Mapped[Enrolment] = relationship()


class NumberSeries(Entity):
    """The last number given in a series: policy numbers, slips, quotes. Locked while the next one is taken."""

    __tablename__ = "guardkun_number_series"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int] = mapped_column(Integer, default=0)
