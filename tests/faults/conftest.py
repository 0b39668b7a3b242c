import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hoshou.platform.db import db
from tests.faults.crew import Place

SEED = int(os.environ.get("HOSHOU_TEST_SEED", "20260415"))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of a test's chances: told when the test fails, changed by HOSHOU_TEST_SEED."""
    request.node.add_report_section("setup", "seed", f"HOSHOU_TEST_SEED={SEED}")
    return SEED


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Place:
    """A migrated database of either kind and an empty file store."""
    return Place(database_url, tmp_path)


@pytest.fixture
def checker(place: Place) -> Iterator[Flask]:
    """An application that reads the final state; its context is entered."""
    app = place.app()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
