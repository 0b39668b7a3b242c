"""The days that a scheme year lays down for debits."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.plugins.debits.rules.mandates import CHANGE_DAY
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.proration.rules.terms import MANUAL_TERMS


@dataclass(frozen=True)
class DebitTerms:
    """Days of the month: of the debit, and until which a change of account is in time."""

    debit_day: int = MANUAL_TERMS.debit_day
    change_day: int = CHANGE_DAY


def terms_on(session: Session, day: date) -> DebitTerms:
    """The terms of the scheme year that holds the day, or the manual's."""
    year = session.scalar(select(SchemeYear).where(SchemeYear.period_start <= day, SchemeYear.period_end > day))
    return DebitTerms(year.debit_day, year.account_change_day) if year else DebitTerms()
