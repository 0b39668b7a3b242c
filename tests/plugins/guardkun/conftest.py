import pytest
from flask import Flask

from hoshou.base.clock import FixedClock
from tests.plugins.guardkun.way import Way


@pytest.fixture
def way(app: Flask, clock: FixedClock) -> Way:
    return Way(app, clock)


@pytest.fixture
def way_on_both(app_on_both: Flask, clock: FixedClock) -> Way:
    """Once on SQLite and once on PostgreSQL."""
    return Way(app_on_both, clock)
