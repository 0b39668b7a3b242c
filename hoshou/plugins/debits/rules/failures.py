"""What a debit's outcome leads to (manual IV, B-072 to B-077, D-26, D-35, D-37, D-38).

The first failure in a row merges: the next debit takes everything that is unpaid. The second in a row
proposes the lapse. A success starts the count anew; our own stop doesn't count.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hoshou.base.dates import add_months
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.debits.zengin.results import Outcome

LAPSE_AFTER = 2
NO_MANDATE_CODES = ("2", "4")
"""Results after which the account is checked or a form collected anew: 取引なし, 依頼書なし."""


class TaskKind(StrEnum):
    """Who has to do something about a failed debit."""

    PREFECTURE = "prefecture"
    BRANCH = "branch"
    MANDATE = "mandate"
    TRANSFER = "transfer"


TASK_KIND_LABELS = {
    TaskKind.PREFECTURE: N_("都道府県警備業協会からのご連絡"),
    TaskKind.BRANCH: N_("担当課支社へのご連絡"),
    TaskKind.MANDATE: N_("口座の確認・口座振替依頼書の再取付"),
    TaskKind.TRANSFER: N_("お振込の依頼"),
}

PAPER_LABELS = {
    TaskKind.PREFECTURE: N_("案内文（PDF）"),
    TaskKind.BRANCH: N_("案内文（PDF）"),
    TaskKind.MANDATE: N_("口座振替依頼書（PDF）"),
    TaskKind.TRANSFER: N_("案内文（PDF）"),
}
"""What goes with each."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """``failures``: in a row, after this outcome. ``lapse_on``: the proposed day of 不払解除, if any."""

    failures: int
    tasks: tuple[TaskKind, ...] = ()
    lapse_on: date | None = None


def lapse_day(failed_on: date) -> date:
    """The day of 不払解除 that is proposed: the first of the month after the second failure (D-26)."""
    return add_months(failed_on.replace(day=1), 1)


def consequences(outcome: Outcome, code: str, failures: int, debit: date, *, is_last: bool) -> Consequences:
    """What follows from the outcome of the debit of that day, after so many failures in a row.

    ``is_last``: the enrolment has no later instalment to merge with, so the member is asked for a transfer
    (D-37). Raises ValueError for an outcome that a person has yet to decide.
    """
    if outcome is Outcome.PAID:
        return Consequences(0)
    if outcome is Outcome.STOPPED:
        return Consequences(failures, (TaskKind.TRANSFER,) if is_last else ())
    if outcome is not Outcome.FAILED:
        raise ValueError("not decided yet")
    tasks = [TaskKind.PREFECTURE]
    if code in NO_MANDATE_CODES:
        tasks.append(TaskKind.MANDATE)
    if failures + 1 >= LAPSE_AFTER:
        return Consequences(LAPSE_AFTER, (*tasks, TaskKind.BRANCH, TaskKind.TRANSFER), lapse_on=lapse_day(debit))
    if is_last:
        tasks.append(TaskKind.TRANSFER)
    return Consequences(failures + 1, tuple(tasks))
