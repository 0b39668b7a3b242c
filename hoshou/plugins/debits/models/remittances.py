"""The month's premium on its way to the lead insurer and the agencies' shares of it (B-071, B-093, B-094)."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Instalment
from hoshou.plugins.organisations.models import Branch, Insurer


class Remittance(Entity):
    """One month's run, dated the last business day; amounts in yen, frozen. Rows are only ever added.

    ``paid`` is what left the account: the gross premium, without the collection fee if that is deducted (D-20).
    """

    __tablename__ = "debits_remittance"
    __table_args__ = (
        CheckConstraint(
            "(fee_deducted AND paid = premium - collection_fee) OR (NOT fee_deducted AND paid = premium)",
            name="paid",
        ),
        CheckConstraint("collection_fee BETWEEN 0 AND premium", name="collection_fee"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(Date, unique=True)
    day: Mapped[date] = mapped_column(Date)
    fee_deducted: Mapped[bool] = mapped_column(Boolean)
    instalments: Mapped[int] = mapped_column(Integer)
    premium: Mapped[int] = mapped_column(BigInteger)
    collection_fee: Mapped[int] = mapped_column(BigInteger)
    paid: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[int] = mapped_column(ForeignKey("debits_ledger_entry.id"), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(String(200))

    def __repr__(self) -> str:
        return f"{self.month:%Y/%m}"


class RemittanceLine(Entity):
    """One paid instalment of a month's run: no instalment is remitted twice, and none that isn't paid; yen.

    ``branch_id`` is the soliciting agency's branch, whose results it counts for (B-094).
    """

    __tablename__ = "debits_remittance_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["instalment_id", "follows", "premium", "maintenance_fee"],
            [
                "debits_ledger_levy.instalment_id",
                "debits_ledger_levy.step",
                "debits_ledger_levy.premium",
                "debits_ledger_levy.maintenance_fee",
            ],
            name="fk_debits_remittance_line_levy",
        ),
        CheckConstraint("follows = 'paid'", name="follows"),
        CheckConstraint("lead_share + soliciting_share = premium", name="shares"),
        CheckConstraint("lead_share >= 0 AND soliciting_share >= 0", name="share_amounts"),
        Index(
            "ix_debits_remittance_line_agency", "remittance_id", "insurer_id", "registration_id", "instalment_id"
        ),
    )

    instalment_id: Mapped[int] = mapped_column(
        ForeignKey("guardkun_instalment.id"), primary_key=True, autoincrement=False
    )
    remittance_id: Mapped[int] = mapped_column(ForeignKey("debits_remittance.id"))
    follows: Mapped[str] = mapped_column(String(16))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("guardkun_agency_registration.id", name="fk_debits_remittance_line_registration")
    )
    insurer_id: Mapped[int] = mapped_column(ForeignKey("organisations_insurer.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisations_branch.id"))
    insurer_leads: Mapped[bool] = mapped_column(Boolean)
    paid_on: Mapped[date] = mapped_column(Date)
    premium: Mapped[int] = mapped_column(BigInteger)
    maintenance_fee: Mapped[int] = mapped_column(BigInteger)
    collection_fee: Mapped[int] = mapped_column(BigInteger)
    lead_share: Mapped[int] = mapped_column(BigInteger)
    soliciting_share: Mapped[int] = mapped_column(BigInteger)
    remittance: Mapped[Remittance] = relationship()
    instalment: Mapped[Instalment] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    registration: Mapped[AgencyRegistration] = relationship()
    insurer: Mapped[Insurer] = relationship()
    branch: Mapped[Branch] = relationship()
