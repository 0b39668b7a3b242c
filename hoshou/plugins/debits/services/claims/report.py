"""The loss-ratio report: premium earned against claims paid, by scheme year and insurer (B-104)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
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


def insured(year_id: int, insurer_id: int) -> Select[Any]:
    """The booked enrolments that the earned premium of a figure comes from."""
    return (
        select(Enrolment)
        .join(AgencyRegistration, Enrolment.registration_id == AgencyRegistration.id)
        .where(
            Enrolment.scheme_year_id == year_id,
            AgencyRegistration.insurer_id == insurer_id,
            Enrolment.booked_at.is_not(None),
        )
    )


@dataclass(frozen=True, slots=True)
class Earned:
    """Months of cover that are over, and their premium in yen."""

    months: int = 0
    premium: int = 0


def earned_of(session: Session, enrolments: Iterable[Enrolment], as_of: date) -> Mapping[int, Earned]:
    """What each of the enrolments has earned."""
    starts = {one.id: one.start for one in enrolments}
    earned = dict.fromkeys(starts, Earned())
    for one in session.scalars(
        select(Instalment).where(Instalment.enrolment_id.in_(list(starts)), Instalment.cancelled_at.is_(None))
    ):
        if is_earned(starts[one.enrolment_id], one.number, as_of):
            known = earned[one.enrolment_id]
            earned[one.enrolment_id] = Earned(known.months + 1, known.premium + one.premium)
    return earned
