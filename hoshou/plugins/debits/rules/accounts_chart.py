"""The chart of accounts: the books of the association that collects the levies (集金事務受託者, B-010)."""

from enum import StrEnum

from hoshou.base.errors import noop_gettext as N_


class Account(StrEnum):
    """An account of the ledger. Debits are positive, credits negative."""

    LEVY_RECEIVABLE = "levy_receivable"
    AGENT_CLEARING = "agent_clearing"
    TRANSFERS = "transfers"
    PREMIUM_PAYABLE = "premium_payable"
    MAINTENANCE_FEE = "maintenance_fee"
    COLLECTION_FEE_RECEIVABLE = "collection_fee_receivable"
    COLLECTION_FEE = "collection_fee"
    REMITTANCE = "remittance"
    PREMIUM_RETURN = "premium_return"
    OVERPAYMENT = "overpayment"
    REFUND = "refund"


ACCOUNT_LABELS = {
    Account.LEVY_RECEIVABLE: N_("未収賦課金（加入者）"),
    Account.AGENT_CLEARING: N_("集金代行会社勘定（口座振替）"),
    Account.TRANSFERS: N_("振込入金（協会口座）"),
    Account.PREMIUM_PAYABLE: N_("未払保険料（幹事保険会社・総額）"),
    Account.MAINTENANCE_FEE: N_("制度維持費収入"),
    Account.COLLECTION_FEE_RECEIVABLE: N_("未収集金事務費（幹事保険会社）"),
    Account.COLLECTION_FEE: N_("集金事務費収入"),
    Account.REMITTANCE: N_("保険料送金"),
    Account.PREMIUM_RETURN: N_("未収返戻保険料（幹事保険会社）"),
    Account.OVERPAYMENT: N_("過入金（加入者への返金）"),
    Account.REFUND: N_("返金の支払（協会口座）"),
}


class EntryKind(StrEnum):
    """What an entry of the ledger is about."""

    DUE = "due"
    COLLECTED = "collected"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"
    REMITTED = "remitted"
    OVERPAID = "overpaid"
    EXCESS = "excess"
    REFUNDED = "refunded"
    RETURNED = "returned"


ENTRY_KIND_LABELS = {
    EntryKind.DUE: N_("賦課金の請求"),
    EntryKind.COLLECTED: N_("口座振替による入金"),
    EntryKind.TRANSFERRED: N_("振込による入金"),
    EntryKind.CANCELLED: N_("請求の取消"),
    EntryKind.REMITTED: N_("保険料の送金"),
    EntryKind.OVERPAID: N_("必要回数を超える入金"),
    EntryKind.EXCESS: N_("振込の過入金"),
    EntryKind.REFUNDED: N_("加入者への返金"),
    EntryKind.RETURNED: N_("保険料の返戻"),
}
