"""What a 不能案内文 tells a member: amounts and days, never the account (IV, B-072 to B-076)."""

from dataclasses import dataclass
from datetime import date

from hoshou.plugins.guardkun.rules.printed import PrintedInstalment


@dataclass(frozen=True)
class FailureNotice:
    """A failed debit, with the instalments that it was to take; ``is_second`` where the one before failed too.

    After the first, ``next_debit`` is the coming instalment: its debit takes what failed along (B-072). After the
    second, or where no instalment comes any more, ``next_debit`` is None and ``pay_by`` the day until which the
    member may pay what failed by transfer (B-076, D-37). Raises ValueError for anything else.
    """

    failed: tuple[PrintedInstalment, ...]
    next_debit: PrintedInstalment | None = None
    pay_by: date | None = None
    is_second: bool = False

    def __post_init__(self) -> None:
        if not self.failed:
            raise ValueError("a notice is about a failed debit")
        if (self.next_debit is None) == (self.pay_by is None):
            raise ValueError("a notice names either the next debit or a day to pay by")
        if self.is_second and self.next_debit is not None:
            raise ValueError("after the second failure nothing is debited")

    @property
    def months(self) -> int:
        """How many months the next debit takes."""
        return len(self.failed) + 1

    @property
    def due(self) -> int:
        """What is to be debited or paid next, in yen."""
        return sum(item.levy for item in self.failed) + (self.next_debit.levy if self.next_debit else 0)
