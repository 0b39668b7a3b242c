"""Many rows at once: their keys known beforehand, and written by one statement without an object for each.

The database does all that it does for a single row; only the way there is shorter. PostgreSQL gets the rows as one
array a column, SQLite's driver as tuples.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, String, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from hoshou.platform.db import Entity

SQLITE_VALUES = 30_000
"""What one of SQLite's statements takes, with some to spare."""

Rows = Sequence[Mapping[str, Any]]


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


def add_rows(session: Session, table: type[Entity], rows: Rows) -> None:
    """Insert rows that all name the same columns; a column that they don't name has its default. Raises IntegrityError."""
    if not rows:
        return
    connection = session.connection()
    columns, values = _by_column(connection, table, rows)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_from_arrays(connection, table, columns), tuple(values))
    else:
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(
            f"INSERT INTO {table.__tablename__} ({_names(connection, columns)}) VALUES ({marks})",  # noqa: S608
            list(zip(*values, strict=True)),
        )


def add_new_rows(session: Session, key: InstrumentedAttribute[int], rows: Rows) -> list[int]:
    """Insert those whose key isn't there yet; returns the keys that were new, ascending. The keys differ."""
    if not rows:
        return []
    name = key.key
    table: type[Entity] = key.class_  # type: ignore[assignment]
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        columns, values = _by_column(connection, table, rows)
        statement = f"{_from_arrays(connection, table, columns)} ON CONFLICT ({name}) DO NOTHING RETURNING {name}"
        return sorted(connection.exec_driver_sql(statement, tuple(values)).scalars())
    # Nobody else writes in SQLite while this transaction does.
    keys = [row[name] for row in rows]
    known = {
        found
        for first in range(0, len(keys), SQLITE_VALUES)
        for found in session.scalars(select(key).where(key.in_(keys[first : first + SQLITE_VALUES])))
    }
    add_rows(session, table, [row for row in rows if row[name] not in known])
    return sorted(set(keys) - known)


def _by_column(
    connection: Connection, table: type[Entity], rows: Rows
) -> tuple[list[Column[Any]], list[list[Any]]]:
    columns, values = [], []
    for column in table.__table__.columns:
        if column.name in rows[0]:
            found: list[Any] = list(map(itemgetter(column.name), rows))
        elif column.default is not None and column.default.is_scalar:
            found = [column.default.arg] * len(rows)
        else:
            continue
        # The driver must be given what SQLAlchemy would give it.
        given = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        columns.append(column)
        values.append(found if given is None else list(map(given, found)))
    return columns, values


def _from_arrays(connection: Connection, table: type[Entity], columns: Sequence[Column[Any]]) -> str:
    arrays = ", ".join(f"%s::{_kind(connection, column)}[]" for column in columns)
    return f"INSERT INTO {table.__tablename__} ({_names(connection, columns)}) SELECT * FROM unnest({arrays})"  # noqa: S608


def _kind(connection: Connection, column: Column[Any]) -> str:
    # A cast to varchar(n) would cut what is too long; as text it is refused on its way into the column.
    return "text" if isinstance(column.type, String) else column.type.compile(connection.dialect)


def _names(connection: Connection, columns: Sequence[Column[Any]]) -> str:
    quoted = connection.dialect.identifier_preparer.quote
    return ", ".join(quoted(column.name) for column in columns)
