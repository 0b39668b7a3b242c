"""Paid claims as they are imported for the loss-ratio report (B-104)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant
from hoshou.plugins.guardkun.models.enrolments import Enrolment


class PaidClaim(Entity):
    """One claim by its number, with what was paid for it so far; yen.

    The enrolment's scheme year and its agency's insurer decide where the report counts it.
    """

    __tablename__ = "debits_paid_claim"
    __table_args__ = (
        CheckConstraint("paid >= 0", name="paid"),
        Index("ix_debits_paid_claim_enrolment", "enrolment_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    occurred_on: Mapped[date] = mapped_column(Date)
    paid_on: Mapped[date] = mapped_column(Date)
    paid: Mapped[int] = mapped_column(BigInteger)
    imported_at: Mapped[datetime] = mapped_column(Instant)
    imported_by: Mapped[str] = mapped_column(String(200))
    enrolment: Mapped[Enrolment] = relationship()
