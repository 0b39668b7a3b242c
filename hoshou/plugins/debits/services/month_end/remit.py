"""The month's premium goes to the lead insurer, by way of the lead agency (B-010, B-071, B-093, D-20)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.dates import add_months
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.bulk import add_rows
from hoshou.platform.calendar import load_calendar
from hoshou.plugins.debits.models.ledger import LedgerEntry, LedgerLevy, LevyStep
from hoshou.plugins.debits.models.refunds import Overpayment
from hoshou.plugins.debits.models.remittances import Remittance, RemittanceLine
from hoshou.plugins.debits.rules.journal import AgencyPremium, PremiumRemitted
from hoshou.plugins.debits.rules.sharing import agency_shares
from hoshou.plugins.debits.services.ledger.post import post_all
from hoshou.plugins.debits.services.overpayments import hold_remittances
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment
from hoshou.plugins.guardkun.models.scheme import SchemeInsurer, SchemeYear
from hoshou.plugins.guardkun.rules.calendar import remittance_day

LINES_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class DueMonth:
    """A month whose premium is to be remitted, and its last business day."""

    month: date
    day: date


def remit_due(session: Session, clock: Clock, actor: Actor, *, fee_deducted: bool) -> list[Remittance]:
    """Make the run of every month whose last business day has come and that has none yet, oldest first.

    A run takes every instalment paid up to its day that no run took before: a payment that is booked after its
    month's run goes with the next one. What turned out not to be owed stays here, for the member. Running again
    makes nothing anew. ``fee_deducted`` keeps the collection fee back from what is paid. Raises Refused
    ``past_horizon`` where the calendar ends.
    """
    hold_remittances(session)
    return [
        _remit(session, clock, actor, due, fee_deducted=fee_deducted) for due in due_months(session, clock.today())
    ]


def due_months(session: Session, today: date) -> list[DueMonth]:
    """The months without a run whose last business day is over or today, oldest first."""
    first = session.scalar(select(func.min(LedgerLevy.day)).where(LedgerLevy.step == LevyStep.PAID.value))
    if first is None:
        return []
    calendar, done = load_calendar(session), set(session.scalars(select(Remittance.month)))
    found, month = [], first.replace(day=1)
    while month <= today and (day := remittance_day(month, calendar)) <= today:
        if month not in done:
            found.append(DueMonth(month, day))
        month = add_months(month, 1)
    return found


def _remit(session: Session, clock: Clock, actor: Actor, due: DueMonth, *, fee_deducted: bool) -> Remittance:
    # Read once, so that sums and lines are those of one moment, and held as it came: a month may have many.
    found = session.execute(_unremitted(due.day)).all()
    event = PremiumRemitted(due.month, due.day, fee_deducted, _by_agency(found))
    post_all(session, clock, (event,))
    premium = sum(agency.premium for agency in event.agencies)
    fee = sum(agency.collection_fee for agency in event.agencies)
    run = Remittance(
        month=due.month,
        day=due.day,
        fee_deducted=fee_deducted,
        instalments=len(found),
        premium=premium,
        collection_fee=fee,
        paid=premium - fee if fee_deducted else premium,
        entry_id=session.scalars(select(LedgerEntry.id).where(LedgerEntry.key == event.key)).one(),
        made_at=clock.now(),
        made_by=actor.name[:200],
    )
    session.add(run)
    session.flush()
    for start in range(0, len(found), LINES_AT_ONCE):
        add_rows(session, RemittanceLine, [_line(run.id, row) for row in found[start : start + LINES_AT_ONCE]])
    audit.record(
        session,
        clock,
        actor,
        "debits_remittance.made",
        "debits_remittance",
        run.id,
        month=f"{due.month:%Y-%m}",
        premium=premium,
        collection_fee=fee,
        paid=run.paid,
    )
    return run


def _unremitted(until: date) -> Any:
    taken = select(RemittanceLine.instalment_id).where(RemittanceLine.instalment_id == LedgerLevy.instalment_id)
    overpaid = select(Overpayment.id).where(Overpayment.instalment_id == LedgerLevy.instalment_id)
    return (
        select(
            LedgerLevy.instalment_id,
            LedgerLevy.enrolment_id,
            LedgerLevy.registration_id,
            LedgerLevy.day,
            LedgerLevy.premium,
            LedgerLevy.maintenance_fee,
            LedgerLevy.collection_fee,
            AgencyRegistration.insurer_id,
            AgencyRegistration.branch_id,
            SchemeInsurer.is_lead,
            SchemeYear.lead_share_percent,
        )
        .join(Enrolment, LedgerLevy.enrolment_id == Enrolment.id)
        .join(SchemeYear, Enrolment.scheme_year_id == SchemeYear.id)
        .join(AgencyRegistration, LedgerLevy.registration_id == AgencyRegistration.id)
        .outerjoin(
            SchemeInsurer,
            (SchemeInsurer.scheme_year_id == SchemeYear.id)
            & (SchemeInsurer.insurer_id == AgencyRegistration.insurer_id),
        )
        .where(
            LedgerLevy.step == LevyStep.PAID.value, LedgerLevy.day <= until, ~taken.exists(), ~overpaid.exists()
        )
        .order_by(LedgerLevy.instalment_id)
    )


def _line(remittance_id: int, row: Row[Any]) -> dict[str, Any]:
    shares = agency_shares(row.premium, row.lead_share_percent)
    return {
        "remittance_id": remittance_id,
        "instalment_id": row.instalment_id,
        "follows": LevyStep.PAID.value,
        "enrolment_id": row.enrolment_id,
        "registration_id": row.registration_id,
        "insurer_id": row.insurer_id,
        "branch_id": row.branch_id,
        "insurer_leads": bool(row.is_lead),
        "paid_on": row.day,
        "premium": row.premium,
        "maintenance_fee": row.maintenance_fee,
        "collection_fee": row.collection_fee,
        "lead_share": shares.lead,
        "soliciting_share": shares.soliciting,
    }


def _by_agency(rows: Iterable[Row[Any]]) -> tuple[AgencyPremium, ...]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        premium_and_fee = sums[row.registration_id]
        premium_and_fee[0] += row.premium
        premium_and_fee[1] += row.collection_fee
    return tuple(AgencyPremium(agency, *sums[agency]) for agency in sorted(sums))
