"""What happens to a levy, as the ledger is told: each event once, by its key.

Amounts are yen. The ledger books each event as one balanced entry. Told again, the same event changes nothing; another
one under the same key is refused.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Part:
    """What an event settles of one instalment."""

    instalment_id: int
    enrolment_id: int
    premium: int
    maintenance_fee: int

    @property
    def levy(self) -> int:
        return self.premium + self.maintenance_fee


@dataclass(frozen=True, slots=True)
class LevyDue:
    """An instalment has fallen due; key ``due:<instalment>``."""

    part: Part
    on: date

    @property
    def key(self) -> str:
        return f"due:{self.part.instalment_id}"


@dataclass(frozen=True, slots=True)
class LevyCollected:
    """A debit came in for one or two instalments; key ``collected:<debit line>``."""

    line_id: int
    parts: tuple[Part, ...]
    on: date

    @property
    def key(self) -> str:
        return f"collected:{self.line_id}"


@dataclass(frozen=True, slots=True)
class LevyTransferred:
    """A member's transfer to the association's account settled instalments; key ``transferred:<receipt>``."""

    receipt_id: int
    parts: tuple[Part, ...]
    on: date

    @property
    def key(self) -> str:
        return f"transferred:{self.receipt_id}"


@dataclass(frozen=True, slots=True)
class LevyCancelled:
    """An instalment that was due is not owed after all; key ``cancelled:<instalment>``."""

    part: Part
    on: date
    reason: str

    @property
    def key(self) -> str:
        return f"cancelled:{self.part.instalment_id}"


@dataclass(frozen=True, slots=True)
class LevyOverpaid:
    """An instalment that was collected is not owed after all; key ``overpaid:<instalment>``.

    ``remitted``: its premium had gone to the lead insurer, which owes it back; then ``collection_fee`` yen of it were
    the association's, and ``fee_deducted`` says that they had been kept back (D-20).
    """

    part: Part
    on: date
    remitted: bool
    collection_fee: int = 0
    fee_deducted: bool = False

    @property
    def key(self) -> str:
        return f"overpaid:{self.part.instalment_id}"

    @property
    def to_return(self) -> int:
        """What the lead insurer owes back, yen."""
        if not self.remitted:
            return 0
        return self.part.premium - (self.collection_fee if self.fee_deducted else 0)


@dataclass(frozen=True, slots=True)
class TransferExceeded:
    """A transfer brought ``amount`` yen more than was owed; key ``excess:<receipt>``."""

    receipt_id: int
    enrolment_id: int
    registration_id: int
    amount: int
    on: date

    @property
    def key(self) -> str:
        return f"excess:{self.receipt_id}"


@dataclass(frozen=True, slots=True)
class MemberRefunded:
    """The member got back what was paid too much; key ``refunded:<refund>``."""

    refund_id: int
    enrolment_id: int
    registration_id: int
    amount: int
    on: date

    @property
    def key(self) -> str:
        return f"refunded:{self.refund_id}"


@dataclass(frozen=True, slots=True)
class PremiumReturned:
    """The lead insurer returned the premium of an overpaid instalment; key ``returned:<overpayment>``."""

    overpayment_id: int
    enrolment_id: int
    registration_id: int
    amount: int
    on: date

    @property
    def key(self) -> str:
        return f"returned:{self.overpayment_id}"


Paid = TransferExceeded | MemberRefunded | PremiumReturned
"""Events that are about an enrolment's money and no instalment of it."""

Event = LevyDue | LevyCollected | LevyTransferred | LevyCancelled | LevyOverpaid | Paid
