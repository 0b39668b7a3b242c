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


Event = LevyDue | LevyCollected | LevyTransferred | LevyCancelled
