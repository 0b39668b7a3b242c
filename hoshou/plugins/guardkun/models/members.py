"""Prefecture associations, members, the units that enrol, and what was true of them and when it was known."""

from datetime import date, datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hoshou.platform.db import Entity, Instant


class PrefectureAssociation(Entity):
    """One of the 47 都道府県警備業協会; ``code`` is the prefecture's, 1 to 47 (B-004)."""

    __tablename__ = "guardkun_prefecture"
    __table_args__ = (CheckConstraint("code BETWEEN 1 AND 47", name="code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[int] = mapped_column(Integer, unique=True)
    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")

    def __repr__(self) -> str:
        return self.name


class PrefectureStaff(Entity):
    """Which prefecture association a staff user works for."""

    __tablename__ = "guardkun_prefecture_staff"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    prefecture_id: Mapped[int] = mapped_column(ForeignKey("guardkun_prefecture.id"), index=True)
    prefecture: Mapped[PrefectureAssociation] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")

    def __repr__(self) -> str:
        return f"{self.user.username} {self.prefecture.name}"


class Member(Entity):
    """A 加盟員: a security company that joined a prefecture association (B-002 to B-005).

    ``left_on`` ends the membership, never the cover of an enrolment that has begun (Q1).
    """

    __tablename__ = "guardkun_member"
    __table_args__ = (
        UniqueConstraint("prefecture_id", "member_number"),
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="left"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prefecture_id: Mapped[int] = mapped_column(ForeignKey("guardkun_prefecture.id"))
    member_number: Mapped[str] = mapped_column(String(20), index=True)
    name: Mapped[str] = mapped_column(String(100), index=True)
    name_kana: Mapped[str] = mapped_column(String(100))
    joined_on: Mapped[date] = mapped_column(Date, index=True)
    left_on: Mapped[date | None] = mapped_column(Date, index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    prefecture: Mapped[PrefectureAssociation] = relationship(lazy="joined")
    units: Mapped[list["Unit"]] = relationship(back_populates="member")

    def is_member_on(self, day: date) -> bool:
        """Whether the membership holds on the day (B-003)."""
        return self.joined_on <= day and (self.left_on is None or day < self.left_on)

    def __repr__(self) -> str:
        return self.name


class Unit(Entity):
    """What enrols: the whole company, or a branch of it on its own (B-006). ``name`` is empty for the company."""

    __tablename__ = "guardkun_unit"
    __table_args__ = (UniqueConstraint("member_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("guardkun_member.id"))
    name: Mapped[str] = mapped_column(String(100), default="")
    member: Mapped[Member] = relationship(back_populates="units", lazy="joined")

    def __repr__(self) -> str:
        return f"{self.member.name} {self.name}".strip()


class Particulars(Entity):
    """What was true of a unit from ``true_from`` on, as known from ``known_at`` on (B-091, Q12).

    Rows are only ever added. What is true on a day, as known at an instant, is the row with the latest
    ``true_from`` up to that day among those known by then, the latest known winning.
    """

    __tablename__ = "guardkun_particulars"
    __table_args__ = (Index("ix_guardkun_particulars_unit", "unit_id", "true_from", "known_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("guardkun_unit.id"))
    true_from: Mapped[date] = mapped_column(Date)
    known_at: Mapped[datetime] = mapped_column(Instant)
    source: Mapped[str] = mapped_column(String(40))
    company_name: Mapped[str] = mapped_column(String(100))
    company_kana: Mapped[str] = mapped_column(String(100))
    representative_title: Mapped[str] = mapped_column(String(40))
    representative: Mapped[str] = mapped_column(String(100))
    postal_code: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(254), default="")
    recorded_by: Mapped[str] = mapped_column(String(200))
