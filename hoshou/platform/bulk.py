"""Many rows at once: their keys known beforehand, and written without an object for each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from hoshou.platform.db import Entity


def new_keys(session: Session, key: InstrumentedAttribute[int], count: int) -> list[int]:
    """So many unused keys of a table, ascending; the caller writes in this transaction.

    PostgreSQL's are taken from the sequence. SQLite's one writer can count on.
    """
    if session.get_bind().dialect.name == "postgresql":
        sequence = f"{key.class_.__tablename__}_{key.key}_seq"
        taken = text("SELECT nextval(CAST(:sequence AS regclass)) FROM generate_series(1, :count)")
        return sorted(session.scalars(taken, {"sequence": sequence, "count": count}))
    last = session.scalar(select(func.max(key))) or 0
    return list(range(last + 1, last + 1 + count))


def add_rows(session: Session, table: type[Entity], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, and every one that has no default of the database's."""
    if rows:
        session.execute(insert(table.__table__), rows)  # type: ignore[arg-type]
