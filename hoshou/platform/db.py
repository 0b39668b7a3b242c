"""The database: one typed base for all tables, one place that commits.

SQLite is the embedded default (write-ahead log, ``BEGIN IMMEDIATE`` for writers, a busy timeout);
PostgreSQL is chosen by the setting ``SQLALCHEMY_DATABASE_URI`` alone.
"""

import logging
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import sleep
from typing import Any, TypeVar

from flask import Flask
from flask_appbuilder import Model
from flask_appbuilder.models.sqla.base import SQLA
from sqlalchemy import ColumnElement, DateTime, Dialect, Engine, and_, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from hoshou.base.clock import JST

BUSY_TIMEOUT_MS = 10_000
WRITER_PAUSE_MS = 4
ATTEMPTS = 3
LARGEST_KEY = 2**31 - 1
"""Of a row, and the largest number that an integer column holds."""

LAST_CHARACTER = "\U0010ffff"
PAUSE_SECONDS = 0.05

Result = TypeVar("Result")
log = logging.getLogger(__name__)

Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

db = SQLA()


class Entity(Model):
    """The base of every table of ours.

    A table name that another plugin already took is an error here, where
    Flask-AppBuilder's own base would merge the two without a word.
    """

    __abstract__ = True
    __table_args__: Any = {"extend_existing": False}


class Instant(TypeDecorator[datetime]):
    """An aware instant: kept in UTC, handed out in JST."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value).astimezone(JST)


def begins_with(column: Any, text: str) -> ColumnElement[bool]:
    """Whether the column's text begins with this one, letter for letter; an index on the column finds it."""
    # A LIKE alone is looked up in an index on neither database, unless it sorts by bytes.
    return and_(column >= text, column < text + LAST_CHARACTER, column.startswith(text, autoescape=True))


def init_db(app: Flask) -> None:
    """Bind the database to the application and teach SQLite its manners."""
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    options: dict[str, Any] = dict(app.config.get("SQLALCHEMY_ENGINE_OPTIONS", {}))
    if url.get_backend_name() == "sqlite":
        options.setdefault("connect_args", {"timeout": BUSY_TIMEOUT_MS / 1000})
    else:
        options.setdefault("pool_pre_ping", True)
    # Values stay out of tracebacks and logs.
    options.setdefault("hide_parameters", True)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _teach_sqlite(db.engine)


def _teach_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own transaction handling begins too late; SQLAlchemy's "begin" event decides instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        if writes:
            _begin_in_turn(connection)
        else:
            connection.exec_driver_sql("BEGIN")


def _begin_in_turn(connection: Connection) -> None:
    """Begin a writer's transaction, waiting for the others as long as the busy timeout.

    SQLite's own waiting sleeps longer and longer, up to 100 ms: under load, who comes late overtakes who
    waits, and one writer of many waits until its time is over. Here all ask at the same short intervals.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout=0")
    try:
        for _ in range(BUSY_TIMEOUT_MS // WRITER_PAUSE_MS):
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
                sleep(WRITER_PAUSE_MS / 1000)
            else:
                return
        # The last try goes through SQLAlchemy, so that its failure is one of SQLAlchemy's.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def begin_writing(session: Session) -> None:
    """Start the session's transaction anew as a writer.

    A reader that turns writer can't wait on SQLite: it fails when somebody else has written meanwhile.
    """
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside the unit of work")
    session.rollback()
    session.connection(execution_options={"writes": True})


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction for one use case: all of it is committed at the end, or none of it.

    Works on the session of the running application context. This is the one place that commits.
    """
    session: Session = db.session()
    begin_writing(session)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def reading() -> Iterator[Session]:
    """One look at the database that ends before slow work begins: the connection goes back at the end."""
    session: Session = db.session()
    try:
        yield session
    finally:
        session.rollback()


def transact(work: Callable[[Session], Result]) -> Result:
    """Run a use case in a unit of work, again when it lost a race.

    A unique key that somebody else took a moment ago, a deadlock or a serialisation failure: the next
    attempt sees what the winner wrote. The third failure is raised as it is.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with unit_of_work() as session:
                return work(session)
        except (IntegrityError, OperationalError) as error:
            if attempt == ATTEMPTS or error.connection_invalidated:
                raise
            log.info("attempt %d lost a race: %s", attempt, type(error.orig).__name__)
            # Two that met once meet again unless each waits for a time of its own.
            time.sleep(random.uniform(0, PAUSE_SECONDS * attempt))  # noqa: S311 - no secret
    raise AssertionError("unreachable")
