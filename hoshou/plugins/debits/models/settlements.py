"""What has fallen due, what came in for it, and what is still owed when an enrolment ends early."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.models.one_of import one_of


class Receiver(StrEnum):
    """Into whose account a transfer went: the association's, and no other (B-088)."""

    ASSOCIATION = "association"


class DueInstalment(Entity):
    """An instalment of which the ledger knows that it fell due."""

    __tablename__ = "debits_due"

    instalment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_instalment.id"), primary_key=True)
    on: Mapped[date] = mapped_column(Date)
    told_at: Mapped[datetime] = mapped_column(Instant)


class TransferReceipt(Entity):
    """A member's bank transfer. ``reference`` is its number in the account's statement, so it is entered once."""

    __tablename__ = "debits_transfer"
    __table_args__ = (
        CheckConstraint(one_of("receiver", Receiver), name="receiver"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_debits_transfer_enrolment", "enrolment_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    receiver: Mapped[str] = mapped_column(String(16), default=Receiver.ASSOCIATION.value)
    amount: Mapped[int] = mapped_column(BigInteger)
    received_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(200))
    enrolment: Mapped[Enrolment] = relationship()


class Settlement(Entity):
    """An instalment is settled once: by a debit line or by a transfer (B2)."""

    __tablename__ = "debits_settlement"
    __table_args__ = (
        CheckConstraint("(line_id IS NULL) <> (transfer_id IS NULL)", name="one_way"),
        Index("ix_debits_settlement_line", "line_id"),
        Index("ix_debits_settlement_transfer", "transfer_id"),
    )

    instalment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_instalment.id"), primary_key=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("debits_line.id"))
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("debits_transfer.id"))
    on: Mapped[date] = mapped_column(Date)
    instalment: Mapped[Instalment] = relationship(lazy="joined")


class EndingReceivable(Entity):
    """What an enrolment that ended early owes by transfer (B-088): one for each, opened once."""

    __tablename__ = "debits_receivable"
    __table_args__ = (CheckConstraint("required BETWEEN 0 AND 12", name="required"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"), primary_key=True)
    required: Mapped[int] = mapped_column(Integer)
    ended_on: Mapped[date] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    enrolment: Mapped[Enrolment] = relationship()
