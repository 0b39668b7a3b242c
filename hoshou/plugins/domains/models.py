"""Registered mail domains of orderers (manual 3.(2))."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import Entity, Instant


class DomainState(StrEnum):
    """How far a domain has come; only a registered one lets anybody in (A-060)."""

    APPLIED = "applied"
    APPROVED = "approved"
    REGISTERED = "registered"
    REMOVED = "removed"


DOMAIN_STATE_LABELS = {
    DomainState.APPLIED: N_("申請中"),
    DomainState.APPROVED: N_("承認済・未登録"),
    DomainState.REGISTERED: N_("登録済"),
    DomainState.REMOVED: N_("削除済"),
}


class OrdererDomain(Entity):
    """The domain of one organisation or department (A-076): ASCII, lower case, compared whole (D-13)."""

    __tablename__ = "domains_domain"
    __table_args__ = (UniqueConstraint("domain"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(String(253))
    organisation: Mapped[str] = mapped_column(String(200))
    department: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(16), default=DomainState.APPLIED.value)
    usable_from: Mapped[date | None] = mapped_column(Date)
    changed_at: Mapped[datetime | None] = mapped_column(Instant)

    def __repr__(self) -> str:
        return self.domain
