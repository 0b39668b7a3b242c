"""The certificate that a visitor of the demo uploads."""

from datetime import date, timedelta

from hoshou.plugins.demo.rules.certificate import CertificateData, ContractType
from hoshou.plugins.demo.rules.parties import AGENCIES, CONTRACTORS, INSURERS, ORDERERS, Contractor

SAMPLE_NAME = "見本_履行保証保険証券.pdf"
SAMPLE_CONTRACTOR: Contractor = CONTRACTORS[1]
SAMPLE_INSURER = INSURERS[0]
SAMPLE_AGENCY = AGENCIES[0]


def sample_certificate(today: date) -> CertificateData:
    """A policy that isn't registered yet, concluded ``today`` by the first agency. Amounts are whole yen."""
    return CertificateData(
        contract_type=ContractType.PERFORMANCE,
        insurer=SAMPLE_INSURER.name,
        policy_number=f"R{today:%y}-{SAMPLE_INSURER.code}-90001",
        contractor=SAMPLE_CONTRACTOR.name,
        contractor_address=SAMPLE_CONTRACTOR.address,
        orderer=ORDERERS[0].office,
        project_name="青葉野市立図書館外構改修工事",
        contracted_on=today,
        contract_amount=52_800_000,
        guaranteed_amount=5_280_000,
        premium=15_200,
        insured_from=today,
        insured_to=today + timedelta(days=210),
        issued_on=today,
        agency=SAMPLE_AGENCY.name,
    )
