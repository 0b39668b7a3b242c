"""Versions of the rate table, from the draft to the approval by a second person (D-21)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Date, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import Entity, Instant


class RateState(StrEnum):
    """What a version may be used for: an approved one for quotes, the others for none."""

    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


RATE_STATE_LABELS = {
    RateState.DRAFT: N_("作成中"),
    RateState.APPROVED: N_("承認済"),
    RateState.WITHDRAWN: N_("取下げ"),
}


class RateTableVersion(Entity):
    """One version of one scheme's rates, kept as the document that the calculator reads.

    ``is_sample`` marks invented rates: whatever is made with them says 見本. An approved version never changes.
    """

    __tablename__ = "premium_rate_table"
    __table_args__ = (
        UniqueConstraint("rates_id", "version"),
        CheckConstraint("state IN ('draft', 'approved', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'approved') = (approved_by_id IS NOT NULL)", name="approved"),
        CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved_at"),
        CheckConstraint("approved_by_id <> drafted_by_id", name="second_person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rates_id: Mapped[str] = mapped_column(String(100))
    version: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date] = mapped_column(Date, index=True)
    document: Mapped[str] = mapped_column(Text)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(16), default=RateState.DRAFT.value)
    source_name: Mapped[str] = mapped_column(String(200), default="")
    drafted_by_id: Mapped[int] = mapped_column(Integer)
    drafted_by: Mapped[str] = mapped_column(String(200))
    drafted_at: Mapped[datetime] = mapped_column(Instant)
    approved_by_id: Mapped[int | None] = mapped_column(Integer)
    approved_by: Mapped[str] = mapped_column(String(200), default="")
    approved_at: Mapped[datetime | None] = mapped_column(Instant)

    def __repr__(self) -> str:
        return f"{self.rates_id} {self.version}"
