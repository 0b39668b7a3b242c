"""What a 預金口座振替 file says, record by record.

Codes are text, since their leading zeros count; money is yen.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Header:
    """Who collects (委託者), when and into which account.

    `debit_date` is MMDD: the format has no year.
    """

    consignor_code: str
    consignor_name: str
    debit_date: str
    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    account_type: str
    account_number: str


@dataclass(frozen=True, slots=True)
class DebitLine:
    """One debit: the payer's account, `amount` in yen, our own number for it, and its result (D-35).

    The result code of a request is 0.
    """

    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    account_type: str
    account_number: str
    name: str
    amount: int
    new_code: str
    customer_number: str
    result_code: str = "0"


@dataclass(frozen=True, slots=True)
class Totals:
    """What a trailer says: numbers of lines, and yen. In a request the last four are zero."""

    count: int
    amount: int
    paid_count: int = 0
    paid_amount: int = 0
    failed_count: int = 0
    failed_amount: int = 0

    @property
    def has_results(self) -> bool:
        return any((self.paid_count, self.paid_amount, self.failed_count, self.failed_amount))


@dataclass(frozen=True, slots=True)
class DebitSet:
    """A header with its lines, which may be a generator.

    `totals` is what the trailer must say; it is checked against the lines. Without it the
    set is a request, and the trailer says what the lines add up to.
    """

    header: Header
    lines: Iterable[DebitLine]
    totals: Totals | None = None


def looks_like_request(totals: Totals) -> bool:
    """Whether a set with this trailer was never answered (threat B5).

    The result code of a request is 0, which in a result means paid: taken for a result, a
    request would settle every debit. Only the trailer tells the two apart.
    """
    return totals.count > 0 and not totals.has_results
