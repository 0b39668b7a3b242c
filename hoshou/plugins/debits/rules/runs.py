"""A debit run and its lines: states, dates, numbers (B-067 to B-069)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.clock import JST
from hoshou.base.dates import add_months, day_in_month
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.debits.zengin.results import Outcome

MOST_LINES = 999_999
"""What the trailer of one file has room for."""


class RunState(StrEnum):
    """How far a run has come. From ``sealing`` on its lines never change but by results."""

    BUILDING = "building"
    BUILT = "built"
    SEALING = "sealing"
    SEALED = "sealed"
    RELEASED = "released"
    CLOSED = "closed"
    DISCARDED = "discarded"


RUN_STATE_LABELS = {
    RunState.BUILDING: N_("明細作成中"),
    RunState.BUILT: N_("明細作成済"),
    RunState.SEALING: N_("ファイル作成中"),
    RunState.SEALED: N_("承認待ち"),
    RunState.RELEASED: N_("承認済（結果待ち）"),
    RunState.CLOSED: N_("締め済"),
    RunState.DISCARDED: N_("取消"),
}


class RunStep(StrEnum):
    """What moves a run on."""

    BUILT = "built"
    SEAL = "seal"
    SEALED = "sealed"
    RELEASE = "release"
    CLOSE = "close"
    DISCARD = "discard"


RUN_TRANSITIONS: Mapping[tuple[RunState, RunStep], RunState] = {
    (RunState.BUILDING, RunStep.BUILT): RunState.BUILT,
    (RunState.BUILT, RunStep.SEAL): RunState.SEALING,
    (RunState.SEALING, RunStep.SEALED): RunState.SEALED,
    (RunState.SEALED, RunStep.RELEASE): RunState.RELEASED,
    (RunState.RELEASED, RunStep.CLOSE): RunState.CLOSED,
    **{
        (state, RunStep.DISCARD): RunState.DISCARDED
        for state in (RunState.BUILDING, RunState.BUILT, RunState.SEALING, RunState.SEALED)
    },
}


class LineState(StrEnum):
    """What became of a debit. ``waiting`` and ``undecided`` are open; the others never change again."""

    WAITING = "waiting"
    UNDECIDED = "undecided"
    PAID = "paid"
    FAILED = "failed"
    STOPPED = "stopped"
    DROPPED = "dropped"


LINE_STATE_LABELS = {
    LineState.WAITING: N_("結果待ち"),
    LineState.UNDECIDED: N_("判断待ち"),
    LineState.PAID: N_("振替済"),
    LineState.FAILED: N_("振替不能"),
    LineState.STOPPED: N_("委託者の都合による停止"),
    LineState.DROPPED: N_("依頼前に除外"),
}
OPEN_LINES = (LineState.WAITING, LineState.UNDECIDED)


class Omission(StrEnum):
    """Why an enrolment with something due is left out of a run."""

    NO_MANDATE = "no_mandate"
    LAPSE_PROPOSED = "lapse_proposed"
    RESULT_OPEN = "result_open"


OMISSION_LABELS = {
    Omission.NO_MANDATE: N_("有効な口座振替依頼書がありません"),
    Omission.LAPSE_PROPOSED: N_("2か月連続の振替不能により振替を停止しています"),
    Omission.RESULT_OPEN: N_("前回の振替結果が確定していません"),
}


def next_state(state: RunState, step: RunStep) -> RunState:
    """Where the step leads. Raises Refused ``run_step``."""
    try:
        return RUN_TRANSITIONS[state, step]
    except KeyError:
        raise Refused("run_step", N_("口座振替データの状態が変わったため、この操作はできません。")) from None


def settled_state(outcome: Outcome) -> LineState:
    """The state of a line with that outcome: what nobody can say yet waits for a person."""
    return {
        Outcome.PAID: LineState.PAID,
        Outcome.FAILED: LineState.FAILED,
        Outcome.STOPPED: LineState.STOPPED,
    }.get(outcome, LineState.UNDECIDED)


def debit_date(month: date, calendar: BusinessCalendar, debit_day: int) -> date:
    """The debit day of the month, or the next bank day (B-069). Raises Refused ``past_horizon``."""
    return calendar.next_bank_day(day_in_month(month.replace(day=1), debit_day))


def last_of_month(day: date) -> date:
    """The last day of the month that holds the day."""
    return add_months(day.replace(day=1), 1) - timedelta(days=1)


def agent_closing(debit: date, lead_days: int, closing: time, calendar: BusinessCalendar) -> datetime:
    """Until when (JST) the agent takes the file: its hour, so many business days before the debit."""
    return datetime.combine(calendar.business_days_before(debit, lead_days), closing, JST)


def customer_number(debit: date, run_id: int, enrolment_id: int) -> str:
    """顧客番号: twenty digits that no other line of any run has, ascending with the enrolments of a run."""
    return f"{debit:%y%m}{run_id:06d}{enrolment_id:010d}"
