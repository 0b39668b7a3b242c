"""The co-insurers' hand-off files, and the columns that a co-insurer asked for (B-099, D-31)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant
from hoshou.platform.files.model import StoredFile
from hoshou.plugins.debits.models.remittances import Remittance
from hoshou.plugins.debits.rules.handoff_layout import HandoffField
from hoshou.plugins.guardkun.models.one_of import one_of
from hoshou.plugins.organisations.models import Insurer


class Handoff(Entity):
    """What one co-insurer was given of one month's remittance: once, in two encodings of one text; yen.

    ``unwritable`` counts the characters that CP932 doesn't have and that stand there as 〓.
    """

    __tablename__ = "debits_handoff"
    __table_args__ = (UniqueConstraint("remittance_id", "insurer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    remittance_id: Mapped[int] = mapped_column(ForeignKey("debits_remittance.id"))
    insurer_id: Mapped[int] = mapped_column(ForeignKey("organisations_insurer.id"), index=True)
    day: Mapped[date] = mapped_column(Date)
    lines: Mapped[int] = mapped_column(Integer)
    premium: Mapped[int] = mapped_column(BigInteger)
    unwritable: Mapped[int] = mapped_column(Integer)
    cp932_file_id: Mapped[int] = mapped_column(ForeignKey("platform_file.id"), unique=True)
    utf8_file_id: Mapped[int] = mapped_column(ForeignKey("platform_file.id"), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    remittance: Mapped[Remittance] = relationship(lazy="joined")
    insurer: Mapped[Insurer] = relationship(lazy="joined")
    cp932_file: Mapped[StoredFile] = relationship(foreign_keys=[cp932_file_id], lazy="joined")
    utf8_file: Mapped[StoredFile] = relationship(foreign_keys=[utf8_file_id], lazy="joined")


class HandoffColumn(Entity):
    """One column of a co-insurer's file. A co-insurer without any has the own layout (``rules.handoff_layout``)."""

    __tablename__ = "debits_handoff_column"
    __table_args__ = (
        UniqueConstraint("insurer_id", "position"),
        CheckConstraint(one_of("field", HandoffField), name="field"),
        CheckConstraint("position BETWEEN 1 AND 99", name="position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    insurer_id: Mapped[int] = mapped_column(ForeignKey("organisations_insurer.id"))
    position: Mapped[int] = mapped_column(Integer)
    field: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(60))
    insurer: Mapped[Insurer] = relationship(lazy="joined")

    def __repr__(self) -> str:
        return f"{self.position} {self.title}"
