"""A month's remittance as statements: by insurer, by agency, by branch, and the lines under each figure.

Each statement's sums are those of the run, since all are sums over the same lines (B-010, B-093, B-094).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.debits.models.remittances import Remittance, RemittanceLine
from hoshou.plugins.debits.rules.sharing import CommissionMonths, commission_months
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment
from hoshou.plugins.guardkun.models.members import Unit
from hoshou.plugins.organisations.models import Branch, Insurer

AGENCIES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Sums:
    """What lines come to; yen but for ``instalments``."""

    instalments: int
    premium: int
    collection_fee: int
    lead_share: int
    soliciting_share: int

    @property
    def net(self) -> int:
        """The premium without the collection fee."""
        return self.premium - self.collection_fee


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a statement: whose it is, its sums, and the months of the agencies' commission."""

    whose: Any
    sums: Sums
    months: CommissionMonths | None = None


def remittance_of(session: Session, remittance_id: int) -> Remittance:
    """The run, or NotFound."""
    found = session.get(Remittance, remittance_id)
    if found is None:
        raise NotFound("remittance_not_found", N_("該当する月次送金がありません。"))
    return found


def by_insurer(session: Session, run: Remittance) -> list[Row]:
    """One row an insurer, the lead first; the months follow B-097 to B-099."""
    line = RemittanceLine
    rows = session.execute(
        select(Insurer, line.insurer_leads, *_sums())
        .join(Insurer, line.insurer_id == Insurer.id)
        .where(line.remittance_id == run.id)
        .group_by(Insurer.id, line.insurer_leads)
        .order_by(line.insurer_leads.desc(), Insurer.position)
    )
    return [
        Row(insurer, Sums(*map(int, sums)), commission_months(run.month, insurer_leads=leads))
        for insurer, leads, *sums in rows
    ]


def by_branch(session: Session, run: Remittance) -> list[Row]:
    """営業成績: all of the premium counts for the soliciting agency's branch (B-094)."""
    line = RemittanceLine
    rows = session.execute(
        select(Branch, *_sums())
        .join(Branch, line.branch_id == Branch.id)
        .join(Insurer, Branch.insurer_id == Insurer.id)
        .where(line.remittance_id == run.id)
        .group_by(Branch.id, Insurer.position)
        .order_by(Insurer.position, Branch.code)
        # By a statement of its own: PostgreSQL has no room for a join beside a sum's group.
        .options(selectinload(Branch.insurer))
    )
    return [Row(branch, Sums(*map(int, sums))) for branch, *sums in rows]


def by_agency(session: Session, run: Remittance, *, after: int = 0, limit: int = AGENCIES_A_PAGE) -> list[Row]:
    """The agency registrations from the one after ``after`` on, by their keys."""
    line = RemittanceLine
    parts = (AgencyRegistration.agency, AgencyRegistration.insurer, AgencyRegistration.branch)
    rows = session.execute(
        select(AgencyRegistration, line.insurer_leads, *_sums())
        .join(AgencyRegistration, line.registration_id == AgencyRegistration.id)
        .where(line.remittance_id == run.id, line.registration_id > after)
        .group_by(AgencyRegistration.id, line.insurer_leads)
        .order_by(AgencyRegistration.id)
        .limit(limit)
        .options(*map(selectinload, parts))
    )
    return [
        Row(registration, Sums(*map(int, sums)), commission_months(run.month, insurer_leads=leads))
        for registration, leads, *sums in rows
    ]


def total(rows: Sequence[Row]) -> Sums:
    """The sums of all rows."""
    return Sums(
        *(
            sum(getattr(row.sums, name) for row in rows)
            for name in ("instalments", "premium", "collection_fee", "lead_share", "soliciting_share")
        )
    )


def lines_of(run: Remittance, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The run's lines with what a page or a file says of them."""
    return (
        select(RemittanceLine)
        .where(RemittanceLine.remittance_id == run.id, *conditions)
        .options(
            joinedload(RemittanceLine.instalment),
            joinedload(RemittanceLine.registration),
            joinedload(RemittanceLine.enrolment).joinedload(Enrolment.unit).joinedload(Unit.member),
        )
    )


def _sums() -> tuple[Any, ...]:
    line = RemittanceLine
    return (
        func.count(),
        func.sum(line.premium),
        func.sum(line.collection_fee),
        func.sum(line.lead_share),
        func.sum(line.soliciting_share),
    )
