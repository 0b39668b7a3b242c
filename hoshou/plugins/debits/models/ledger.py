"""The ledger: balanced entries that are only ever added, and each levy's way through them (B2, F12).

The database itself keeps the books: triggers refuse an entry whose postings don't sum to 0, a posting added to
an entry afterwards, and every change or removal. An entry's postings are written before its header, which seals them.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant
from hoshou.plugins.debits.rules.accounts_chart import Account, EntryKind
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Instalment
from hoshou.plugins.guardkun.models.one_of import one_of


class LedgerEntry(Entity):
    """The header of an entry: an event, by its key. ``month`` is the first of the day's month.

    ``fingerprint`` tells a repeated event from another one under the same key.
    """

    __tablename__ = "debits_ledger_entry"
    __table_args__ = (
        UniqueConstraint("id", "month"),
        CheckConstraint(one_of("kind", EntryKind), name="kind"),
        Index("ix_debits_ledger_entry_enrolment", "enrolment_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    day: Mapped[date] = mapped_column(Date)
    month: Mapped[date] = mapped_column(Date)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    note: Mapped[str] = mapped_column(String(500), default="")
    fingerprint: Mapped[str] = mapped_column(String(64))
    posted_at: Mapped[datetime] = mapped_column(Instant)
    enrolment: Mapped[Enrolment | None] = relationship()


class LedgerPosting(Entity):
    """One side of an entry: ``amount`` yen, a debit when positive, a credit when negative.

    ``registration_id`` is the agency as it was when the levy fell due.
    """

    __tablename__ = "debits_ledger_posting"
    __table_args__ = (
        ForeignKeyConstraint(
            ["entry_id", "month"],
            ["debits_ledger_entry.id", "debits_ledger_entry.month"],
            name="fk_debits_ledger_posting_entry",
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint(one_of("account", Account), name="account"),
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_debits_ledger_posting_entry", "entry_id"),
        Index("ix_debits_ledger_posting_figure", "month", "account", "registration_id", "amount", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(Integer)
    month: Mapped[date] = mapped_column(Date)
    account: Mapped[str] = mapped_column(String(32))
    amount: Mapped[int] = mapped_column(BigInteger)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    instalment_id: Mapped[int | None] = mapped_column(ForeignKey("guardkun_instalment.id"))
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("guardkun_agency_registration.id", name="fk_debits_ledger_posting_registration")
    )
    entry: Mapped[LedgerEntry] = relationship()
    enrolment: Mapped[Enrolment | None] = relationship()
    registration: Mapped[AgencyRegistration] = relationship()


class LevyStep(StrEnum):
    """How far an instalment has come in the ledger: due, then paid or cancelled."""

    DUE = "due"
    PAID = "paid"
    CANCELLED = "cancelled"


class LedgerLevy(Entity):
    """One step of one instalment; yen. No instalment is paid twice, nor paid and cancelled, nor paid undue.

    The key is the instalment with the step's place, 1 for due and 2 for paid or cancelled; a second place needs
    the first one with the very same amounts. ``collection_fee`` is the part of the premium that the association
    may keep for collecting it (B-010).
    """

    __tablename__ = "debits_ledger_levy"
    __table_args__ = (
        UniqueConstraint(
            "instalment_id", "step", "premium", "maintenance_fee", name="uq_debits_ledger_levy_amounts"
        ),
        ForeignKeyConstraint(
            ["instalment_id", "follows", "premium", "maintenance_fee"],
            [
                "debits_ledger_levy.instalment_id",
                "debits_ledger_levy.step",
                "debits_ledger_levy.premium",
                "debits_ledger_levy.maintenance_fee",
            ],
            name="fk_debits_ledger_levy_follows",
        ),
        CheckConstraint(one_of("step", LevyStep), name="step"),
        CheckConstraint("place = CASE step WHEN 'due' THEN 1 ELSE 2 END", name="place"),
        CheckConstraint("(place = 1 AND follows IS NULL) OR (place = 2 AND follows = 'due')", name="follows"),
        CheckConstraint("premium >= 0 AND maintenance_fee >= 0", name="amounts"),
        CheckConstraint("collection_fee BETWEEN 0 AND premium", name="collection_fee"),
        Index("ix_debits_ledger_levy_step", "step", "day", "instalment_id"),
    )

    instalment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_instalment.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(String(16))
    follows: Mapped[str | None] = mapped_column(String(16))
    day: Mapped[date] = mapped_column(Date)
    entry_id: Mapped[int] = mapped_column(ForeignKey("debits_ledger_entry.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("guardkun_agency_registration.id", name="fk_debits_ledger_levy_registration")
    )
    premium: Mapped[int] = mapped_column(BigInteger)
    maintenance_fee: Mapped[int] = mapped_column(BigInteger)
    collection_fee: Mapped[int] = mapped_column(BigInteger)
    instalment: Mapped[Instalment] = relationship()
