"""Collection agents and the mandates (口座振替依頼書) that permit the debits."""

from datetime import date, datetime, time

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Time,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant
from hoshou.plugins.debits.rules.accounts import AccountType, masked
from hoshou.plugins.debits.rules.mandates import MandateKind, MandateReason, MandateState
from hoshou.plugins.guardkun.models.members import Unit
from hoshou.plugins.guardkun.models.one_of import one_of


class CollectionAgent(Entity):
    """A 集金代行会社 and how it wants its files (B-067).

    ``consignor_name`` is what passbooks show (ｹｲﾋﾞ ﾎｹﾝ or NS ｹｲﾋﾞ ﾎｹﾝ, B-070); the account is the one it pays
    into. The file must be there ``lead_days`` business days before the debit, by ``closing_time`` (JST).
    """

    __tablename__ = "debits_agent"
    __table_args__ = (CheckConstraint("lead_days BETWEEN 1 AND 20", name="lead_days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    consignor_code: Mapped[str] = mapped_column(String(10), unique=True)
    consignor_name: Mapped[str] = mapped_column(String(40))
    profile: Mapped[str] = mapped_column(String(20), default="standard")
    bank_code: Mapped[str] = mapped_column(String(4))
    bank_name: Mapped[str] = mapped_column(String(15), default="")
    branch_code: Mapped[str] = mapped_column(String(3))
    branch_name: Mapped[str] = mapped_column(String(15), default="")
    account_type: Mapped[str] = mapped_column(String(1), default=AccountType.ORDINARY.value)
    account_number: Mapped[str] = mapped_column(String(7))
    lead_days: Mapped[int] = mapped_column(Integer)
    closing_time: Mapped[time] = mapped_column(Time)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)

    def __repr__(self) -> str:
        return self.name


class Mandate(Entity):
    """One form. Its account never changes: another account is another form.

    The names of bank and branch, in the file's kana and in ``…_kanji``, are those of the day it was taken in.
    ``sealed_number`` is the account number, sealed under ``seal_token``; ``tail`` the digits that lists show.
    It counts from the debit of ``effective_from``, the first of a month, on (B-082).
    """

    __tablename__ = "debits_mandate"
    __table_args__ = (
        CheckConstraint(one_of("kind", MandateKind), name="kind"),
        CheckConstraint(one_of("reason", MandateReason), name="reason"),
        CheckConstraint(one_of("state", MandateState), name="state"),
        CheckConstraint(one_of("account_type", AccountType), name="account_type"),
        CheckConstraint("effective_from > arrived_on", name="effective"),
        CheckConstraint(
            "(state = 'returned') = (returned_on IS NOT NULL) AND (state = 'returned') = (return_reason <> '')",
            name="returned",
        ),
        Index("ix_debits_mandate_unit", "unit_id", "effective_from", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("guardkun_unit.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("debits_agent.id"))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default=MandateState.ACCEPTED.value)
    bank_code: Mapped[str] = mapped_column(String(4))
    bank_name: Mapped[str] = mapped_column(String(15))
    bank_kanji: Mapped[str] = mapped_column(String(40), default="")
    branch_code: Mapped[str] = mapped_column(String(3))
    branch_name: Mapped[str] = mapped_column(String(15))
    branch_kanji: Mapped[str] = mapped_column(String(40), default="")
    account_type: Mapped[str] = mapped_column(String(1))
    sealed_number: Mapped[bytes] = mapped_column(LargeBinary)
    seal_token: Mapped[str] = mapped_column(String(32), unique=True)
    tail: Mapped[str] = mapped_column(String(4))
    holder: Mapped[str] = mapped_column(String(30))
    arrived_on: Mapped[date] = mapped_column(Date)
    effective_from: Mapped[date] = mapped_column(Date)
    returned_on: Mapped[date | None] = mapped_column(Date)
    return_reason: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(200))
    unit: Mapped[Unit] = relationship(lazy="joined")
    agent: Mapped[CollectionAgent] = relationship(lazy="joined")

    @property
    def bank(self) -> str:
        """For people: code and name."""
        return f"{self.bank_code} {self.bank_kanji or self.bank_name}"

    @property
    def branch(self) -> str:
        return f"{self.branch_code} {self.branch_kanji or self.branch_name}"

    @property
    def masked_number(self) -> str:
        return masked(self.tail)
