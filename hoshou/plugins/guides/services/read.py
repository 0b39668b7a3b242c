"""What the guide pages show, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guides.models import Contact, FaqEntry, FlowStep, GuidePage, Revision, SampleClause
from hoshou.plugins.guides.rules.flow import Stage, Step, split_lanes, stages
from hoshou.plugins.guides.rules.kinds import Audience, Book, Flow, Lane
from hoshou.plugins.guides.rules.manual import Manual, Place
from hoshou.plugins.guides.rules.markup import Blocks, blocks
from hoshou.plugins.guides.rules.search import contains_all, search_terms

BLANK = "●"
"""What the manual leaves to be filled in (A-011)."""


class Language(StrEnum):
    """The languages of the texts; the values end the columns' names."""

    JAPANESE = "ja"
    ENGLISH = "en"


@dataclass(frozen=True)
class ShownPage:
    key: str
    title: str
    body: Blocks


@dataclass(frozen=True)
class Question:
    """``group`` is one of the groups of its manual."""

    number: int
    group: int
    audience: Audience
    question: str
    answer: Blocks


@dataclass(frozen=True)
class TitledText:
    """A sample clause or a contact."""

    title: str
    text: Blocks


@dataclass(frozen=True)
class Edition:
    month: date
    edition: int
    content: str


def read_page(session: Session, language: Language, key: str, book: Book = Book.BONDS) -> ShownPage:
    """A page's title and text. Raises NotFound ``no_guide``."""
    row = session.scalar(select(GuidePage).where(GuidePage.book == book.value, GuidePage.key == key))
    if row is None:
        raise NotFound("no_guide", N_("お探しのページは見つかりませんでした。アドレスをご確認ください。"))
    return ShownPage(key, _in(language, row, "title"), blocks(_in(language, row, "body")))


def read_manual(session: Session, language: Language, book: Book = Book.BONDS) -> Manual:
    """Where the manual's pages are on the site."""
    rows = session.scalars(
        select(GuidePage).where(GuidePage.book == book.value, GuidePage.manual_page.is_not(None))
    )
    return Manual(Place(row.manual_page, row.key, _in(language, row, "title")) for row in rows if row.manual_page)


def read_faq(
    session: Session,
    language: Language,
    query: str = "",
    audience: Audience | None = None,
    book: Book = Book.BONDS,
) -> Sequence[Question]:
    """The questions that hold every word of the query and concern the audience, by group (A-083).

    A number with its letter ("Q9") is a word too.
    """
    terms = search_terms(query)
    rows = session.scalars(
        select(FaqEntry)
        .where(FaqEntry.book == book.value)
        .order_by(FaqEntry.faq_group, FaqEntry.position, FaqEntry.number)
    )
    return [
        Question(
            row.number,
            row.faq_group,
            Audience(row.audience),
            _in(language, row, "question"),
            blocks(_in(language, row, "answer")),
        )
        for row in rows
        if Audience(row.audience).concerns(audience)
        and contains_all(terms, f"Q{row.number}", _in(language, row, "question"), _in(language, row, "answer"))
    ]


def read_clauses(session: Session, language: Language) -> Sequence[TitledText]:
    """The sample clauses, their ● filled in where the association has set a number (A-011)."""
    rows = session.scalars(select(SampleClause).order_by(SampleClause.position, SampleClause.id))
    return [
        TitledText(_in(language, row, "title"), blocks(_filled(_in(language, row, "text"), row.tenths)))
        for row in rows
    ]


def read_contacts(session: Session, language: Language, book: Book = Book.BONDS) -> Sequence[TitledText]:
    """Where to turn (A-084, B-108)."""
    rows = session.scalars(
        select(Contact).where(Contact.book == book.value).order_by(Contact.position, Contact.id)
    )
    return [TitledText(_in(language, row, "subject"), blocks(_in(language, row, "text"))) for row in rows]


def read_revisions(session: Session, language: Language, book: Book = Book.BONDS) -> Sequence[Edition]:
    """The manual's editions, oldest first, as the manual lists them (A-085, B-015)."""
    rows = session.scalars(select(Revision).where(Revision.book == book.value).order_by(Revision.edition))
    return [Edition(row.month, row.edition, _in(language, row, "content")) for row in rows]


def read_flow(session: Session, language: Language, flow: Flow) -> tuple[Stage, ...]:
    """A flow's stages (A-086)."""
    rows = session.scalars(select(FlowStep).where(FlowStep.flow == flow.value))
    return stages(
        Step(
            row.stage,
            Lane(row.lane),
            split_lanes(row.from_lanes),
            row.by_mail,
            _in(language, row, "title"),
            blocks(_in(language, row, "note")),
        )
        for row in rows
    )


def _in(language: Language, row: Any, name: str) -> str:
    text: str = getattr(row, f"{name}_{language.value}")
    return text


def _filled(text: str, tenths: int | None) -> str:
    return text if tenths is None else text.replace(BLANK, str(tenths))
