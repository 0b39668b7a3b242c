"""The rows behind a document, read in few statements and turned into what is printed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Instalment, Quote
from hoshou.plugins.guardkun.models.members import Particulars, Unit
from hoshou.plugins.guardkun.models.scheme import SchemeClause, SchemeCover, SchemeYear
from hoshou.plugins.guardkun.rules.chosen_cover import chosen_cover, code_of, limit_words
from hoshou.plugins.guardkun.rules.duties import DUTY_LABELS
from hoshou.plugins.guardkun.rules.printed import (
    PrintedAgency,
    PrintedBasis,
    PrintedClause,
    PrintedCover,
    PrintedEnrolment,
    PrintedInstalment,
    PrintedLine,
    PrintedMember,
    PrintedPrice,
    PrintedQuote,
    PrintedScheme,
)
from hoshou.plugins.premium.rules.clauses import PRINTED, Clause
from hoshou.plugins.premium.rules.request import parse_request


@dataclass(frozen=True)
class Wording:
    """A scheme year's printed words: read once for any number of documents."""

    scheme: PrintedScheme
    lead_insurer_id: int | None
    covers: Sequence[SchemeCover]
    clauses: Sequence[SchemeClause]


def read_wording(session: Session, year: SchemeYear) -> Wording:
    """The words of the year."""
    insurers = sorted(year.insurers, key=lambda row: row.position)
    lead = next((row for row in insurers if row.is_lead), None)
    return Wording(
        scheme=PrintedScheme(
            name=year.name,
            policyholder=year.policyholder,
            product=year.product,
            contract_form=year.contract_form,
            rules_version=year.rules_version,
            lead_insurer=lead.insurer.name if lead else "",
            insurers=tuple(row.insurer.name for row in insurers if not row.is_lead),
            lead_agency=year.lead_agency.name if year.lead_agency else "",
            lead_share_percent=year.lead_share_percent,
            debit_day=year.debit_day,
            duties=tuple(DUTY_LABELS.values()),
        ),
        lead_insurer_id=lead.insurer_id if lead else None,
        covers=session.scalars(
            select(SchemeCover).where(SchemeCover.scheme_year_id == year.id).order_by(SchemeCover.position)
        ).all(),
        clauses=session.scalars(
            select(SchemeClause).where(SchemeClause.scheme_year_id == year.id).order_by(SchemeClause.position)
        ).all(),
    )


def quote_facts(session: Session, quote: Quote) -> PrintedQuote:
    """What a quote on its own prints."""
    return _quote(quote, quote.scheme_year.period_end, read_wording(session, quote.scheme_year))


def enrolment_facts(session: Session, enrolment: Enrolment, now: datetime) -> PrintedEnrolment:
    """What one enrolment prints; see :func:`enrolments_facts`. Raises Refused where it can't be printed."""
    (found,) = enrolments_facts(session, [enrolment], now)
    if isinstance(found, Refused):
        raise found
    return found


def enrolments_facts(
    session: Session, enrolments: Sequence[Enrolment], now: datetime
) -> list[PrintedEnrolment | Refused]:
    """What each enrolment prints, in order, or why it can't be printed; a few statements for all.

    The member's particulars are those true at the start of cover, as known at the registration (本登録), for a form
    not yet registered as known ``now`` (B-043); the instalments those frozen at booking, before that the quote's.
    Refused are ``no_member_yet``, an enrolment without a member, and ``no_particulars``, one whose member's were not
    entered.
    """
    wordings = {
        year.id: read_wording(session, year)
        for year in {enrolment.scheme_year_id: enrolment.scheme_year for enrolment in enrolments}.values()
    }
    particulars = _particulars(session, enrolments, now)
    instalments = _instalments(session, enrolments)
    return [
        _enrolment(
            enrolment,
            wordings[enrolment.scheme_year_id],
            particulars.get(enrolment.id),
            instalments.get(enrolment.id),
        )
        for enrolment in enrolments
    ]


def _particulars(session: Session, enrolments: Iterable[Enrolment], now: datetime) -> dict[int, Particulars]:
    """Of each enrolment the row with the latest ``true_from`` among those true and known, the latest known winning."""
    rows = session.scalars(
        select(Particulars)
        .where(Particulars.unit_id.in_({enrolment.unit_id for enrolment in enrolments}))
        .order_by(Particulars.unit_id, Particulars.true_from, Particulars.known_at, Particulars.id)
    )
    by_unit = {unit_id: list(group) for unit_id, group in groupby(rows, key=lambda row: row.unit_id)}
    found = {}
    for enrolment in enrolments:
        known_by = enrolment.registered_at or now
        for row in by_unit.get(enrolment.unit_id or 0, ()):
            if row.true_from <= enrolment.start and row.known_at <= known_by:
                found[enrolment.id] = row
    return found


def _instalments(session: Session, enrolments: Iterable[Enrolment]) -> dict[int, tuple[PrintedInstalment, ...]]:
    rows = session.execute(
        select(
            Instalment.enrolment_id,
            Instalment.due_on,
            Instalment.premium,
            Instalment.maintenance_fee,
            Instalment.levy,
        )
        .where(Instalment.enrolment_id.in_([enrolment.id for enrolment in enrolments]))
        .order_by(Instalment.enrolment_id, Instalment.number)
    )
    return {
        enrolment_id: tuple(PrintedInstalment(*row[1:]) for row in group)
        for enrolment_id, group in groupby(rows, key=lambda row: row.enrolment_id)
    }


