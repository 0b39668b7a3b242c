"""What each 振替結果コード means, and what it does to the debit (D-35)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hoshou.base.errors import noop_gettext as N_


class Outcome(Enum):
    """What becomes of a debit."""

    PAID = "paid"
    FAILED = "failed"  # counts towards the run of failures
    STOPPED = "stopped"  # our own stop: not paid, and no failure
    UNDECIDED = "undecided"  # an operator decides
    PENDING = "pending"  # not answered yet: the batch can't be closed


@dataclass(frozen=True, slots=True)
class Result:
    """A 振替結果コード: its meaning for people and its outcome."""

    code: str
    meaning: str
    outcome: Outcome


RESULTS: Mapping[str, Result] = {
    result.code: result
    for result in (
        Result("0", N_("振替済"), Outcome.PAID),
        Result("1", N_("資金不足"), Outcome.FAILED),
        Result("2", N_("取引なし"), Outcome.FAILED),
        Result("3", N_("預金者の都合による振替停止"), Outcome.FAILED),
        Result("4", N_("預金口座振替依頼書なし"), Outcome.FAILED),
        Result("8", N_("委託者の都合による振替停止"), Outcome.STOPPED),
        Result("9", N_("その他"), Outcome.UNDECIDED),
        Result("N", N_("未確定"), Outcome.PENDING),
        Result("E", N_("未確定"), Outcome.PENDING),
        Result(" ", N_("未確定"), Outcome.PENDING),
    )
}
"""By code. 5, 6 and 7 are 欠番 in the standard and are refused by the reader."""

CODE_MEANINGS = {code: result.meaning for code, result in RESULTS.items()}
