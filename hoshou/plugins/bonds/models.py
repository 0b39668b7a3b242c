"""Policies as folders, their files, and the secrets that open them."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant
from hoshou.platform.files.model import StoredFile
from hoshou.plugins.organisations.models import Agency, Insurer


class BondFolder(Entity):
    """One policy number of one insurer: one viewing URL, one viewing password (A-013, D-18).

    The URL's token is kept as a keyed digest to be found by, and sealed to be sent again (D-42); the
    password as an Argon2id hash only. A deleted folder's row stays as a tombstone with the digest and the
    hash (D-46); its number may be used anew, since a mis-registered number may be another contract's.
    """

    __tablename__ = "bonds_folder"
    __table_args__ = (
        Index(
            "uq_bonds_folder_live",
            "insurer_id",
            "policy_number",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_bonds_folder_list", "insurer_id", "id"),
        Index("ix_bonds_folder_agency", "agency_id", "id"),
        Index("ix_bonds_folder_start", "insurance_start", "id"),
        Index("ix_bonds_folder_insurer_start", "insurer_id", "insurance_start", "id"),
        Index("ix_bonds_folder_agency_start", "agency_id", "insurance_start", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    insurer_id: Mapped[int] = mapped_column(ForeignKey("organisations_insurer.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("organisations_agency.id"))
    policy_number: Mapped[str] = mapped_column(String(40), index=True)
    contract_type: Mapped[str] = mapped_column(String(32))
    national_direct: Mapped[bool] = mapped_column(Boolean, default=False)
    submission: Mapped[str] = mapped_column(String(16))
    contract_date: Mapped[date] = mapped_column(Date)
    insurance_start: Mapped[date] = mapped_column(Date)
    insurance_end: Mapped[date] = mapped_column(Date, index=True)
    contractor_name: Mapped[str] = mapped_column(String(200), index=True)
    contractor_email: Mapped[str] = mapped_column(String(254))
    orderer_name: Mapped[str] = mapped_column(String(200), default="")
    project_name: Mapped[str] = mapped_column(String(300))
    override_reason: Mapped[str] = mapped_column(String(500), default="")
    token_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    password_hash: Mapped[str] = mapped_column(Text, default="")
    password_serial: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)
    deleted_why: Mapped[str] = mapped_column(String(500), default="")
    # By statements of their own: PostgreSQL can't lock a folder's row through an outer join.
    insurer: Mapped[Insurer] = relationship(lazy="selectin")
    agency: Mapped[Agency | None] = relationship(lazy="selectin")
    files: Mapped[list["BondFile"]] = relationship(back_populates="folder", order_by="BondFile.number.desc()")

    def __repr__(self) -> str:
        return self.policy_number


class BondWaiting(Entity):
    """An upload that waits for the malware scanner (検査待ち); its files are nobody's to read (A16).

    Gone once the scanner has answered. ``user_id`` and ``email`` are who uploaded.
    """

    __tablename__ = "bonds_waiting"

    id: Mapped[int] = mapped_column(primary_key=True)
    folder_id: Mapped[int] = mapped_column(ForeignKey("bonds_folder.id"), index=True)
    user_id: Mapped[int] = mapped_column(Integer)
    email: Mapped[str] = mapped_column(String(254))
    since: Mapped[datetime] = mapped_column(Instant)


class BondFile(Entity):
    """One PDF of a folder; ``number`` counts from 1, the newest is the highest.

    ``signature_report`` is what its digital signatures were found to be, as text; None until that was looked at.
    """

    __tablename__ = "bonds_file"
    __table_args__ = (
        UniqueConstraint("folder_id", "number"),
        Index(
            "ix_bonds_file_unreported",
            "id",
            sqlite_where=text("signature_report IS NULL AND deleted_at IS NULL"),
            postgresql_where=text("signature_report IS NULL AND deleted_at IS NULL"),
        ),
        Index(
            "ix_bonds_file_waiting",
            "waiting_id",
            sqlite_where=text("waiting_id IS NOT NULL"),
            postgresql_where=text("waiting_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    folder_id: Mapped[int] = mapped_column(ForeignKey("bonds_folder.id"))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(32))
    stored_file_id: Mapped[int] = mapped_column(ForeignKey("platform_file.id"), unique=True)
    pages: Mapped[int] = mapped_column(Integer)
    signed: Mapped[bool] = mapped_column(Boolean, default=False)
    signature_report: Mapped[str | None] = mapped_column(Text)
    waiting_id: Mapped[int | None] = mapped_column(ForeignKey("bonds_waiting.id"))
    insurance_end: Mapped[date] = mapped_column(Date)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("bonds_file.id"))
    replaced_at: Mapped[datetime | None] = mapped_column(Instant)
    uploaded_at: Mapped[datetime] = mapped_column(Instant, index=True)
    uploaded_by: Mapped[str] = mapped_column(String(200))
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)
    deleted_why: Mapped[str] = mapped_column(String(500), default="")
    folder: Mapped[BondFolder] = relationship(back_populates="files")
    stored_file: Mapped[StoredFile] = relationship(lazy="joined")

    @property
    def is_waiting(self) -> bool:
        return self.waiting_id is not None


class UploadReceipt(Entity):
    """The answer to one upload request, found again by its idempotency key (F1, F12)."""

    __tablename__ = "bonds_upload_receipt"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_bonds_upload_receipt_folder", "folder_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(64))
    request_digest: Mapped[str] = mapped_column(String(64))
    folder_id: Mapped[int] = mapped_column(ForeignKey("bonds_folder.id"))
    answer: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class UploadQuota(Entity):
    """What one user or organisation has uploaded on ``day``; the next day it begins anew (A28)."""

    __tablename__ = "bonds_upload_quota"
    __table_args__ = (
        CheckConstraint("uploads >= 0", name="uploads"),
        CheckConstraint("bytes >= 0", name="bytes"),
    )

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    uploads: Mapped[int] = mapped_column(Integer)
    bytes: Mapped[int] = mapped_column(BigInteger)


class BondHandover(Entity):
    """A viewing password on its way to the contractor, in the hands of who got it (A-023, A-028).

    The password is kept sealed for a short while only, so that the 発注者提出用フォーマット can be made;
    ``told_at`` is when it was made first, or when its holder said that the contractor knows.
    """

    __tablename__ = "bonds_handover"
    __table_args__ = (
        UniqueConstraint("folder_id", "password_serial"),
        Index("ix_bonds_handover_waiting", "user_id", "told_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    folder_id: Mapped[int] = mapped_column(ForeignKey("bonds_folder.id"))
    password_serial: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[int] = mapped_column(Integer)
    password_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    folder: Mapped[BondFolder] = relationship()
