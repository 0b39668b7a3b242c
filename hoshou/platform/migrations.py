"""The one Alembic history of the product, run through the application's own engine."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_appbuilder import Model

# The platform's tables; those of plugins come with their plugins.
from hoshou.platform import audit, calendar, throttle, tickets  # noqa: F401
from hoshou.platform.db import Instant, db
from hoshou.platform.fence_role import ensure_role, grant_role
from hoshou.platform.files import model  # noqa: F401
from hoshou.platform.jobs import runs  # noqa: F401
from hoshou.platform.mail import outbox, wording  # noqa: F401
from hoshou.platform.staff import models  # noqa: F401

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our column types as the database's own, so that old migrations don't depend on today's code."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def _config(connection: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s")
    config.attributes["connection"] = connection
    return config


def upgrade() -> str | None:
    """Bring the database to the newest revision; returns it. Raises Unavailable ``fence_role_missing``."""
    ensure_role(db.engine)
    with db.engine.connect().execution_options(writes=True) as connection:
        command.upgrade(_config(connection), "head")
        connection.commit()
    grant_role(db.engine)
    return newest_revision()


def newest_revision() -> str | None:
    """The revision that this code expects."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def current_revision() -> str | None:
    """The revision that the database has."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def write_revision(revision: str, message: str) -> None:
    """For developers: write the difference between tables and database as a new migration."""
    with db.engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=revision)


def differences() -> list[Any]:
    """What the models have and the migrated database lacks, or the other way round."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Model.metadata))
