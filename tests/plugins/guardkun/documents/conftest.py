import pytest
from sqlalchemy.orm import Session

from hoshou.base.clock import FixedClock
from tests.plugins.guardkun.documents.shelf import Shelf, fill


@pytest.fixture
def shelf(session: Session, clock: FixedClock) -> Shelf:
    return fill(session, clock)
