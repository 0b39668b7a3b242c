"""A quote as the JSON document of ``hoshou quote``."""

from typing import Any

from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.plugins.premium.rules.calculator import Quote, calculate
from hoshou.plugins.premium.rules.rates import parse_rates
from hoshou.plugins.premium.rules.request import parse_request


def quote_document(request: object, rates: object) -> dict[str, Any]:
    """The answer to a request document by a rates document, by the manual's terms.

    Raises Refused as :func:`parse_request`, :func:`parse_rates` and :func:`calculate` do.
    """
    return answer(calculate(parse_request(request), parse_rates(rates), japanese_calendar()))


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
