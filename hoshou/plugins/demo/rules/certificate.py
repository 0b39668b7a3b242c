"""What a demo certificate says. Amounts are whole yen, dates are calendar days in Japan."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ContractType(StrEnum):
    """The three contract types of the system, by their full names (A-001)."""

    BOND = "公共工事履行保証証券（公共工事履行ボンド）"
    BID = "入札保証保険"
    PERFORMANCE = "履行保証保険"


class DocumentKind(StrEnum):
    """What a file in a folder can be (A-008)."""

    CERTIFICATE = "証券"
    ANNEX = "証券別紙・付属資料"
    CHANGE_NOTICE = "契約内容変更のお知らせ"


@dataclass(frozen=True)
class BreakdownLine:
    """One line of an annex's breakdown of the contract amount."""

    work: str
    quantity: int
    unit: str
    amount: int


@dataclass(frozen=True)
class Amendment:
    """A change during the insurance period: what was agreed before, and why it changed (A-018)."""

    changed_on: date
    reason: str
    additional_premium: int
    contract_amount_before: int
    guaranteed_amount_before: int
    insured_to_before: date


@dataclass(frozen=True)
class CertificateData:
    """Everything that the documents of one policy show, in the state that holds on ``issued_on``.

    ``breakdown`` is shown by an annex only, ``amendment`` by a change notice only.
    """

    contract_type: ContractType
    insurer: str
    policy_number: str
    contractor: str
    contractor_address: str
    orderer: str
    project_name: str
    contracted_on: date
    contract_amount: int
    guaranteed_amount: int
    premium: int
    insured_from: date
    insured_to: date
    issued_on: date
    agency: str
    breakdown: tuple[BreakdownLine, ...] = ()
    amendment: Amendment | None = None
