from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hoshou.base.clock import FixedClock
from tests.platform.small_app import make_app, running


@pytest.fixture
def small_app(database_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Flask]:
    """The platform's ground on both databases, in an application context."""
    with running(make_app(database_url, clock, tmp_path / "files")) as app:
        yield app
