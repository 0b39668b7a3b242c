"""Stored quotes computed again: by the same calculator, rates and inputs they cost the same for ever (P-004, B1)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.platform.calculators import Calculators
from hoshou.plugins.guardkun.models.enrolments import Quote
from hoshou.plugins.guardkun.services.rating import Rater, rater_of

AT_ONCE = 200
"""Quotes in memory at a time."""

_COLUMNS = ("premium", "maintenance_fee", "levy")
_AMOUNTS = ("months", "annual_premium", *_COLUMNS, "collection_fee", "lines")


def recompute(session: Session, calculators: Calculators, quote: Quote) -> list[str]:
    """The names of what comes out differently to the yen; empty when all is the same.

    Days of debit aren't compared: a new holiday moves them. Raises Refused ``unknown_calculator``.
    """
    return _differences(quote, rater_of(session, calculators, quote))


def differing_quotes(session: Session, calculators: Calculators) -> Iterator[tuple[str, list[str]]]:
    """Each stored quote that comes out differently: its number and what differs. Oldest first.

    Raises Refused ``unknown_calculator``.
    """
    raters: dict[tuple[int, int, str, int], Rater] = {}
    last = 0
    while True:
        quotes = session.scalars(select(Quote).where(Quote.id > last).order_by(Quote.id).limit(AT_ONCE)).all()
        for quote in quotes:
            key = (quote.scheme_year_id, quote.rate_table_id, quote.calculator, quote.calculator_version)
            if key not in raters:
                raters[key] = rater_of(session, calculators, quote)
            differences = _differences(quote, raters[key])
            if differences:
                yield quote.number, differences
            last = quote.id
            session.expunge(quote)
        if len(quotes) < AT_ONCE:
            return


def _differences(quote: Quote, rater: Rater) -> list[str]:
    stored, answer = json.loads(quote.result), rater.answer(json.loads(quote.inputs))
    differing = [name for name in _AMOUNTS if stored[name] != answer[name]]
    if _instalments(stored) != _instalments(answer):
        differing.append("instalments")
    differing += [name for name in _COLUMNS if getattr(quote, name) != answer[name] and name not in differing]
    return differing


def _instalments(answer: Mapping[str, Any]) -> list[tuple[int, int]]:
    return [(part["premium"], part["maintenance_fee"]) for part in answer["instalments"]]
