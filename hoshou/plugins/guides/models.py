"""What the guide pages say, in both languages, and of which manual it is (A-083 to A-086, B-107)."""

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, Date, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoshou.platform.db import Entity
from hoshou.plugins.guides.rules.kinds import LARGEST_TENTHS, Book


class FaqEntry(Entity):
    """One question with its answer, under its number and in one of the groups of its manual."""

    __tablename__ = "guides_faq"
    __table_args__ = (UniqueConstraint("book", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[str] = mapped_column(String(16), default=Book.BONDS.value)
    number: Mapped[int] = mapped_column(Integer)
    faq_group: Mapped[int] = mapped_column(Integer)
    audience: Mapped[str] = mapped_column(String(16))
    question_ja: Mapped[str] = mapped_column(Text)
    answer_ja: Mapped[str] = mapped_column(Text)
    question_en: Mapped[str] = mapped_column(Text)
    answer_en: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)

    def __repr__(self) -> str:
        return f"Q{self.number}"


class SampleClause(Entity):
    """A sample text for the orderers' contract documents. ``tenths`` takes the place of its ● (A-011)."""

    __tablename__ = "guides_clause"
    __table_args__ = (
        CheckConstraint(f"tenths IS NULL OR tenths BETWEEN 1 AND {LARGEST_TENTHS}", name="tenths_of_ten"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title_ja: Mapped[str] = mapped_column(String(200), unique=True)
    text_ja: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(String(200))
    text_en: Mapped[str] = mapped_column(Text)
    tenths: Mapped[int | None] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)

    def __repr__(self) -> str:
        return self.title_ja


class Contact(Entity):
    """Where to turn with which question (A-084)."""

    __tablename__ = "guides_contact"
    __table_args__ = (UniqueConstraint("book", "subject_ja"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[str] = mapped_column(String(16), default=Book.BONDS.value)
    subject_ja: Mapped[str] = mapped_column(String(200))
    text_ja: Mapped[str] = mapped_column(Text)
    subject_en: Mapped[str] = mapped_column(String(200))
    text_en: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)

    def __repr__(self) -> str:
        return self.subject_ja


class Revision(Entity):
    """One edition of the manual (A-085). ``month`` is the month's first day."""

    __tablename__ = "guides_revision"
    __table_args__ = (UniqueConstraint("book", "edition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[str] = mapped_column(String(16), default=Book.BONDS.value)
    month: Mapped[date] = mapped_column(Date)
    edition: Mapped[int] = mapped_column(Integer)
    content_ja: Mapped[str] = mapped_column(Text)
    content_en: Mapped[str] = mapped_column(Text)

    def __repr__(self) -> str:
        return f"第{self.edition}版"


class GuidePage(Entity):
    """A page's title and running text. ``manual_page`` is where it begins in the printed manual."""

    __tablename__ = "guides_page"
    __table_args__ = (UniqueConstraint("book", "manual_page"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[str] = mapped_column(String(16), default=Book.BONDS.value)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    manual_page: Mapped[int | None] = mapped_column(Integer)
    title_ja: Mapped[str] = mapped_column(String(200))
    body_ja: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(String(200))
    body_en: Mapped[str] = mapped_column(Text)

    def __repr__(self) -> str:
        return self.title_ja


class FlowStep(Entity):
    """One box of a flow (A-086): in its lane, at its stage, reached from ``from_lanes`` of the stage before.

    ``from_lanes`` is a list of lanes with spaces between them, or empty where the flow begins.
    """

    __tablename__ = "guides_step"
    __table_args__ = (UniqueConstraint("flow", "stage", "lane"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    flow: Mapped[str] = mapped_column(String(16))
    stage: Mapped[int] = mapped_column(Integer)
    lane: Mapped[str] = mapped_column(String(16))
    from_lanes: Mapped[str] = mapped_column(String(80), default="")
    by_mail: Mapped[bool] = mapped_column(Boolean, default=False)
    title_ja: Mapped[str] = mapped_column(String(100))
    note_ja: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(String(100))
    note_en: Mapped[str] = mapped_column(Text)

    def __repr__(self) -> str:
        return f"{self.stage} {self.title_ja}"
