"""When an application's batch is registered, by the business calendar as it stands today (D-45)."""

from datetime import date

from sqlalchemy.orm import Session

from hoshou.base.errors import Refused
from hoshou.platform.calendar import load_calendar
from hoshou.plugins.domains.rules.batches import registration_day
from hoshou.plugins.domains.rules.terms import Terms


def expected_day(session: Session, terms: Terms, month: date) -> date | None:
    """The day on which the batch is registered, or None where the calendar doesn't reach yet."""
    try:
        return registration_day(month, terms.registration_day, load_calendar(session))
    except Refused:
        return None
