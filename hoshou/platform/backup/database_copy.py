"""A consistent copy of the running database as one file, and back: SQLite's online backup, PostgreSQL's own tools."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, inspect

from hoshou.base.errors import Unavailable
from hoshou.base.errors import noop_gettext as N_

SQLITE = "sqlite"


def is_empty(engine: Engine) -> bool:
    """Whether the database has no table yet."""
    return not inspect(engine).get_table_names()


def dump(engine: Engine, target: Path) -> None:
    """Copy the database into a file, as it is at one instant, while others work on.

    Raises Unavailable ``database_tool_missing`` or ``database_tool_failed``.
    """
    if engine.dialect.name == SQLITE:
        with (
            closing(sqlite3.connect(str(engine.url.database))) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
    else:
        _run("pg_dump", engine, "--format=custom", f"--file={target}")


def load(engine: Engine, source: Path) -> None:
    """Fill an empty database from such a file: the whole of it or nothing. Raises as ``dump`` does."""
    engine.dispose()
    if engine.dialect.name == SQLITE:
        final = Path(str(engine.url.database))
        incoming = final.with_name(final.name + ".incoming")
        shutil.copyfile(source, incoming)
        with incoming.open("rb") as stream:
            os.fsync(stream.fileno())
        incoming.rename(final)
    else:
        # Roles are the server's; what they may do is granted by the migrations that follow.
        whole = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        _run("pg_restore", engine, *whole, str(source))


def _run(tool: str, engine: Engine, *arguments: str) -> None:
    program = shutil.which(tool)
    if program is None:
        raise Unavailable(
            "database_tool_missing",
            N_("%(tool)s が見つかりません。PostgreSQLのクライアントをインストールしてください。"),
            tool=tool,
        )
    url = engine.url
    place = {"--dbname": url.database, "--host": url.host, "--port": url.port, "--username": url.username}
    command = [program, *(f"{name}={value}" for name, value in place.items() if value), *arguments]
    done = subprocess.run(
        command,
        env={**os.environ, **({"PGPASSWORD": url.password} if url.password else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(
            "database_tool_failed",
            N_("%(tool)s が失敗しました: %(words)s"),
            tool=tool,
            words=done.stderr.strip()[-500:],
        )
