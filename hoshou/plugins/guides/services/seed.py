"""A manual's texts entered once, for its keepers to go on from."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.platform.db import Entity
from hoshou.plugins.guides.models import Contact, FaqEntry, FlowStep, GuidePage, Revision, SampleClause
from hoshou.plugins.guides.rules.golden import golden
from hoshou.plugins.guides.rules.kinds import Book

TABLES: tuple[tuple[str, type[Entity]], ...] = (("clauses", SampleClause), ("steps", FlowStep))
BOOK_TABLES: tuple[tuple[str, type[Entity]], ...] = (
    ("faq", FaqEntry),
    ("contacts", Contact),
    ("revisions", Revision),
)


def seed_guides(session: Session) -> int:
    """Enter the texts of the bonds' manual; returns how many rows.

    Running it again changes nothing: what the association has edited or removed stays as it is.
    """
    rows: list[Entity] = []
    for kind, table in TABLES:
        if session.scalar(select(table.id).limit(1)) is None:
            rows += [table(**entry) for entry in golden(kind)]
    session.add_all(rows)
    return len(rows) + seed_book(
        session, Book.BONDS, {kind: golden(kind) for kind in ("faq", "contacts", "revisions", "pages")}
    )


def seed_book(session: Session, book: Book, texts: Mapping[str, list[dict[str, Any]]]) -> int:
    """Fill the tables that have nothing of the manual yet, and add its pages that are missing; returns how many rows.

    ``texts`` holds for ``faq``, ``contacts``, ``revisions`` and ``pages`` the values of their rows.
    """
    rows: list[Entity] = []
    for kind, table in BOOK_TABLES:
        if session.scalar(select(table.id).where(table.book == book.value).limit(1)) is None:
            rows += [table(book=book.value, **entry) for entry in texts[kind]]
    known = set(session.scalars(select(GuidePage.key)))
    rows += [GuidePage(book=book.value, **entry) for entry in texts["pages"] if entry["key"] not in known]
    session.add_all(rows)
    session.flush()
    return len(rows)
