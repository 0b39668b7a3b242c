"""What became of an instalment whose debit day has come."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hoshou.base.errors import noop_gettext as N_


class PastState(StrEnum):
    """How it stands: paid in one of two ways, not owed, in a run, or unpaid."""

    DEBITED = "debited"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"
    AWAITED = "awaited"
    UNPAID = "unpaid"


PAST_STATE_LABELS = {
    PastState.DEBITED: N_("振替済"),
    PastState.TRANSFERRED: N_("入金済"),
    PastState.CANCELLED: N_("請求なし"),
    PastState.AWAITED: N_("結果待ち"),
    PastState.UNPAID: N_("未払い"),
}


@dataclass(frozen=True, slots=True)
class FailedTry:
    """A debit of it that failed, and the agent's code."""

    on: date
    run_id: int
    code: str


@dataclass(frozen=True, slots=True)
class PastInstalment:
    """``on``: the day of the debit or transfer that settled it, or of the debit that is awaited; ``levy`` in yen."""

    number: int
    due_on: date
    levy: int
    state: PastState
    on: date | None
    run_id: int | None
    failed: tuple[FailedTry, ...]
