"""What a co-insurer's hand-off file may hold, and our own layout of it (B-099, D-31)."""

from dataclasses import dataclass
from enum import StrEnum

from hoshou.base.errors import noop_gettext as N_


class HandoffField(StrEnum):
    """One thing that is known of a remitted instalment."""

    POLICY_NUMBER = "policy_number"
    MEMBER = "member"
    REGISTRATION_NUMBER = "registration_number"
    AGENCY = "agency"
    OFFICE_CODE = "office_code"
    START = "start"
    PERIOD_END = "period_end"
    DEBIT_MONTH = "debit_month"
    INSTALMENT = "instalment"
    PREMIUM = "premium"
    COLLECTION_FEE = "collection_fee"
    LEAD_SHARE = "lead_share"
    SOLICITING_SHARE = "soliciting_share"
    COMMISSION_MONTH = "commission_month"


HANDOFF_FIELD_LABELS = {
    HandoffField.POLICY_NUMBER: N_("証券番号"),
    HandoffField.MEMBER: N_("加入者名"),
    HandoffField.REGISTRATION_NUMBER: N_("代理店登録番号"),
    HandoffField.AGENCY: N_("募集代理店名"),
    HandoffField.OFFICE_CODE: N_("部店課支社コード・代理店コード"),
    HandoffField.START: N_("保険始期"),
    HandoffField.PERIOD_END: N_("保険終期"),
    HandoffField.DEBIT_MONTH: N_("引去月"),
    HandoffField.INSTALMENT: N_("払込回"),
    HandoffField.PREMIUM: N_("保険料"),
    HandoffField.COLLECTION_FEE: N_("うち集金事務費"),
    HandoffField.LEAD_SHARE: N_("幹事代理店分担保険料"),
    HandoffField.SOLICITING_SHARE: N_("募集代理店分担保険料"),
    HandoffField.COMMISSION_MONTH: N_("代理店手数料受取月"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: what stands in it and the title above it."""

    field: HandoffField
    title: str


OWN_LAYOUT = tuple(Column(field, HANDOFF_FIELD_LABELS[field]) for field in HandoffField)
"""The layout for a co-insurer that has asked for no other. The titles are part of the file, so never translated."""
