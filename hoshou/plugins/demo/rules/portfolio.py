"""The demo's policies: what a seeding service registers, relative to a given day. Amounts are whole yen."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from hoshou.plugins.demo.rules.breakdown import Trade, breakdown
from hoshou.plugins.demo.rules.certificate import Amendment, CertificateData, ContractType, DocumentKind
from hoshou.plugins.demo.rules.contracts import CONTRACTS, Contract, Story
from hoshou.plugins.demo.rules.parties import (
    AGENCIES,
    CONTRACTORS,
    INSURERS,
    ORDERERS,
    Agency,
    Contractor,
    Insurer,
    Orderer,
)

RELEASE = date(2025, 12, 1)
"""The first day of contracts that the system holds (A-007)."""


@dataclass(frozen=True)
class DemoFile:
    """One upload. ``replaces`` is the index, among the policy's files, of the one it corrects (A-019)."""

    kind: DocumentKind
    filename: str
    data: CertificateData
    uploaded_on: date
    scanned: bool = False
    replaces: int | None = None


@dataclass(frozen=True)
class DemoPolicy:
    """A folder with its files in the order of their upload. Its facts are those of the last right file."""

    insurer: Insurer
    agency: Agency
    contractor: Contractor
    orderer: Orderer
    files: tuple[DemoFile, ...]

    @property
    def facts(self) -> CertificateData:
        """The contract as it stands now."""
        return self.files[-1].data


_LETTER = {ContractType.BOND: "B", ContractType.BID: "N", ContractType.PERFORMANCE: "R"}
# The share of the contract amount that is guaranteed, and the yearly premium on 10,000 yen of it.
_GUARANTEED_PERCENT = {ContractType.BOND: 30, ContractType.BID: 5, ContractType.PERFORMANCE: 10}
_YEARLY_PREMIUM = {ContractType.BOND: 62, ContractType.BID: 24, ContractType.PERFORMANCE: 48}
_LEAST_PREMIUM = 5_000
_LONG_ANNEX_SECTIONS = {
    Trade.ROAD: 7,
    Trade.BRIDGE: 8,
    Trade.SEWER: 9,
    Trade.BUILDING: 17,
    Trade.RIVER: 5,
    Trade.PARK: 5,
}


def demo_policies(today: date) -> tuple[DemoPolicy, ...]:
    """Forty policies as a busy half-year before ``today`` would have left them; equal for equal days.

    Nothing is concluded before the system's release (A-007) or uploaded after ``today``.
    Raises ValueError for a day before the release.
    """
    if today < RELEASE:
        raise ValueError(f"the system holds nothing before {RELEASE}")
    return tuple(_policy(index, contract, today) for index, contract in enumerate(CONTRACTS))


def _policy(index: int, contract: Contract, today: date) -> DemoPolicy:
    insurer = INSURERS[index % len(INSURERS)]
    agency = AGENCIES[index * 5 % len(AGENCIES)]
    contractor = CONTRACTORS[index * 7 % len(CONTRACTORS)]
    orderer = ORDERERS[contract.orderer]
    concluded = _working_day(max(RELEASE, today - timedelta(days=contract.days_ago)))
    insured_to = concluded + timedelta(days=contract.term_days)
    contract_amount = contract.net_thousand_yen * 1_100
    guaranteed_amount = _guaranteed(contract.contract_type, contract_amount)
    serial = f"{417 + index * 83:05d}"
    data = CertificateData(
        contract_type=contract.contract_type,
        insurer=insurer.name,
        policy_number=f"{_LETTER[contract.contract_type]}{concluded:%y}-{insurer.code}-{serial}",
        contractor=contractor.name,
        contractor_address=contractor.address,
        orderer=orderer.office,
        project_name=contract.project_name,
        contracted_on=concluded,
        contract_amount=contract_amount,
        guaranteed_amount=guaranteed_amount,
        premium=_premium(contract.contract_type, guaranteed_amount, contract.term_days),
        insured_from=concluded,
        insured_to=insured_to,
        issued_on=concluded,
        agency=agency.name,
    )
    return DemoPolicy(insurer, agency, contractor, orderer, _files(contract, data, today))


