"""A small application with the platform's ground and nothing else, for tests and for the processes they start."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask

from hoshou.base.clock import Clock
from hoshou.platform import audit, throttle, tickets
from hoshou.platform.context import EXTENSION, Platform
from hoshou.platform.db import Entity, db, init_db
from hoshou.platform.files import model as files_model
from hoshou.platform.files.disk import DiskShelf
from hoshou.platform.files.store import FileStore
from hoshou.platform.keys import KeyRing
from hoshou.platform.plugins import Plugins

MASTER = b"m" * 32
TABLES: list[type[Entity]] = [audit.AuditEntry, throttle.ThrottleCounter, tickets.Ticket, files_model.StoredFile]


def make_app(
    database_url: str, clock: Clock, files: Path, *, plugins: Iterable[ModuleType] = (), **settings: Any
) -> Flask:
    """The application, without an application context and without tables."""
    app = Flask("small")
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config.update(settings)
    init_db(app)
    keys = KeyRing(MASTER)
    app.extensions[EXTENSION] = Platform(clock, keys, Plugins(list(plugins)), FileStore(DiskShelf(files), keys))
    return app


@contextmanager
def running(app: Flask, *more_tables: type[Entity]) -> Iterator[Flask]:
    """The application with its tables, in an application context."""
    with app.app_context():
        names = [entity.__tablename__ for entity in (*TABLES, *more_tables)]
        Entity.metadata.create_all(db.engine, tables=[Entity.metadata.tables[name] for name in names])
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
