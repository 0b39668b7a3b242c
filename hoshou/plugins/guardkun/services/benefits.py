"""A scheme year's 見舞費用 table as the rules take it (B-020)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.plugins.guardkun.models.scheme import SchemeBenefit
from hoshou.plugins.guardkun.rules.benefits import BenefitKind, BenefitRow


def benefit_table(session: Session, year_id: int) -> tuple[BenefitRow, ...]:
    """The rows of the year's table, in their order."""
    rows = session.scalars(
        select(SchemeBenefit).where(SchemeBenefit.scheme_year_id == year_id).order_by(SchemeBenefit.position)
    )
    return tuple(
        BenefitRow(BenefitKind(row.kind), row.days_from, row.days_to, row.least, row.most) for row in rows
    )