def _files(contract: Contract, data: CertificateData, today: date) -> tuple[DemoFile, ...]:
    certificate = _file(DocumentKind.CERTIFICATE, data)
    later = _working_day(min(data.contracted_on + timedelta(days=5), today))
    last = _working_day(min(data.contracted_on + timedelta(days=40), today))
    match contract.story:
        case Story.PLAIN:
            return (certificate,)
        case Story.SCAN:
            return (_as_scan(certificate),)
        case Story.ANNEX:
            return certificate, _annex(contract, data)
        case Story.LONG_ANNEX:
            return certificate, _annex(contract, data, _LONG_ANNEX_SECTIONS[contract.trade])
        case Story.CHANGE:
            return certificate, _notice(contract, data, last)
        case Story.ANNEX_CHANGE:
            return certificate, _annex(contract, data), _notice(contract, data, last)
        case Story.REPLACED | Story.REPLACED_SCAN:
            wrong = _file(DocumentKind.CERTIFICATE, _misdated(data))
            right = _file(DocumentKind.CERTIFICATE, replace(data, issued_on=later), replaces=0)
            return wrong, _as_scan(right) if contract.story is Story.REPLACED_SCAN else right
        case Story.CHANGE_REPLACED:
            right = _notice(contract, data, last)
            earlier = _working_day(max(data.contracted_on, last - timedelta(days=4)))
            wrong = _file(DocumentKind.CHANGE_NOTICE, _misdated(replace(right.data, issued_on=earlier)))
            return certificate, wrong, replace(right, replaces=1)


def _file(kind: DocumentKind, data: CertificateData, replaces: int | None = None) -> DemoFile:
    corrected = "" if replaces is None else "_訂正"
    filename = f"{kind}_{data.policy_number}{corrected}.pdf"
    return DemoFile(kind, filename, data, uploaded_on=data.issued_on, replaces=replaces)


def _as_scan(file: DemoFile) -> DemoFile:
    return replace(file, scanned=True, filename=f"SCAN_{file.data.policy_number}.PDF")


def _annex(contract: Contract, data: CertificateData, sections: int = 1) -> DemoFile:
    lines = breakdown(contract.trade, data.contract_amount, sections)
    return _file(DocumentKind.ANNEX, replace(data, breakdown=lines))


def _notice(contract: Contract, data: CertificateData, on: date) -> DemoFile:
    """The contract amount raised by an eighth and the term by 60 days, as of ``on``."""
    contract_amount = contract.net_thousand_yen * 9 // 8 * 1_100
    guaranteed_amount = _guaranteed(data.contract_type, contract_amount)
    premium = _premium(data.contract_type, guaranteed_amount, contract.term_days + 60)
    changed = replace(
        data,
        contract_amount=contract_amount,
        guaranteed_amount=guaranteed_amount,
        premium=premium,
        insured_to=data.insured_to + timedelta(days=60),
        issued_on=on,
        amendment=Amendment(
            changed_on=on,
            reason="設計変更による請負代金額の増額および工期の延長",
            additional_premium=premium - data.premium,
            contract_amount_before=data.contract_amount,
            guaranteed_amount_before=data.guaranteed_amount,
            insured_to_before=data.insured_to,
        ),
    )
    return _file(DocumentKind.CHANGE_NOTICE, changed)


def _misdated(data: CertificateData) -> CertificateData:
    """The mistake that a later file corrects: an end that is thirty days early."""
    return replace(data, insured_to=data.insured_to - timedelta(days=30))


def _guaranteed(contract_type: ContractType, contract_amount: int) -> int:
    return contract_amount * _GUARANTEED_PERCENT[contract_type] // 100


def _premium(contract_type: ContractType, guaranteed_amount: int, days: int) -> int:
    premium = guaranteed_amount * _YEARLY_PREMIUM[contract_type] * days // (10_000 * 365) // 10 * 10
    return max(_LEAST_PREMIUM, premium)


def _working_day(day: date) -> date:
    """The day itself, or the Friday before a weekend. The release was a Monday, so it is never passed."""
    return day - timedelta(days=max(0, day.weekday() - 4))
