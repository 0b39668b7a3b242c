"""What every test may use: databases, a clock that stands still, an application."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hoshou.base.clock import FixedClock, jst
from tests.databases import postgres_binaries, postgres_database, postgres_server

NOON = jst(2026, 4, 15, 12, 0)
"""A Wednesday, in service hours."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    if not os.environ.get("HOSHOU_TEST_POSTGRES") and postgres_binaries() is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is needed and not installed")
        pytest.skip("PostgreSQL is not installed")
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite'}"
    else:
        with postgres_database(request.getfixturevalue("postgres")) as url:
            yield url


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)
