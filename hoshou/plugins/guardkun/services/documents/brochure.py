"""パンフレット of a scheme year: cover, dates and model levies, from the year's own data (B-014, B-045, B-046, B-109)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.calculators import Calculators
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration
from hoshou.plugins.guardkun.models.scheme import SchemeCalendarRow, SchemeDuty, SchemeYear
from hoshou.plugins.guardkun.rules.certificate_due import certificate_due
from hoshou.plugins.guardkun.rules.chosen_cover import chosen_cover
from hoshou.plugins.guardkun.rules.model_levies import (
    MODEL_SALES,
    example_request,
    model_request,
    offered_limits,
)
from hoshou.plugins.guardkun.rules.printed import (
    ModelExample,
    ModelLevy,
    ModelLine,
    ModelRow,
    PrintedBrochure,
    PrintedClause,
    PrintedClosing,
    PrintedDuty,
    PrintedNotice,
    PrintedOffice,
)
from hoshou.plugins.guardkun.services.documents.facts import Wording, covers_of, price_of, read_wording
from hoshou.plugins.guardkun.services.documents.printing import print_form
from hoshou.plugins.guardkun.services.rating import Rater, rater_in
from hoshou.plugins.guardkun.services.terms import terms_of
from hoshou.plugins.premium.rules.clauses import BASIS_TITLES, PRINTED, Clause
from hoshou.plugins.premium.rules.rates import parse_rates
from hoshou.plugins.premium.rules.request import parse_request
from hoshou.plugins.proration.rules.deadlines import application_deadlines
from hoshou.plugins.proration.rules.instalments import debit_dates
from hoshou.plugins.proration.rules.terms import SchemeTerms

TITLE = N_("パンフレット")
MOST_OFFICES = 30
"""More agencies than these aren't listed: the page would be a directory, and part of them would be unfair."""


def brochure(session: Session, calculators: Calculators, year: SchemeYear, clock: Clock) -> bytes:
    """The year's brochure, marked 見本 where its rates are a sample.

    Raises Refused ``brochure_incomplete`` for a year without limits or deadlines, ``no_rates``,
    ``unknown_calculator`` and ``past_horizon``.
    """
    wording = read_wording(session, year)
    rater = rater_in(session, calculators, year, year.period_start)
    return print_form(
        "brochure",
        TITLE,
        f"{year.name} {year.rules_version}",
        clock.today(),
        wording.scheme,
        is_sample=rater.table.is_sample,
        brochure=asdict(_facts(session, year, wording, rater)),
    )


def _facts(session: Session, year: SchemeYear, wording: Wording, rater: Rater) -> PrintedBrochure:
    offered = offered_limits((row.clause, row.choices) for row in wording.covers)
    terms, rates = terms_of(year), parse_rates(json.loads(rater.table.document))
    if not offered.get(Clause.BASIC) or not terms.renewal_deadlines or not terms.joining_deadlines:
        raise Refused(
            "brochure_incomplete",
            N_("支払限度額または募集締切の規定が登録されていないため、パンフレットを作成できません。"),
        )
    return PrintedBrochure(
        period_start=year.period_start,
        period_end=year.period_end,
        covers=covers_of(wording, dict.fromkeys(row.clause for row in wording.covers)),
        clauses=tuple(PrintedClause(row.title, row.code, row.is_automatic) for row in wording.clauses),
        duties=_duties(session, year),
        notices=_notices(session, year),
        closings=_closings(year.period_start, terms, rater),
        joining_months_before=terms.joining_deadlines[-1].months_before,
        joining_day=terms.joining_deadlines[-1].day,
        debits=tuple(debit_dates(year.period_start, rater.calendar, terms)),
        first_debit_after_months=terms.first_debit_after_months,
        account_change_day=year.account_change_day,
        maintenance_fee_percent=rates.maintenance_fee_percent,
        minimum_premium=rates.minimum_premium,
        valuables_floor_per_mille=rates.valuables_floor_per_mille,
        model_sales=MODEL_SALES,
        models=_models(rater, [limit for limit in offered[Clause.BASIC] if limit in rates.basic]),
        example=_example(rater, offered),
        offices=_offices(session, year),
    )


def _duties(session: Session, year: SchemeYear) -> tuple[PrintedDuty, ...]:
    rows = session.scalars(
        select(SchemeDuty).where(SchemeDuty.scheme_year_id == year.id).order_by(SchemeDuty.position)
    )
    return tuple(PrintedDuty(row.name, row.content, row.example) for row in rows)


def _notices(session: Session, year: SchemeYear) -> tuple[PrintedNotice, ...]:
    rows = session.scalars(
        select(SchemeCalendarRow)
        .where(SchemeCalendarRow.scheme_year_id == year.id)
        .order_by(SchemeCalendarRow.day)
    )
    return tuple(PrintedNotice(row.day, row.is_about, row.title) for row in rows)


def _closings(start: date, terms: SchemeTerms, rater: Rater) -> tuple[PrintedClosing, ...]:
    deadlines = application_deadlines(start, rater.calendar, terms)
    return tuple(
        PrintedClosing(at.date(), f"{at:%H:%M}", certificate_due(start, closing, is_renewal=True))
        for closing, at in enumerate(deadlines, start=1)
    )


def _models(rater: Rater, limits: Sequence[int]) -> tuple[ModelRow, ...]:
    return tuple(ModelRow(limit, tuple(_model(rater, sales, limit) for sales in MODEL_SALES)) for limit in limits)


def _model(rater: Rater, sales: int, limit: int) -> ModelLevy:
    answer = rater.answer(model_request(rater.year.period_start, sales, limit))
    return ModelLevy(answer["levy"], answer["instalments"][-1]["levy"])


def _example(rater: Rater, offered: Mapping[str, Sequence[int]]) -> ModelExample:
    document = example_request(rater.year.period_start, offered)
    chosen, answer = chosen_cover(parse_request(document)), rater.answer(document)
    return ModelExample(
        lines=tuple(
            ModelLine(PRINTED[clause].title, chosen[clause], BASIS_TITLES[clause], line["basis"], line["premium"])
            for line in answer["lines"]
            for clause in [Clause(line["clause"])]
        ),
        price=price_of(answer),
    )


def _offices(session: Session, year: SchemeYear) -> tuple[PrintedOffice, ...]:
    """The agencies of the year's insurers, the lead's first; none where they are too many."""
    positions = {row.insurer_id: row.position for row in year.insurers}
    rows = session.scalars(
        select(AgencyRegistration).where(AgencyRegistration.insurer_id.in_(positions)).limit(MOST_OFFICES + 1)
    ).all()
    if len(rows) > MOST_OFFICES:
        return ()
    ordered = sorted(rows, key=lambda row: (positions[row.insurer_id], row.registration_number))
    return tuple(PrintedOffice(row.agency.name, row.insurer.short_name, row.phone) for row in ordered)
