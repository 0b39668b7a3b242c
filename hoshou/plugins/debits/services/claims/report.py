"""The loss-ratio report: premium earned against claims paid, by scheme year and insurer (B-104)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from hoshou.plugins.debits.models.claims import PaidClaim
from hoshou.plugins.debits.rules.loss_ratio import LossRatio, is_earned
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Instalment
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.organisations.models import Insurer


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One insurer in one scheme year."""

    year: SchemeYear
    insurer: Insurer
    ratio: LossRatio


def loss_ratios(session: Session, as_of: date) -> list[ReportRow]:
    """Every scheme year, the latest first. Earned is the premium of cover months that are over, unless cancelled."""
    earned: dict[tuple[int, int], int] = defaultdict(int)
    for year_id, insurer_id, start, number, premium in session.execute(
        select(
            Enrolment.scheme_year_id,
            AgencyRegistration.insurer_id,
            Enrolment.start,
            Instalment.number,
            func.sum(Instalment.premium),
        )
        .join(Enrolment, Instalment.enrolment_id == Enrolment.id)
        .join(AgencyRegistration, Enrolment.registration_id == AgencyRegistration.id)
        .where(Instalment.cancelled_at.is_(None))
        .group_by(Enrolment.scheme_year_id, AgencyRegistration.insurer_id, Enrolment.start, Instalment.number)
    ):
        if is_earned(start, number, as_of):
            earned[year_id, insurer_id] += int(premium)
    paid = {
        (year_id, insurer_id): int(amount)
        for year_id, insurer_id, amount in session.execute(
            select(Enrolment.scheme_year_id, AgencyRegistration.insurer_id, func.sum(PaidClaim.paid))
            .join(Enrolment, PaidClaim.enrolment_id == Enrolment.id)
            .join(AgencyRegistration, Enrolment.registration_id == AgencyRegistration.id)
            .where(PaidClaim.paid_on <= as_of)
            .group_by(Enrolment.scheme_year_id, AgencyRegistration.insurer_id)
        )
    }
    years = {year.id: year for year in session.scalars(select(SchemeYear))}
    insurers = {insurer.id: insurer for insurer in session.scalars(select(Insurer))}
    rows = [
        ReportRow(years[key[0]], insurers[key[1]], LossRatio(earned.get(key, 0), paid.get(key, 0)))
        for key in earned.keys() | paid.keys()
    ]
    return sorted(rows, key=lambda row: (-row.year.year, row.insurer.position))


def claims_of(year_id: int, insurer_id: int) -> Select[Any]:
    """The claims that a figure of the report is made of."""
    return (
        select(PaidClaim)
        .join(Enrolment, PaidClaim.enrolment_id == Enrolment.id)
        .join(AgencyRegistration, Enrolment.registration_id == AgencyRegistration.id)
        .where(Enrolment.scheme_year_id == year_id, AgencyRegistration.insurer_id == insurer_id)
        .options(joinedload(PaidClaim.enrolment))
    )
