"""The demo's forty policies."""

from collections import Counter
from datetime import date

import pytest

from hoshou.plugins.demo.rules.breakdown import Trade, breakdown
from hoshou.plugins.demo.rules.certificate import ContractType, DocumentKind
from hoshou.plugins.demo.rules.parties import AGENCIES, CONTRACTORS, INSURERS, ORDERERS
from hoshou.plugins.demo.rules.portfolio import RELEASE, demo_policies

TODAY = date(2026, 6, 3)
DAYS = [RELEASE, date(2025, 12, 20), TODAY, date(2028, 2, 29)]


def test_there_are_forty_policies_of_every_type_insurer_and_agency() -> None:
    policies = demo_policies(TODAY)

    assert len(policies) == 40
    assert {policy.facts.contract_type for policy in policies} == set(ContractType)
    assert {policy.insurer for policy in policies} == set(INSURERS)
    assert {policy.agency for policy in policies} == set(AGENCIES)
    assert {policy.contractor for policy in policies} == set(CONTRACTORS)
    assert {policy.orderer for policy in policies} == set(ORDERERS)
    assert len({(policy.insurer, policy.facts.policy_number) for policy in policies}) == 40


@pytest.mark.req("A-003")
def test_the_insurers_are_the_manuals_eight_in_its_order() -> None:
    assert [insurer.name for insurer in INSURERS] == [
        "あいおいニッセイ同和損害保険株式会社",
        "ＡＩＧ損害保険株式会社",
        "共栄火災海上保険株式会社",
        "損害保険ジャパン株式会社",
        "大同火災海上保険株式会社",
        "東京海上日動火災保険株式会社",
        "日新火災海上保険株式会社",
        "三井住友海上火災保険株式会社",
    ]


def test_there_are_annexes_changes_replacements_and_scans_among_the_files() -> None:
    files = [file for policy in demo_policies(TODAY) for file in policy.files]
    kinds = Counter(file.kind for file in files)

    assert kinds[DocumentKind.ANNEX] >= 10
    assert kinds[DocumentKind.CHANGE_NOTICE] >= 6
    assert {file.kind for file in files if file.replaces is not None} == {
        DocumentKind.CERTIFICATE,
        DocumentKind.CHANGE_NOTICE,
    }
    assert sum(file.scanned for file in files) >= 4


@pytest.mark.req("A-007")
@pytest.mark.parametrize("today", DAYS)
def test_nothing_is_older_than_the_release_or_newer_than_today(today: date) -> None:
    for policy in demo_policies(today):
        days = [file.uploaded_on for file in policy.files]
        assert policy.facts.contracted_on >= RELEASE
        assert days == sorted(days)
        assert days[0] >= RELEASE
        assert days[-1] <= today
        assert all(day.weekday() < 5 for day in days)


@pytest.mark.parametrize("today", DAYS)
def test_the_files_of_a_policy_belong_together(today: date) -> None:
    for policy in demo_policies(today):
        assert policy.files[0].kind is DocumentKind.CERTIFICATE
        for index, file in enumerate(policy.files):
            data = file.data
            assert (data.policy_number, data.insurer) == (policy.facts.policy_number, policy.insurer.name)
            assert data.insured_from < data.insured_to
            assert data.guaranteed_amount < data.contract_amount
            assert file.filename.lower().endswith(".pdf")
            assert sum(line.amount for line in data.breakdown) in (0, data.contract_amount)
            if data.amendment:
                assert data.amendment.additional_premium >= 0
            if file.replaces is not None:
                assert file.replaces < index
                assert policy.files[file.replaces].kind is file.kind
                assert policy.files[file.replaces].data.insured_to < data.insured_to


def test_equal_days_give_equal_policies() -> None:
    assert demo_policies(TODAY) == demo_policies(TODAY)


def test_a_day_before_the_release_is_refused() -> None:
    with pytest.raises(ValueError, match="2025-12-01"):
        demo_policies(date(2025, 11, 30))


def test_no_mail_can_reach_a_stranger() -> None:
    domains = [orderer.domain for orderer in ORDERERS]
    domains += [party.email.partition("@")[2] for party in (*AGENCIES, *CONTRACTORS)]

    assert all(domain.endswith(".example") for domain in domains)
    assert len({agency.code for agency in AGENCIES if len(agency.code) == 11}) == 6


@pytest.mark.parametrize("trade", Trade)
@pytest.mark.parametrize("sections", [1, 7])
def test_a_breakdown_adds_up_and_names_the_tax(trade: Trade, sections: int) -> None:
    lines = breakdown(trade, 184_800_000, sections)

    assert sum(line.amount for line in lines) == 184_800_000
    assert lines[-1].amount == 16_800_000
    assert all(line.amount > 0 and line.quantity > 0 for line in lines)
