"""The premium of one enrolment, step by step, with the breakdown that led there.

``docs/algorithms/premium.md`` says the same in prose, with worked numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.calculators import CalculatorIdentity
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.money import Rounding, RoundingMode, percent_of
from hoshou.plugins.premium.rules.clauses import Clause
from hoshou.plugins.premium.rules.rates import AppliesTo, Rate, RateTable
from hoshou.plugins.premium.rules.request import QuoteRequest, Valuables
from hoshou.plugins.proration.rules import instalments as proration
from hoshou.plugins.proration.rules.terms import MANUAL_TERMS, SchemeTerms

IDENTITY = CalculatorIdentity("premium", 1)

_WHOLE_YEN_UP = Rounding(unit=1, mode=RoundingMode.CEIL)


class Line(NamedTuple):
    """One clause of the breakdown: its basis and its annual premium in yen, computed and with its floor; its rate."""

    clause: Clause
    basis: int
    rate: Rate
    computed: int
    premium: int


class Quote(NamedTuple):
    """What one enrolment costs, in yen, and which calculators and rates said so (P-004).

    On the way there: ``summed`` is the lines' sum before a minimum, ``prorated`` the part for the months, and
    ``floor_shortfall`` what the valuables floor adds to that.
    """

    calculators: tuple[CalculatorIdentity, ...]
    rates_id: str
    rates_version: int
    start: date
    months: int
    summed: int
    annual_premium: int
    prorated: int
    floor_shortfall: int
    premium: int
    maintenance_fee: int
    levy: int
    collection_fee: int
    lines: tuple[Line, ...]
    instalments: tuple[proration.Instalment, ...]


def calculate(
    request: QuoteRequest, rates: RateTable, calendar: BusinessCalendar, terms: SchemeTerms = MANUAL_TERMS
) -> Quote:
    """The quote for ``request`` by ``rates``; debit days by ``calendar`` and ``terms``.

    Which version of the rates is right for the start is the caller's to choose. Raises
    Refused ``start_not_first``, ``limit_not_in_table``, ``option_limit_not_in_table``,
    and ``past_horizon`` where the calendar ends.
    """
    dates = proration.debit_dates(request.start, calendar, terms)
    months = len(dates)
    rounding = rates.rounding
    unit = rates.unit

    lines = []
    summed = 0
    for clause, basis, rate, floor in _rated_clauses(request, rates):
        computed = rounding.ratio(basis * rate.numerator, unit * rate.denominator)
        clause_premium = floor if computed < floor else computed
        lines.append(Line(clause, basis, rate, computed, clause_premium))
        summed += clause_premium
    annual = summed
    if rates.minimum_applies_to is AppliesTo.ANNUAL:
        annual = max(annual, rates.minimum_premium)

    prorated = proration.prorate(annual, months, rounding)
    shortfall = 0
    if rates.valuables_floor_applies_to is AppliesTo.CHARGED:
        shortfall = _charged_floor_shortfall(request.valuables, lines, months, rates)
    premium = prorated + shortfall
    if rates.minimum_applies_to is AppliesTo.CHARGED:
        premium = max(premium, rates.minimum_premium)

    maintenance_fee = percent_of(premium, rates.maintenance_fee_percent)
    return Quote(
        calculators=(IDENTITY, proration.IDENTITY),
        rates_id=rates.id,
        rates_version=rates.version,
        start=request.start,
        months=months,
        summed=summed,
        annual_premium=annual,
        prorated=prorated,
        floor_shortfall=shortfall,
        premium=premium,
        maintenance_fee=maintenance_fee,
        levy=premium + maintenance_fee,
        collection_fee=percent_of(premium, rates.collection_fee_percent),
        lines=tuple(lines),
        instalments=proration.instalments(premium, maintenance_fee, dates),
    )


def _rated_clauses(request: QuoteRequest, rates: RateTable) -> Iterator[tuple[Clause, int, Rate, int]]:
    """Each clause that is bought: basis in yen, rate, and the least that its annual premium may be in yen."""
    basic = rates.basic.get(request.limit)
    if basic is None:
        raise Refused(
            "limit_not_in_table",
            N_("支払限度額%(limit)s円は料率表にありません。"),
            field="limit",
            limit=request.limit,
        )
    yield Clause.BASIC, request.sales, basic, 0
    if request.key_recreation_limit is not None:
        rate = _option_rate(rates.key_recreation, request.key_recreation_limit, "key_recreation")
        yield Clause.KEY_RECREATION, request.sales, rate, 0
    if request.valuables is not None:
        other = _option_rate(rates.valuables_other, request.valuables.limit, "valuables")
        transported = _option_rate(rates.valuables_transport, request.valuables.limit, "valuables")
        is_annual = rates.valuables_floor_applies_to is AppliesTo.ANNUAL
        floor = _valuables_floor(request.valuables, rates) if is_annual else 0
        yield Clause.VALUABLES_OTHER, request.valuables.other_sales, other, floor
        if request.has_transport:
            yield Clause.VALUABLES_TRANSPORT, request.valuables.transported, transported, 0
    if request.has_transport:
        yield Clause.TRANSPORT, request.sales, rates.transport, 0
    if request.labour_dispute:
        yield Clause.LABOUR_DISPUTE, request.sales, rates.labour_dispute, 0


def _charged_floor_shortfall(
    valuables: Valuables | None, lines: Sequence[Line], months: int, rates: RateTable
) -> int:
    """The yen by which the valuables_other clause's part of the charged premium misses its floor."""
    if valuables is None:
        return 0
    annual = next(line.premium for line in lines if line.clause is Clause.VALUABLES_OTHER)
    charged = proration.prorate(annual, months, rates.rounding)
    return max(_valuables_floor(valuables, rates) - charged, 0)


def _option_rate(rates_by_limit: Mapping[int, Rate], limit: int, option: str) -> Rate:
    rate = rates_by_limit.get(limit)
    if rate is None:
        raise Refused(
            "option_limit_not_in_table",
            N_("オプションの支払限度額%(limit)s円は料率表にありません。"),
            field=f"options.{option}.limit",
            limit=limit,
        )
    return rate


def _valuables_floor(valuables: Valuables, rates: RateTable) -> int:
    """The least that the valuables_other clause costs: a share of its limit, none without a basis (B-039)."""
    if valuables.other_sales == 0:
        return 0
    return _WHOLE_YEN_UP.ratio(valuables.limit * rates.valuables_floor_per_mille, 1000)
