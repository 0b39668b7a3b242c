"""What live quotes would become by another version of the rates, before somebody approves it (D-21)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.platform.calculators import Calculators
from hoshou.platform.calendar import load_calendar
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Quote
from hoshou.plugins.guardkun.models.scheme import SchemeYear, YearState
from hoshou.plugins.guardkun.services.rating import Rater
from hoshou.plugins.premium.models import RateTableVersion


@dataclass(frozen=True)
class Effect:
    """A quote's levy as it is and as it would be, in yen; or why the rates can't answer it."""

    quote: Quote
    levy: int | None
    refusal: Refused | None = None

    @property
    def difference(self) -> int:
        """Yen more, or less when negative."""
        return 0 if self.levy is None else self.levy - self.quote.levy


def live_quotes(clock: Clock, table: RateTableVersion) -> Select[tuple[Quote]]:
    """Quotes that the version would be right for: start to come, year not closed, nothing booked on them."""
    booked = exists().where(Enrolment.quote_id == Quote.id, Enrolment.booked_at.is_not(None))
    return (
        select(Quote)
        .join(SchemeYear, SchemeYear.id == Quote.scheme_year_id)
        .where(
            SchemeYear.rates_id == table.rates_id,
            SchemeYear.state != YearState.CLOSED.value,
            Quote.start >= max(table.valid_from, clock.today().replace(day=1)),
            ~booked,
        )
    )


def effects(
    session: Session, calculators: Calculators, table: RateTableVersion, quotes: Sequence[Quote]
) -> list[Effect]:
    """The quotes of one page by the version. Raises Refused ``unknown_calculator``."""
    calendar = load_calendar(session)
    found = []
    for quote in quotes:
        calculator = calculators.named(quote.calculator, quote.calculator_version)
        try:
            answer = Rater(quote.scheme_year, table, calculator, calendar).answer(json.loads(quote.inputs))
            found.append(Effect(quote, answer["levy"]))
        except Refused as refusal:
            found.append(Effect(quote, None, refusal))
    return found
