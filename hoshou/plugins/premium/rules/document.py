"""A quote as the JSON document of ``hoshou quote``, and as the calculator that is contributed under this name."""

from typing import Any

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.base.json_fields import exact_object
from hoshou.plugins.premium.rules.breakdown import Step, breakdown
from hoshou.plugins.premium.rules.calculator import Quote, calculate
from hoshou.plugins.premium.rules.rates import parse_rates
from hoshou.plugins.premium.rules.request import parse_request
from hoshou.plugins.proration.rules.terms import parse_terms


def quote_document(request: object, rates: object) -> dict[str, Any]:
    """The answer to a request document by a rates document, by the manual's terms.

    Raises Refused as :func:`parse_request`, :func:`parse_rates` and :func:`calculate` do.
    """
    return answer(calculate(parse_request(request), parse_rates(rates), japanese_calendar()))


def premium_answer(request: object, parameters: object, calendar: BusinessCalendar) -> dict[str, Any]:
    """The same for a scheme year: ``parameters`` holds its ``rates`` and its ``terms``; explained line by line (P-004).

    Raises Refused as :func:`quote_document` and :func:`parse_terms` do.
    """
    members = exact_object(parameters, "parameters", frozenset({"rates", "terms"}))
    rates, terms = parse_rates(members["rates"]), parse_terms(members["terms"], "terms")
    quote = calculate(parse_request(request), rates, calendar, terms)
    return {
        **answer(quote),
        "calculators": [{"name": name, "version": version} for name, version in quote.calculators],
        "breakdown": [_step(step) for step in breakdown(quote, rates)],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "step": step.kind.value,
        "clause": step.clause.value if step.clause else "",
        "amount": step.amount,
        "values": dict(step.values),
        "section": step.section,
    }


def answer(quote: Quote) -> dict[str, Any]:
    """``quote`` in JSON's own types: yen, ISO 8601 days, and rates as they are written in the table."""
    return {
        "rates": {"id": quote.rates_id, "version": quote.rates_version},
        "months": quote.months,
        "annual_premium": quote.annual_premium,
        "premium": quote.premium,
        "maintenance_fee": quote.maintenance_fee,
        "levy": quote.levy,
        "collection_fee": quote.collection_fee,
        "lines": [
            {
                "clause": line.clause.value,
                "basis": line.basis,
                "rate": line.rate.text,
                "premium": line.premium,
            }
            for line in quote.lines
        ],
        "instalments": [
            {
                "date": instalment.date.isoformat(),
                "premium": instalment.premium,
                "maintenance_fee": instalment.maintenance_fee,
                "levy": instalment.levy,
            }
            for instalment in quote.instalments
        ],
    }
