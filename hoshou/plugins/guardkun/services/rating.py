"""What a request costs: by the calculator that the scheme year names, the rates in force and the year's terms (P-004)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.calculators import Calculator, Calculators
from hoshou.platform.calendar import load_calendar
from hoshou.plugins.guardkun.models.enrolments import Quote
from hoshou.plugins.guardkun.models.scheme import SchemeYear, YearState
from hoshou.plugins.guardkun.services.terms import terms_of
from hoshou.plugins.premium.models import RateTableVersion
from hoshou.plugins.premium.services.rate_tables import in_force
from hoshou.plugins.proration.rules.terms import terms_document


@dataclass(frozen=True)
class Rater:
    """All that answers a request but the request itself."""

    year: SchemeYear
    table: RateTableVersion
    calculator: Calculator
    calendar: BusinessCalendar

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The calculator's answer. Raises Refused as the calculator does."""
        return self.calculator.answer(request, self._parameters(), self.calendar)

    def _parameters(self) -> dict[str, Any]:
        return {"rates": json.loads(self.table.document), "terms": terms_document(terms_of(self.year))}


def rater_for(session: Session, calculators: Calculators, start: date) -> Rater:
    """For a start of cover in a year that takes applications.

    Raises Refused ``no_open_year``, ``no_rates`` and ``unknown_calculator``.
    """
    year = session.scalar(
        select(SchemeYear).where(
            SchemeYear.state == YearState.OPEN.value,
            SchemeYear.period_start <= start,
            SchemeYear.period_end > start,
        )
    )
    if year is None:
        raise Refused("no_open_year", N_("この補償開始日を含む年度は募集していません。"), field="start")
    return rater_in(session, calculators, year, start)


def rater_in(session: Session, calculators: Calculators, year: SchemeYear, start: date) -> Rater:
    """For a start of cover in the year, whether it takes applications or not.

    Raises Refused ``no_rates`` and ``unknown_calculator``.
    """
    calculator = calculators.named(year.calculator, year.calculator_version)
    return Rater(year, in_force(session, year.rates_id, start), calculator, load_calendar(session))


def rater_of(session: Session, calculators: Calculators, quote: Quote) -> Rater:
    """What answered a stored quote. Raises Refused ``unknown_calculator``."""
    calculator = calculators.named(quote.calculator, quote.calculator_version)
    table = session.get_one(RateTableVersion, quote.rate_table_id)
    return Rater(quote.scheme_year, table, calculator, load_calendar(session))
