"""Databases for tests: a SQLite file, or a database of its own on a PostgreSQL server.

The server is the one named by HOSHOU_TEST_POSTGRES, else one started from the machine's own
binaries for the length of the test run.
"""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


def postgres_binaries() -> Path | None:
    """The folder of initdb and postgres, or None where PostgreSQL isn't installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PostgresServer:
    """A running server of the test's own, which may be stopped and started."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._folder = folder
        self._binaries = binaries
        self._port = _free_port()
        # PostgreSQL refuses to run as root.
        self._prefix: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            os.chmod(folder, 0o755)
            self._prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")

    @property
    def address(self) -> str:
        """Without a database name."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    def start(self) -> None:
        options = f"-p {self._port} -k {self._folder} -h 127.0.0.1 -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """At once, as a crash does: nothing is finished, connections are cut."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._prefix, self._binaries / program, "-D", self._folder / "data", *arguments],
            check=True,
            capture_output=True,
            cwd=self._folder,
        )


@contextmanager
def own_postgres() -> Iterator[PostgresServer]:
    """A server started from the machine's own binaries."""
    binaries = postgres_binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    # In memory where the machine has such a place: a test server needn't survive anything.
    memory = Path("/dev/shm")
    where = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="hoshou-pg-", dir=where) as name:
        server = PostgresServer(Path(name), binaries)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a running server, without a database name."""
    given = os.environ.get("HOSHOU_TEST_POSTGRES")
    if given:
        yield given
        return
    with own_postgres() as server:
        yield server.address


@contextmanager
def postgres_database(server: str, template: str = "template0") -> Iterator[str]:
    """The URL of an empty database, or of a copy of the template; dropped afterwards."""
    name = f"hoshou_{secrets.token_hex(6)}"
    admin = server.replace("+psycopg", "") + "/postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
