"""How an application comes to its registration: every step there is, and no way around one (A-071, A-072)."""

from collections.abc import Mapping
from enum import StrEnum

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_


class Kind(StrEnum):
    """What is applied for (manual 3.(2) オ); all kinds go the same way."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


KIND_LABELS = {Kind.ADD: N_("追加"), Kind.CHANGE: N_("変更"), Kind.REMOVE: N_("削除")}


class Stage(StrEnum):
    """How far an application has come."""

    APPLIED = "applied"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    REGISTERED = "registered"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


STAGE_LABELS = {
    Stage.APPLIED: N_("申請中"),
    Stage.REVIEWED: N_("協会承認済"),
    Stage.APPROVED: N_("各社承認済・登録待ち"),
    Stage.REGISTERED: N_("登録済"),
    Stage.REJECTED: N_("却下"),
    Stage.WITHDRAWN: N_("取下げ"),
}


class Step(StrEnum):
    """What moves an application on."""

    ASSOCIATION_APPROVES = "association_approves"
    ASSOCIATION_REJECTS = "association_rejects"
    INSURERS_APPROVE = "insurers_approve"
    INSURER_REJECTS = "insurer_rejects"
    REGISTER = "register"
    WITHDRAW = "withdraw"


TRANSITIONS: Mapping[tuple[Stage, Step], Stage] = {
    (Stage.APPLIED, Step.ASSOCIATION_APPROVES): Stage.REVIEWED,
    (Stage.APPLIED, Step.ASSOCIATION_REJECTS): Stage.REJECTED,
    (Stage.REVIEWED, Step.INSURERS_APPROVE): Stage.APPROVED,
    (Stage.REVIEWED, Step.INSURER_REJECTS): Stage.REJECTED,
    (Stage.APPROVED, Step.REGISTER): Stage.REGISTERED,
    (Stage.APPLIED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.REVIEWED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.APPROVED, Step.WITHDRAW): Stage.WITHDRAWN,
}


def next_stage(stage: Stage, step: Step) -> Stage:
    """Where the step leads. Raises Refused ``step_not_allowed``."""
    try:
        return TRANSITIONS[stage, step]
    except KeyError:
        raise Refused("step_not_allowed", N_("申請の状態が変わったため、この操作はできません。")) from None


def allows(stage: Stage, step: Step) -> bool:
    """Whether the step may be taken now."""
    return (stage, step) in TRANSITIONS
