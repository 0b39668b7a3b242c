"""Registered mail domains of orderers, and the applications and votes that lead there (manual 3.(2))."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import Entity, Instant
from hoshou.plugins.domains.rules.stages import Kind, Stage
from hoshou.plugins.organisations.models import Insurer


class DomainState(StrEnum):
    """Whether a domain lets anybody in; one that was never registered has no row (A-060)."""

    REGISTERED = "registered"
    REMOVED = "removed"


DOMAIN_STATE_LABELS = {
    DomainState.REGISTERED: N_("登録済"),
    DomainState.REMOVED: N_("削除済"),
}


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


class OrdererDomain(Entity):
    """The domain of one organisation or department (A-076): ASCII, lower case, compared whole (D-13).

    Written by the registration alone.
    """

    __tablename__ = "domains_domain"
    __table_args__ = (
        UniqueConstraint("domain"),
        CheckConstraint(_one_of("state", DomainState), name="state"),
        CheckConstraint("state <> 'registered' OR usable_from IS NOT NULL", name="usable"),
        Index("ix_domains_domain_bodies", "state", "organisation", "department"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(String(253))
    organisation: Mapped[str] = mapped_column(String(200))
    department: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(16))
    usable_from: Mapped[date | None] = mapped_column(Date)
    changed_at: Mapped[datetime | None] = mapped_column(Instant)

    def __repr__(self) -> str:
        return self.domain


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


class DomainApplication(Entity):
    """One application. The database itself keeps each stage from being reached without those before it (A-071).

    ``batch_month`` is the first day of the month of its registration; ``request_key`` names the form that was
    sent, so that sending it twice applies once.
    """

    __tablename__ = "domains_application"
    __table_args__ = (
        CheckConstraint(_one_of("stage", Stage), name="stage"),
        CheckConstraint(_one_of("kind", Kind), name="kind"),
        CheckConstraint("(kind = 'change') = (new_domain <> '')", name="new_domain"),
        CheckConstraint(
            "stage NOT IN ('reviewed', 'approved', 'registered') OR reviewed_at IS NOT NULL", name="reviewed"
        ),
        CheckConstraint("stage NOT IN ('approved', 'registered') OR approved_at IS NOT NULL", name="approved"),
        CheckConstraint("approved_at IS NULL OR reviewed_at IS NOT NULL", name="review_first"),
        CheckConstraint("(stage = 'registered') = (registered_on IS NOT NULL)", name="registered"),
        CheckConstraint("stage <> 'rejected' OR reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt: Mapped[str] = mapped_column(String(14), unique=True)
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    domain: Mapped[str] = mapped_column(String(253), index=True)
    new_domain: Mapped[str] = mapped_column(String(253), default="")
    organisation: Mapped[str] = mapped_column(String(200))
    department: Mapped[str] = mapped_column(String(200), default="")
    applicant_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(20))
    consented_at: Mapped[datetime] = mapped_column(Instant)
    applied_at: Mapped[datetime] = mapped_column(Instant)
    batch_month: Mapped[date] = mapped_column(Date)
    stage: Mapped[str] = mapped_column(String(16), index=True)
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    registered_on: Mapped[date | None] = mapped_column(Date)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(500), default="")

    @property
    def current_stage(self) -> Stage:
        return Stage(self.stage)

    @property
    def domains(self) -> str:
        """The domain; for a change, both."""
        return f"{self.domain} → {self.new_domain}" if self.new_domain else self.domain

    def __repr__(self) -> str:
        return self.receipt


class DomainVote(Entity):
    """What one insurer says to one application, once."""

    __tablename__ = "domains_vote"
    __table_args__ = (
        UniqueConstraint("application_id", "insurer_id"),
        CheckConstraint(_one_of("decision", Decision), name="decision"),
        CheckConstraint("decision <> 'reject' OR reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("domains_application.id"))
    insurer_id: Mapped[int] = mapped_column(ForeignKey("organisations_insurer.id"), index=True)
    user_id: Mapped[int] = mapped_column(Integer)
    user_name: Mapped[str] = mapped_column(String(200))
    decision: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(500), default="")
    voted_at: Mapped[datetime] = mapped_column(Instant)
    insurer: Mapped[Insurer] = relationship(lazy="joined")

    def __repr__(self) -> str:
        return f"{self.insurer.short_name} {self.decision}"
