"""Insurers, their branches, agencies, and which staff belong where (A-003, A-004, D-44)."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity


class Insurer(Entity):
    """A participating insurer. ``position`` keeps the order of the Japanese syllabary."""

    __tablename__ = "organisations_insurer"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    short_name: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(Integer, index=True)
    active_from: Mapped[date] = mapped_column(Date)
    active_until: Mapped[date | None] = mapped_column(Date)

    def is_active(self, day: date) -> bool:
        """Both bounds belong to the time of participation."""
        return self.active_from <= day and (self.active_until is None or day <= self.active_until)

    def __repr__(self) -> str:
        return self.name


class Branch(Entity):
    """A sales branch (営業店) of an insurer."""

    __tablename__ = "organisations_branch"
    __table_args__ = (UniqueConstraint("insurer_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    insurer_id: Mapped[int] = mapped_column(ForeignKey("organisations_insurer.id"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str] = mapped_column(String(20), default="")
    insurer: Mapped[Insurer] = relationship(lazy="joined")

    def __repr__(self) -> str:
        return f"{self.insurer.short_name} {self.name}"


class Agency(Entity):
    """A non-life insurance agency (損害保険代理店)."""

    __tablename__ = "organisations_agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    phone: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    codes: Mapped[list["AgencyCode"]] = relationship(back_populates="agency", cascade="all, delete-orphan")

    def __repr__(self) -> str:
        return self.name


class AgencyCode(Entity):
    """The agency's registration with one insurer: an agency may hold codes at several."""

    __tablename__ = "organisations_agency_code"
    __table_args__ = (UniqueConstraint("insurer_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("organisations_agency.id", ondelete="CASCADE"), index=True)
    insurer_id: Mapped[int] = mapped_column(ForeignKey("organisations_insurer.id"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    agency: Mapped[Agency] = relationship(back_populates="codes", lazy="joined")
    insurer: Mapped[Insurer] = relationship(lazy="joined")

    def __repr__(self) -> str:
        return f"{self.agency.name} {self.code}"


class Membership(Entity):
    """Where a staff user belongs: one agency, one insurer (or a branch of it), or neither."""

    __tablename__ = "organisations_membership"
    __table_args__ = (
        CheckConstraint("agency_id IS NULL OR (insurer_id IS NULL AND branch_id IS NULL)", name="one_home"),
        CheckConstraint("branch_id IS NULL OR insurer_id IS NOT NULL", name="branch_of_insurer"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    insurer_id: Mapped[int | None] = mapped_column(ForeignKey("organisations_insurer.id"), index=True)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("organisations_branch.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("organisations_agency.id"), index=True)
    insurer: Mapped[Insurer | None] = relationship(lazy="joined")
    branch: Mapped[Branch | None] = relationship(lazy="joined")
    agency: Mapped[Agency | None] = relationship(lazy="joined")


class Orderer(Entity):
    """An orderer (発注者) of public works, by its name in compatibility form (NFKC).

    ``terms_ready_on`` (約款整備済) is since when its contract terms provide for bonds in electronic form (A-010).
    """

    __tablename__ = "organisations_orderer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    terms_ready_on: Mapped[date | None] = mapped_column(Date)

    def __repr__(self) -> str:
        return self.name