def _enrolment(
    enrolment: Enrolment,
    wording: Wording,
    particulars: Particulars | None,
    instalments: tuple[PrintedInstalment, ...] | None,
) -> PrintedEnrolment | Refused:
    if enrolment.unit is None:
        return Refused("no_member_yet", N_("加入者が登録されていないため、帳票を作成できません。"))
    if particulars is None:
        return Refused(
            "no_particulars", N_("加入者の名称・住所などが登録されていないため、帳票を作成できません。")
        )
    return PrintedEnrolment(
        reference=repr(enrolment),
        policy_number=enrolment.policy_number or "",
        slip_number=enrolment.slip_number or "",
        form_version=enrolment.form_version,
        start=enrolment.start,
        end=enrolment.period_end,
        cover_end=enrolment.cover_end,
        is_renewal=enrolment.previous_id is not None,
        mandate_enclosed=enrolment.mandate_collected or not enrolment.keeps_account,
        same_sales_evidence=enrolment.same_sales_evidence,
        has_same_sales_evidence=bool(enrolment.same_sales_evidence or enrolment.same_sales_confirmation),
        agency_copy_kept=enrolment.agency_copy_kept,
        branch_copy_kept=enrolment.branch_copy_kept,
        checks=tuple(filter(None, enrolment.checks.split(","))),
        branch_note=enrolment.branch_note,
        registered_on=_day(enrolment.registered_at),
        sent_on=_day(enrolment.sent_at),
        forwarded_on=_day(enrolment.forwarded_at),
        arrived_on=_day(enrolment.arrived_at),
        member=_member(enrolment.unit, particulars),
        quote=_quote(enrolment.quote, enrolment.period_end, wording, enrolment.registration, instalments),
    )


def price_of(answer: Mapping[str, Any]) -> PrintedPrice:
    """The price as a calculator's answer states it."""
    return PrintedPrice(
        months=answer["months"],
        annual_premium=answer["annual_premium"],
        premium=answer["premium"],
        maintenance_fee=answer["maintenance_fee"],
        levy=answer["levy"],
        collection_fee=answer["collection_fee"],
        lines=tuple(
            PrintedLine(PRINTED[Clause(line["clause"])].title, line["basis"], line["premium"])
            for line in answer["lines"]
        ),
        instalments=tuple(
            PrintedInstalment(date.fromisoformat(row["date"]), row["premium"], row["maintenance_fee"], row["levy"])
            for row in answer["instalments"]
        ),
    )


def covers_of(wording: Wording, chosen: Mapping[str, int | None]) -> tuple[PrintedCover, ...]:
    """The year's cover lines that are chosen, each with its limit where there is one to choose."""
    return tuple(
        PrintedCover(
            clause=row.clause,
            title=row.title,
            is_original=row.is_original,
            limit=chosen[row.clause] if row.choices else None,
            limit_text=limit_words(row.limit_text),
            deductible_text=row.deductible_text,
        )
        for row in wording.covers
        if row.clause in chosen
    )


def _quote(
    quote: Quote,
    end: date,
    wording: Wording,
    registration: AgencyRegistration | None = None,
    instalments: tuple[PrintedInstalment, ...] | None = None,
) -> PrintedQuote:
    request = parse_request(json.loads(quote.inputs))
    price = price_of(json.loads(quote.result))
    chosen = chosen_cover(request)
    valuables = request.valuables
    return PrintedQuote(
        number=quote.number,
        prospect=quote.prospect_name,
        start=quote.start,
        end=end,
        is_sample=quote.is_sample,
        created_on=quote.created_at.date(),
        scheme=wording.scheme,
        agency=_agency(registration or quote.registration, wording),
        basis=PrintedBasis(
            sales=quote.sales,
            fiscal_year_end=quote.fiscal_year_end,
            evidence=quote.evidence,
            is_business_plan=quote.is_business_plan,
            other_sales=valuables.other_sales if valuables else None,
            transported=valuables.transported if valuables else None,
            largest_load=request.largest_load,
        ),
        price=replace(
            price,
            premium=quote.premium,
            maintenance_fee=quote.maintenance_fee,
            levy=quote.levy,
            instalments=instalments or price.instalments,
        ),
        covers=covers_of(wording, chosen),
        clauses=tuple(
            PrintedClause(row.title, code_of(row.attaches, row.code, chosen), row.is_automatic)
            for row in wording.clauses
            if row.attaches in chosen
        ),
    )


def _member(unit: Unit, particulars: Particulars) -> PrintedMember:
    return PrintedMember(
        company_name=particulars.company_name,
        unit_name=unit.name,
        company_kana=particulars.company_kana,
        representative_title=particulars.representative_title,
        representative=particulars.representative,
        postal_code=particulars.postal_code,
        address=particulars.address,
        phone=particulars.phone,
        email=particulars.email,
        prefecture=unit.member.prefecture.name,
        member_number=unit.member.member_number,
    )


def _agency(registration: AgencyRegistration, wording: Wording) -> PrintedAgency:
    return PrintedAgency(
        name=registration.agency.name,
        registration_number=registration.registration_number,
        office_code=registration.office_code,
        share_pattern=registration.share_pattern,
        contact_name=registration.contact_name,
        phone=registration.phone,
        postal_code=registration.postal_code,
        address=registration.address,
        insurer=registration.insurer.name,
        branch=registration.branch.name,
        of_lead_insurer=registration.insurer_id == wording.lead_insurer_id,
    )


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None
