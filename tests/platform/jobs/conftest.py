from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hoshou.base.clock import FixedClock
from hoshou.platform.db import db
from tests.platform.jobs.effects import EFFECTS, JOB_TABLES, jobs_app
from tests.platform.small_app import running


@pytest.fixture
def job_app(database_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Flask]:
    with running(jobs_app(database_url, clock, tmp_path), *JOB_TABLES) as app:
        EFFECTS.metadata.create_all(db.engine)
        yield app
