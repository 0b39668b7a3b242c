"""Trial balances and the lines under their figures, and the proof that the books are whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from hoshou.base.dates import add_months
from hoshou.plugins.debits.models.ledger import LedgerEntry, LedgerPosting
from hoshou.plugins.debits.rules.accounts_chart import Account
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration


@dataclass(frozen=True, slots=True)
class Figures:
    """One account over one month; yen, credits negative in ``opening`` and ``closing``."""

    account: Account
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Books:
    """Whose part of the ledger is looked at: an agency's, an insurer's agencies', or all of it."""

    registration_id: int | None = None
    insurer_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.registration_id is not None:
            found.append(LedgerPosting.registration_id == self.registration_id)
        if self.insurer_id is not None:
            own = select(AgencyRegistration.id).where(AgencyRegistration.insurer_id == self.insurer_id)
            found.append(LedgerPosting.registration_id.in_(own))
        return found


WHOLE = Books()


def trial_balance(session: Session, month: date, books: Books = WHOLE) -> list[Figures]:
    """Every account's opening balance, movements and closing balance of the month, in the chart's order.

    All columns balance: the openings and the closings sum to 0, debits equal credits.
    """
    movements = _sums(session, LedgerPosting.month == month, books)
    before = _sums(session, LedgerPosting.month < month, books)
    return [
        Figures(
            account,
            opening=sum(before.get(account, (0, 0))),
            debit=movements.get(account, (0, 0))[0],
            credit=-movements.get(account, (0, 0))[1],
        )
        for account in Account
    ]


def _sums(session: Session, period: ColumnElement[bool], books: Books) -> Mapping[Account, tuple[int, int]]:
    """The sums of the debits and of the credits by account; the latter are negative."""
    amount = LedgerPosting.amount
    rows = session.execute(
        select(
            LedgerPosting.account,
            func.sum(case((amount > 0, amount), else_=0)),
            func.sum(case((amount < 0, amount), else_=0)),
        )
        .where(period, *books.conditions())
        .group_by(LedgerPosting.account)
    )
    return {Account(account): (int(debits), int(credits_)) for account, debits, credits_ in rows}


def postings_under(month: date, account: Account, books: Books = WHOLE) -> Select[Any]:
    """The lines that a figure of the trial balance is made of."""
    return select(LedgerPosting).where(
        LedgerPosting.month == month, LedgerPosting.account == account.value, *books.conditions()
    )


def months_booked(session: Session) -> list[date]:
    """The months from the ledger's last to its first; none while it is empty."""
    first, last = session.execute(select(func.min(LedgerPosting.month), func.max(LedgerPosting.month))).one()
    months = []
    while last is not None and last >= first:
        months.append(last)
        last = add_months(last, -1)
    return months


@dataclass(frozen=True, slots=True)
class Proof:
    """``balance``: the sum of everything ever booked, yen. ``unbalanced``: entries that don't sum to 0."""

    entries: int
    balance: int
    unbalanced: tuple[int, ...]

    @property
    def holds(self) -> bool:
        return self.balance == 0 and not self.unbalanced


def prove(session: Session) -> Proof:
    """Go through the whole ledger, entry by entry. The database refuses what this looks for."""
    sums = (
        select(LedgerPosting.entry_id)
        .group_by(LedgerPosting.entry_id)
        .having(func.sum(LedgerPosting.amount) != 0)
        .order_by(LedgerPosting.entry_id)
    )
    return Proof(
        entries=session.scalar(select(func.count()).select_from(LedgerEntry)) or 0,
        balance=int(session.scalar(select(func.sum(LedgerPosting.amount))) or 0),
        unbalanced=tuple(session.scalars(sums)),
    )
