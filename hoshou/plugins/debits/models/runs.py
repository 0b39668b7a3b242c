"""Debit runs: stored, with lines that have states, files written once, and the results that came back."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant
from hoshou.platform.files.model import StoredFile
from hoshou.plugins.debits.models.mandates import CollectionAgent, Mandate
from hoshou.plugins.debits.rules.mandates import NewCode
from hoshou.plugins.debits.rules.runs import LineState, Omission, RunState
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.models.one_of import one_of

_KEPT = "state <> 'discarded'"
_FIXED = "('sealing', 'sealed', 'released', 'closed')"


class DebitRun(Entity):
    """Everything that one agent is to debit on one day; one run, until it is discarded before its release.

    ``cursor`` is the last enrolment that the building has looked at. The header of the file is frozen here.
    ``trouble`` is JSON: what stopped the work in the background, until a person has it tried again.
    Who built or sealed a run can't release it (B4).
    """

    __tablename__ = "debits_run"
    __table_args__ = (
        CheckConstraint(one_of("state", RunState), name="state"),
        CheckConstraint(f"state NOT IN {_FIXED} OR sealed_by_id IS NOT NULL", name="sealed"),
        CheckConstraint("state NOT IN ('released', 'closed') OR released_by_id IS NOT NULL", name="released"),
        CheckConstraint("state <> 'closed' OR closed_at IS NOT NULL", name="closed"),
        CheckConstraint("released_by_id <> sealed_by_id AND released_by_id <> built_by_id", name="second_person"),
        CheckConstraint("state <> 'discarded' OR discarded_why <> ''", name="discarded"),
        Index(
            "uq_debits_run_agent_date",
            "agent_id",
            "debit_date",
            unique=True,
            sqlite_where=text(_KEPT),
            postgresql_where=text(_KEPT),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("debits_agent.id"))
    debit_date: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(16), default=RunState.BUILDING.value)
    cursor: Mapped[int] = mapped_column(Integer, default=0)
    consignor_code: Mapped[str] = mapped_column(String(10))
    consignor_name: Mapped[str] = mapped_column(String(40))
    profile: Mapped[str] = mapped_column(String(20))
    bank_code: Mapped[str] = mapped_column(String(4))
    bank_name: Mapped[str] = mapped_column(String(15))
    branch_code: Mapped[str] = mapped_column(String(3))
    branch_name: Mapped[str] = mapped_column(String(15))
    account_type: Mapped[str] = mapped_column(String(1))
    account_number: Mapped[str] = mapped_column(String(7))
    closes_at: Mapped[datetime] = mapped_column(Instant)
    built_at: Mapped[datetime] = mapped_column(Instant)
    built_by: Mapped[str] = mapped_column(String(200))
    built_by_id: Mapped[int | None] = mapped_column(Integer)
    sealed_at: Mapped[datetime | None] = mapped_column(Instant)
    sealed_by: Mapped[str] = mapped_column(String(200), default="")
    sealed_by_id: Mapped[int | None] = mapped_column(Integer)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    released_by: Mapped[str] = mapped_column(String(200), default="")
    released_by_id: Mapped[int | None] = mapped_column(Integer)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    discarded_why: Mapped[str] = mapped_column(String(500), default="")
    trouble: Mapped[str] = mapped_column(Text, default="")
    agent: Mapped[CollectionAgent] = relationship(lazy="joined")

    def __repr__(self) -> str:
        return f"{self.agent.name} {self.debit_date:%Y/%m/%d}"


class DebitFile(Entity):
    """A bank file of a run: the lines from ``first_number`` to ``last_number`` (顧客番号), fingerprinted by ``sha256``."""

    __tablename__ = "debits_file"
    __table_args__ = (UniqueConstraint("run_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("debits_run.id"))
    number: Mapped[int] = mapped_column(Integer)
    first_number: Mapped[str] = mapped_column(String(20))
    last_number: Mapped[str] = mapped_column(String(20))
    line_count: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_file_id: Mapped[int] = mapped_column(ForeignKey("platform_file.id"), unique=True)
    run: Mapped[DebitRun] = relationship()
    stored_file: Mapped[StoredFile] = relationship()


class DebitLine(Entity):
    """One enrolment's debit in one run, its amount (yen) frozen."""

    __tablename__ = "debits_line"
    __table_args__ = (
        UniqueConstraint("run_id", "enrolment_id"),
        CheckConstraint(one_of("state", LineState), name="state"),
        CheckConstraint(one_of("new_code", NewCode), name="new_code"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(state IN ('paid', 'failed', 'stopped')) = (settled_at IS NOT NULL)", name="settled"),
        CheckConstraint("state <> 'waiting' OR result_code IS NULL", name="unanswered"),
        Index("ix_debits_line_state", "run_id", "state", "customer_number"),
        Index("ix_debits_line_enrolment", "enrolment_id", "id"),
        Index("ix_debits_line_mandate", "mandate_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("debits_run.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"))
    mandate_id: Mapped[int] = mapped_column(ForeignKey("debits_mandate.id"))
    customer_number: Mapped[str] = mapped_column(String(20), unique=True)
    new_code: Mapped[str] = mapped_column(String(1))
    amount: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16), default=LineState.WAITING.value)
    result_code: Mapped[str | None] = mapped_column(String(1))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    run: Mapped[DebitRun] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    mandate: Mapped[Mandate] = relationship()
    parts: Mapped[list["DebitLinePart"]] = relationship(
        back_populates="line", order_by="DebitLinePart.instalment_id"
    )


class DebitLinePart(Entity):
    """An instalment in a line. An instalment is in one open line at most, in any run (B2)."""

    __tablename__ = "debits_line_part"
    __table_args__ = (
        CheckConstraint("premium >= 0 AND maintenance_fee >= 0", name="amounts"),
        Index(
            "uq_debits_line_part_open",
            "instalment_id",
            unique=True,
            sqlite_where=text("is_open = 1"),
            postgresql_where=text("is_open"),
        ),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("debits_line.id"), primary_key=True)
    instalment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_instalment.id"), primary_key=True)
    premium: Mapped[int] = mapped_column(BigInteger)
    maintenance_fee: Mapped[int] = mapped_column(BigInteger)
    is_open: Mapped[bool] = mapped_column(Boolean, default=True)
    line: Mapped[DebitLine] = relationship(back_populates="parts")
    instalment: Mapped[Instalment] = relationship(lazy="joined")


class DebitOmission(Entity):
    """An enrolment with something due that a run left out, and why."""

    __tablename__ = "debits_omission"
    __table_args__ = (CheckConstraint(one_of("reason", Omission), name="reason"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("debits_run.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("guardkun_enrolment.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16))
    enrolment: Mapped[Enrolment] = relationship()


class DebitResult(Entity):
    """A result file that was held against its request and taken (B5).

    ``fingerprint`` covers what the file says, whatever the order of its rows; ``sha256`` its bytes.
    ``posted_at`` is set when every row has had its effect.
    """

    __tablename__ = "debits_result"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("debits_file.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_file_id: Mapped[int] = mapped_column(ForeignKey("platform_file.id"), unique=True)
    line_count: Mapped[int] = mapped_column(Integer)
    done_count: Mapped[int] = mapped_column(Integer, default=0)
    accepted_at: Mapped[datetime] = mapped_column(Instant)
    accepted_by: Mapped[str] = mapped_column(String(200))
    posted_at: Mapped[datetime | None] = mapped_column(Instant)
    file: Mapped[DebitFile] = relationship()
    stored_file: Mapped[StoredFile] = relationship()


class UploadState(StrEnum):
    """A result file waits to be checked, then it was taken or refused."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"


class ResultUpload(Entity):
    """A result file as a person handed it in; one of a run is checked at a time (F12).

    ``refusal`` is JSON: why nothing of it was taken. A taken one leads to its result, which is an earlier one
    where the same rows had been taken before. The content of what isn't kept as a result is erased.
    """

    __tablename__ = "debits_result_upload"
    __table_args__ = (
        CheckConstraint(one_of("state", UploadState), name="state"),
        CheckConstraint(
            "(state = 'waiting') = (checked_at IS NULL) AND (state = 'taken') = (result_id IS NOT NULL)"
            " AND (state = 'refused') = (refusal <> '')",
            name="checked",
        ),
        Index(
            "uq_debits_result_upload_waiting",
            "run_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("debits_run.id"))
    stored_file_id: Mapped[int] = mapped_column(ForeignKey("platform_file.id"), unique=True)
    state: Mapped[str] = mapped_column(String(16), default=UploadState.WAITING.value)
    received_at: Mapped[datetime] = mapped_column(Instant)
    received_by: Mapped[str] = mapped_column(String(200))
    received_by_id: Mapped[int | None] = mapped_column(Integer)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    refusal: Mapped[str] = mapped_column(Text, default="")
    result_id: Mapped[int | None] = mapped_column(ForeignKey("debits_result.id"))
    stored_file: Mapped[StoredFile] = relationship()
    result: Mapped[DebitResult | None] = relationship()
