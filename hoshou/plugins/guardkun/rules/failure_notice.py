"""What a 不能案内文 tells a member: amounts and days, never the account (IV, B-072 to B-076)."""

from dataclasses import dataclass
from datetime import date

from hoshou.plugins.guardkun.rules.printed import PrintedInstalment

MOST_IN_A_ROW = 2


@dataclass(frozen=True)
class FailureNotice:
    """One failed debit, or two in a row.

    After the first, ``next_debit`` is the coming instalment: its debit takes both months (B-072). After the second,
    or where no instalment comes any more, ``next_debit`` is None and ``pay_by`` the day until which the member may
    pay what failed by transfer (B-076, D-37). Raises ValueError for anything else.
    """

    failed: tuple[PrintedInstalment, ...]
    next_debit: PrintedInstalment | None = None
    pay_by: date | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.failed) <= MOST_IN_A_ROW:
            raise ValueError("a notice is about one failed debit or two in a row")
        if (self.next_debit is None) == (self.pay_by is None):
            raise ValueError("a notice names either the next debit or a day to pay by")
        if self.is_second and self.next_debit is not None:
            raise ValueError("after the second failure nothing is debited")

    @property
    def is_second(self) -> bool:
        """Whether the debit failed twice in a row."""
        return len(self.failed) == MOST_IN_A_ROW

    @property
    def due(self) -> int:
        """What is to be debited or paid next, in yen."""
        return sum(item.levy for item in self.failed) + (self.next_debit.levy if self.next_debit else 0)
