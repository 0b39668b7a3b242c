"""The dates of a start of cover as the JSON document of ``hoshou dates``, and the calculator of pro rata."""

from datetime import date
from typing import Any

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.dates import parse_date
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.base.json_fields import exact_object, rounding
from hoshou.base.money import split_evenly, yen_amount
from hoshou.plugins.proration.rules.deadlines import application_deadlines
from hoshou.plugins.proration.rules.instalments import IDENTITY, debit_dates, prorate
from hoshou.plugins.proration.rules.scheme_year import months_of_cover, scheme_year_end
from hoshou.plugins.proration.rules.terms import parse_terms


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


def proration_answer(request: object, parameters: object, calendar: BusinessCalendar) -> dict[str, Any]:
    """The part of an ``annual`` yen amount from ``start`` on, and its debits (B-040, B-044; manual III.4.(1)).

    ``parameters`` holds the scheme's ``rounding`` and ``terms``. Raises Refused with the codes of ``json_fields``,
    ``money.yen_amount`` and ``dates.parse_date``, ``start_not_first`` and ``past_horizon``.
    """
    asked = exact_object(request, "", frozenset({"start", "annual"}))
    start, annual = parse_date(asked["start"], "start"), yen_amount(asked["annual"], "annual")
    laid_down = exact_object(parameters, "parameters", frozenset({"rounding", "terms"}))
    terms = parse_terms(laid_down["terms"], "terms")
    dates = debit_dates(start, calendar, terms)
    amount = prorate(annual, len(dates), rounding(laid_down["rounding"], "rounding"))
    shares = split_evenly(amount, len(dates))
    return {
        "calculators": [{"name": IDENTITY.plugin, "version": IDENTITY.version}],
        "months": len(dates),
        "amount": amount,
        "instalments": [
            {"date": day.isoformat(), "amount": share} for day, share in zip(dates, shares, strict=True)
        ],
        "breakdown": [
            {
                "step": "pro_rata",
                "amount": amount,
                "values": {"annual": annual, "months": len(dates)},
                "section": "III.4.(1)",
            }
        ],
    }
