"""The manual's texts entered once, for the association to go on from."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.platform.db import Entity
from hoshou.plugins.guides.models import Contact, FaqEntry, FlowStep, GuidePage, Revision, SampleClause
from hoshou.plugins.guides.rules.golden import golden

TABLES: tuple[tuple[str, type[Entity]], ...] = (
    ("faq", FaqEntry),
    ("clauses", SampleClause),
    ("contacts", Contact),
    ("revisions", Revision),
    ("steps", FlowStep),
)


def seed_guides(session: Session) -> int:
    """Fill the tables that are empty and add the pages that are missing; returns how many rows.

    Running it again changes nothing: what the association has edited or removed stays as it is.
    """
    rows: list[Entity] = []
    for kind, table in TABLES:
        if session.scalar(select(table.id).limit(1)) is None:
            rows += [table(**entry) for entry in golden(kind)]
    known = set(session.scalars(select(GuidePage.key)))
    rows += [GuidePage(**entry) for entry in golden("pages") if entry["key"] not in known]
    session.add_all(rows)
    session.flush()
    return len(rows)
