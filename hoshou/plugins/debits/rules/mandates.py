"""From when a mandate (口座振替依頼書) counts, and when a new one is needed (manual III.4.(3), Q14)."""

from datetime import date
from enum import StrEnum

from hoshou.base.dates import add_months, day_in_month
from hoshou.base.errors import noop_gettext as N_

CHANGE_DAY = 20
"""The form counts from the month after next if it arrives by this day, also when that is a holiday (D-34)."""


class MandateKind(StrEnum):
    """What the form is for; the bank learns it by the 新規コード of the first debit."""

    NEW = "new"
    CHANGED = "changed"


MANDATE_KIND_LABELS = {MandateKind.NEW: N_("新規"), MandateKind.CHANGED: N_("口座の変更")}


class MandateReason(StrEnum):
    """Why a form was handed in."""

    JOINING = "joining"
    ACCOUNT = "account"
    NAME = "name"
    REPRESENTATIVE = "representative"
    RECOLLECTED = "recollected"


MANDATE_REASON_LABELS = {
    MandateReason.JOINING: N_("新規加入"),
    MandateReason.ACCOUNT: N_("引去口座の変更"),
    MandateReason.NAME: N_("社名変更による口座情報の変更"),
    MandateReason.REPRESENTATIVE: N_("代表者変更による口座情報の変更"),
    MandateReason.RECOLLECTED: N_("振替不能・返戻による再取付"),
}


class MandateState(StrEnum):
    """A form is in force from its month on, unless the bank returned it."""

    ACCEPTED = "accepted"
    RETURNED = "returned"


MANDATE_STATE_LABELS = {MandateState.ACCEPTED: N_("受付済"), MandateState.RETURNED: N_("返戻")}


class NewCode(StrEnum):
    """新規コード of a debit line."""

    CONTINUED = "0"
    FIRST = "1"
    CHANGED = "2"


def first_month(arrived: date, change_day: int = CHANGE_DAY) -> date:
    """The first of the month from whose debit on a form counts that arrived on the day (B-082).

    15 March leads to May, 20 March too, 21 March to June.
    """
    return add_months(arrived.replace(day=1), 2 if arrived.day <= change_day else 3)


def latest_arrival(month: date, change_day: int = CHANGE_DAY) -> date:
    """The last day on which a form may arrive to count for the debit of the month (Q14)."""
    return day_in_month(add_months(month.replace(day=1), -2), change_day)


def new_code(kind: MandateKind, *, used_before: bool) -> NewCode:
    """What the first debit by a mandate says; every later one is a continued one, in a renewed enrolment too."""
    if used_before:
        return NewCode.CONTINUED
    return NewCode.FIRST if kind is MandateKind.NEW else NewCode.CHANGED
