"""The dates of a start of cover as the JSON document of ``hoshou dates``."""

from datetime import date
from typing import Any

from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.plugins.proration.rules.deadlines import application_deadlines
from hoshou.plugins.proration.rules.instalments import debit_dates
from hoshou.plugins.proration.rules.scheme_year import months_of_cover, scheme_year_end


def dates_document(start: date) -> dict[str, Any]:
    """End, months, deadlines and debits for ``start`` by the manual's terms.

    Raises Refused ``start_not_first`` and ``past_horizon``.
    """
    calendar = japanese_calendar()
    deadlines = application_deadlines(start, calendar)
    debits = debit_dates(start, calendar)
    return {
        "start": start.isoformat(),
        "end": scheme_year_end(start).isoformat(),
        "months": months_of_cover(start),
        "deadlines": [instant.isoformat() for instant in deadlines],
        "debits": [day.isoformat() for day in debits],
    }
