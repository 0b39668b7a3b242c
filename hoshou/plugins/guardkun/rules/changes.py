"""What may happen to an enrolment after booking (manual III.4, B-084 to B-092)."""

from enum import StrEnum

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_


class ChangeKind(StrEnum):
    """The kinds of 変更届出書."""

    WITHDRAWAL = "withdrawal"
    PLAN = "plan"
    PARTICULARS = "particulars"
    AGENCY = "agency"


CHANGE_KIND_LABELS = {
    ChangeKind.WITHDRAWAL: N_("中途脱退"),
    ChangeKind.PLAN: N_("補償プランの変更（中途脱退と中途加入）"),
    ChangeKind.PARTICULARS: N_("補償内容の増減が無い変更"),
    ChangeKind.AGENCY: N_("非幹事代理店の変更"),
}


class WithdrawalReason(StrEnum):
    """Why an enrolment ends early; the last one needs a note (B-084)."""

    BANKRUPTCY = "bankruptcy"
    CLOSURE = "closure"
    INSOLVENCY = "insolvency"
    MERGER = "merger"
    REQUEST = "request"


WITHDRAWAL_REASON_LABELS = {
    WithdrawalReason.BANKRUPTCY: N_("破産"),
    WithdrawalReason.CLOSURE: N_("廃業"),
    WithdrawalReason.INSOLVENCY: N_("倒産"),
    WithdrawalReason.MERGER: N_("吸収合併"),
    WithdrawalReason.REQUEST: N_("加入者からの申し出"),
}


class ChangeState(StrEnum):
    """How far a change has come."""

    DRAFT = "draft"
    AT_BRANCH = "at_branch"
    AT_LEAD = "at_lead"
    ACCEPTED = "accepted"
    REFUSED = "refused"


CHANGE_STATE_LABELS = {
    ChangeState.DRAFT: N_("作成中"),
    ChangeState.AT_BRANCH: N_("担当課確認中"),
    ChangeState.AT_LEAD: N_("幹事会社確認中"),
    ChangeState.ACCEPTED: N_("承認済"),
    ChangeState.REFUSED: N_("不承認"),
}


class Ending(StrEnum):
    """Why an enrolment ended before the end of its scheme year."""

    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


ENDING_LABELS = {Ending.WITHDRAWN: N_("中途脱退"), Ending.LAPSED: N_("不払解除")}


class ChangeStep(StrEnum):
    """What moves a notice of change on its way by the branch to the lead office (B-086)."""

    SEND = "send"
    FORWARD = "forward"
    ACCEPT = "accept"
    REFUSE = "refuse"
    DROP = "drop"


CHANGE_TRANSITIONS = {
    (ChangeState.DRAFT, ChangeStep.SEND): ChangeState.AT_BRANCH,
    (ChangeState.AT_BRANCH, ChangeStep.FORWARD): ChangeState.AT_LEAD,
    (ChangeState.AT_LEAD, ChangeStep.ACCEPT): ChangeState.ACCEPTED,
    (ChangeState.AT_LEAD, ChangeStep.REFUSE): ChangeState.REFUSED,
    (ChangeState.DRAFT, ChangeStep.DROP): ChangeState.REFUSED,
}
OPEN_STATES = (ChangeState.DRAFT, ChangeState.AT_BRANCH, ChangeState.AT_LEAD)


def next_state(state: ChangeState, step: ChangeStep) -> ChangeState:
    """Where the step leads. Raises Refused ``change_step_not_allowed``."""
    try:
        return CHANGE_TRANSITIONS[state, step]
    except KeyError:
        raise Refused(
            "change_step_not_allowed", N_("変更届出書の状態が変わったため、この操作はできません。")
        ) from None
