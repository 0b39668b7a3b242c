import pytest
from flask import Flask

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.db import transact
from tests.plugins.debits.ledger.worked import Scheme, lay_scheme


@pytest.fixture
def scheme(app: Flask) -> Scheme:
    """Three enrolments."""
    return transact(lay_scheme)


@pytest.fixture
def scheme_on_both(app_on_both: Flask) -> Scheme:
    """Three enrolments, on each database: for what the databases themselves do."""
    return transact(lay_scheme)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(jst(2026, 8, 19, 10))
