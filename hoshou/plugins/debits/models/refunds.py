"""What came in beyond what was owed, and how it went back."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant
from hoshou.plugins.debits.models.remittances import RemittanceLine
from hoshou.plugins.debits.models.settlements import TransferReceipt
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment


class Refund(Entity):
    """A payment back to a member from the association's account; yen. Its ``reference`` is in the account's statement."""

    __tablename__ = "debits_refund"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"), index=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(200))


class Overpayment(Entity):
    """An instalment that was collected and turned out not to be owed, or what a transfer brought too much; yen.

    Each is refunded whole, once. ``remitted_id``: the premium had gone to the lead insurer already, which owes
    ``to_return`` until ``returned_on``.
    """

    __tablename__ = "debits_overpayment"
    __table_args__ = (
        CheckConstraint("(instalment_id IS NULL) <> (transfer_id IS NULL)", name="one_source"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("to_return BETWEEN 0 AND amount", name="to_return"),
        CheckConstraint("remitted_id IS NULL OR remitted_id = instalment_id", name="remitted"),
        CheckConstraint("remitted_id IS NOT NULL OR to_return = 0", name="returned_from_insurer"),
        CheckConstraint("returned_on IS NULL OR to_return > 0", name="returned"),
        Index("ix_debits_overpayment_enrolment", "enrolment_id", "id"),
        Index("ix_debits_overpayment_refund", "refund_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    instalment_id: Mapped[int | None] = mapped_column(ForeignKey("guardkun_instalment.id"), unique=True)
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("debits_transfer.id"), unique=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    found_on: Mapped[date] = mapped_column(Date)
    remitted_id: Mapped[int | None] = mapped_column(ForeignKey("debits_remittance_line.instalment_id"))
    to_return: Mapped[int] = mapped_column(BigInteger, default=0)
    returned_on: Mapped[date | None] = mapped_column(Date)
    returned_by: Mapped[str] = mapped_column(String(200), default="")
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("debits_refund.id"))
    enrolment: Mapped[Enrolment] = relationship()
    instalment: Mapped[Instalment | None] = relationship()
    transfer: Mapped[TransferReceipt | None] = relationship()
    remitted: Mapped[RemittanceLine | None] = relationship()
    refund: Mapped[Refund | None] = relationship()
