"""The way of an enrolment, ③ to ⑧ of the manual, and no way around a step of it (III.2, B-045)."""

from collections.abc import Mapping
from enum import StrEnum

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_


class Stage(StrEnum):
    """How far an enrolment has come."""

    QUOTED = "quoted"
    APPLIED = "applied"
    REGISTERED = "registered"
    AT_BRANCH = "at_branch"
    AT_LEAD = "at_lead"
    BOOKED = "booked"
    CERTIFIED = "certified"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


STAGE_LABELS = {
    Stage.QUOTED: N_("見積"),
    Stage.APPLIED: N_("加入申込票作成済"),
    Stage.REGISTERED: N_("申込本登録済（計上未了）"),
    Stage.AT_BRANCH: N_("担当課確認中"),
    Stage.AT_LEAD: N_("幹事会社確認中"),
    Stage.BOOKED: N_("計上済"),
    Stage.CERTIFIED: N_("加入者証発行済"),
    Stage.SHIPPED: N_("加入者証発送済"),
    Stage.CANCELLED: N_("取下げ"),
}


class Step(StrEnum):
    """What moves an enrolment on, or back to where it can be mended."""

    APPLY = "apply"
    REGISTER = "register"
    SEND_TO_BRANCH = "send_to_branch"
    FORWARD = "forward"
    RELEASE = "release"
    BOOK = "book"
    CERTIFY = "certify"
    SHIP = "ship"
    CANCEL = "cancel"


TRANSITIONS: Mapping[tuple[Stage, Step], Stage] = {
    (Stage.QUOTED, Step.APPLY): Stage.APPLIED,
    (Stage.APPLIED, Step.APPLY): Stage.APPLIED,
    (Stage.APPLIED, Step.REGISTER): Stage.REGISTERED,
    (Stage.REGISTERED, Step.SEND_TO_BRANCH): Stage.AT_BRANCH,
    (Stage.AT_BRANCH, Step.FORWARD): Stage.AT_LEAD,
    (Stage.AT_LEAD, Step.BOOK): Stage.BOOKED,
    (Stage.BOOKED, Step.CERTIFY): Stage.CERTIFIED,
    (Stage.CERTIFIED, Step.SHIP): Stage.SHIPPED,
    **{(stage, Step.RELEASE): Stage.APPLIED for stage in (Stage.REGISTERED, Stage.AT_BRANCH, Stage.AT_LEAD)},
    **{
        (stage, Step.CANCEL): Stage.CANCELLED
        for stage in (Stage.QUOTED, Stage.APPLIED, Stage.REGISTERED, Stage.AT_BRANCH, Stage.AT_LEAD)
    },
}
"""A release (本登録の解除) leads back to the application form, which is printed anew (Q8, B-060)."""

BOOKED_STAGES = (Stage.BOOKED, Stage.CERTIFIED, Stage.SHIPPED)
"""The stages of an enrolment that has a policy number (B-059)."""


def next_stage(stage: Stage, step: Step) -> Stage:
    """Where the step leads. Raises Refused ``step_not_allowed``."""
    try:
        return TRANSITIONS[stage, step]
    except KeyError:
        raise Refused("step_not_allowed", N_("加入手続きの状態が変わったため、この操作はできません。")) from None


def allows(stage: Stage, step: Step) -> bool:
    """Whether the step may be taken now."""
    return (stage, step) in TRANSITIONS
