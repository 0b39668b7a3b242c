"""The scheme that a simulated year runs on: insurers, agencies, members, booked enrolments, mandates.

Everything is invented, by the numbers of one seed; the premiums are the calculator's, the instalments its own.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import JST, Clock
from hoshou.base.dates import add_months
from hoshou.platform.bulk import add_rows
from hoshou.platform.db import Entity
from hoshou.platform.keys import KeyRing
from hoshou.plugins.debits.models.mandates import CollectionAgent, Mandate
from hoshou.plugins.debits.rules.accounts import AccountType, tail_of
from hoshou.plugins.debits.rules.mandates import MandateKind, MandateReason, MandateState
from hoshou.plugins.debits.services.mandates import seal_number
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Instalment, Quote
from hoshou.plugins.guardkun.models.members import Member, PrefectureAssociation, Unit
from hoshou.plugins.guardkun.models.scheme import SchemeInsurer, SchemeYear, YearState
from hoshou.plugins.guardkun.rules.insurers import CodeForm
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.organisations.models import Agency, Branch, Insurer
from hoshou.plugins.premium.models import RateState, RateTableVersion
from hoshou.plugins.premium.rules.document import quote_document

INSURERS = (
    ("ms", CodeForm.MITSUI_SUMITOMO, "AAA00-{:04d}"),
    ("aioi", CodeForm.AIOI_NISSAY_DOWA, "RRR00-AB{:02d}"),
    ("nisshin", CodeForm.NISSHIN, "12345-{:06d}"),
)
AGENCIES_AT_EACH = 20
PREFECTURES = 47
MEMBERS_AT_ONCE = 500
SMALLEST_SALES, LARGEST_SALES = 5_000_000, 2_000_000_000


def sample_rates(year: int) -> dict[str, Any]:
    """Invented rates, marked as such wherever they are used (D-21)."""
    return {
        "id": "simulation",
        "version": 1,
        "valid_from": f"{year}-06-01",
        "unit": 1000,
        "basic": {str(count * 100_000_000): f"0.{52 + 4 * count}" for count in range(1, 11)},
        "key_recreation": {"5000000": "0.010", "10000000": "0.015", "20000000": "0.020"},
        "valuables_other": {"30000000": "1.2", "50000000": "1.5", "100000000": "2.0"},
        "valuables_transport": {"30000000": "0.003", "50000000": "0.004", "100000000": "0.006"},
        "transport": "0.08",
        "labour_dispute": "0.02",
        "minimum_premium": 5000,
        "minimum_applies_to": "charged",
        "valuables_floor_per_mille": 2,
        "valuables_floor_applies_to": "annual",
        "rounding": {"unit": 10, "mode": "half_up"},
        "maintenance_fee_percent": 5,
        "collection_fee_percent": 5,
    }


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The agent's number, and how many enrolments there are, and of them those that begin after the 1 June."""

    agent_id: int
    enrolments: int
    joins: int


def lay_portfolio(
    session: Session, clock: Clock, keys: KeyRing, random: Random, year: int, members: int, joins: int
) -> Portfolio:
    """The scheme of the year with so many members from the start on and so many that join later."""
    rates = sample_rates(year)
    scheme_year = _scheme_year(session, clock, rates, year)
    table_id = _rate_table(session, clock, rates)
    registrations = _registrations(session)
    prefectures = _prefectures(session)
    starts = [date(year, 6, 1)] * members
    starts += sorted(add_months(date(year, 6, 1), random.randint(1, 11)) for _ in range(joins))
    first_debit = {start: add_months(start, 2) for start in set(starts)}
    agent = _agent(session)
    now = clock.now()
    numbered = iter(enumerate(starts, start=1))
    while some := list(islice(numbered, MEMBERS_AT_ONCE)):
        rows: dict[type[Entity], list[dict[str, Any]]] = {
            model: [] for model in (Member, Unit, Quote, Enrolment, Instalment, Mandate)
        }
        for number, start in some:
            quote = _quote(random, rates, start)
            rows[Member].append(_member(number, prefectures[random.randrange(PREFECTURES)], now))
            registration = registrations[random.randrange(len(registrations))]
            rows[Unit].append({"id": number, "member_id": number, "name": ""})
            rows[Quote].append(_quote_row(number, quote, scheme_year.id, registration, table_id, start, now))
            rows[Enrolment].append(_enrolment_row(number, scheme_year, registration, start, now))
            rows[Instalment] += _instalment_rows(number, quote[1]["instalments"])
            rows[Mandate].append(_mandate_row(keys, number, agent.id, start, first_debit[start], now))
        for model, found in rows.items():
            add_rows(session, model, found)
    return Portfolio(agent.id, len(starts), joins)


def _instalment_rows(enrolment_id: int, instalments: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for index, one in enumerate(instalments, start=1):
        yield {
            "enrolment_id": enrolment_id,
            "number": index,
            "due_on": date.fromisoformat(one["date"]),
            "premium": one["premium"],
            "maintenance_fee": one["maintenance_fee"],
            "levy": one["levy"],
        }


def _scheme_year(session: Session, clock: Clock, rates: dict[str, Any], year: int) -> SchemeYear:
    found = SchemeYear(
        year=year,
        name=f"{year}年度",
        policyholder="一般社団法人 全国警備業協会",
        product="警備業者賠償責任保険",
        contract_form="団体契約",
        rules_version="Ver.5.0",
        period_start=date(year, 6, 1),
        period_end=date(year + 1, 6, 1),
        state=YearState.OPEN.value,
        rates_id=rates["id"],
        policy_number_pattern="S{number:08d}",
        changed_at=clock.now(),
    )
    insurers = {insurer.code: insurer for insurer in session.scalars(select(Insurer))}
    for position, (code, form, _pattern) in enumerate(INSURERS, start=1):
        found.insurers.append(
            SchemeInsurer(
                insurer_id=insurers[code].id, is_lead=position == 1, code_form=form.value, position=position
            )
        )
    session.add(found)
    session.flush()
    return found


def _rate_table(session: Session, clock: Clock, rates: dict[str, Any]) -> int:
    table = RateTableVersion(
        rates_id=rates["id"],
        version=rates["version"],
        valid_from=date.fromisoformat(rates["valid_from"]),
        document=json.dumps(rates),
        is_sample=True,
        state=RateState.APPROVED.value,
        drafted_by_id=1,
        drafted_by="simulation",
        drafted_at=clock.now(),
        approved_by_id=2,
        approved_by="simulation",
        approved_at=clock.now(),
    )
    session.add(table)
    session.flush()
    return table.id


def _registrations(session: Session) -> list[int]:
    insurers = {insurer.code: insurer for insurer in session.scalars(select(Insurer))}
    found = []
    for place, (code, form, pattern) in enumerate(INSURERS, start=1):
        branch = Branch(insurer_id=insurers[code].id, code="S01", name="模擬支社")
        session.add(branch)
        session.flush()
        for number in range(1, AGENCIES_AT_EACH + 1):
            agency = Agency(name=f"模擬代理店 {place}-{number:02d}")
            session.add(agency)
            session.flush()
            registration = AgencyRegistration(
                registration_number=f"{place}{number:010d}",
                agency_id=agency.id,
                insurer_id=insurers[code].id,
                branch_id=branch.id,
                office_code=pattern.format(number),
                share_pattern="001" if form is CodeForm.MITSUI_SUMITOMO else "",
            )
            session.add(registration)
            session.flush()
            found.append(registration.id)
    return found


def _prefectures(session: Session) -> list[int]:
    found = [
        PrefectureAssociation(code=code, name=f"模擬警備業協会{code:02d}") for code in range(1, PREFECTURES + 1)
    ]
    session.add_all(found)
    session.flush()
    return [one.id for one in found]


def _agent(session: Session) -> CollectionAgent:
    agent = CollectionAgent(
        name="三菱UFJニコス",
        consignor_code="1234567890",
        consignor_name="ｹｲﾋﾞ ﾎｹﾝ",
        bank_code="0005",
        bank_name="ﾐﾂﾋﾞｼUFJ",
        branch_code="001",
        branch_name="ﾎﾝﾃﾝ",
        account_number="0012345",
        lead_days=5,
        closing_time=time(15),
    )
    session.add(agent)
    session.flush()
    return agent


def _quote(random: Random, rates: dict[str, Any], start: date) -> tuple[dict[str, Any], dict[str, Any]]:
    request = {
        "start": start.isoformat(),
        "sales": random.randint(SMALLEST_SALES // 1000, LARGEST_SALES // 1000) * 1000,
        "limit": random.randint(1, 10) * 100_000_000,
        "options": {"labour_dispute": {}} if random.randrange(4) == 0 else {},
    }
    return request, quote_document(request, rates)


def _member(number: int, prefecture_id: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "prefecture_id": prefecture_id,
        "member_number": f"{number:06d}",
        "name": f"模擬警備{number:06d}株式会社",
        "name_kana": "モギケイビ",
        "joined_on": date(2000, 4, 1),
        "created_at": now,
    }


def _quote_row(
    number: int,
    quote: tuple[dict[str, Any], dict[str, Any]],
    year_id: int,
    registration_id: int,
    table_id: int,
    start: date,
    now: datetime,
) -> dict[str, Any]:
    request, result = quote
    return {
        "id": number,
        "number": f"Q{number:07d}",
        "scheme_year_id": year_id,
        "registration_id": registration_id,
        "prospect_name": f"模擬警備{number:06d}株式会社",
        "start": start,
        "inputs": json.dumps(request),
        "result": json.dumps(result),
        "calculator": "premium",
        "calculator_version": 1,
        "rate_table_id": table_id,
        "is_sample": True,
        "sales": request["sales"],
        "premium": result["premium"],
        "maintenance_fee": result["maintenance_fee"],
        "levy": result["levy"],
        "created_at": now,
        "created_by": "simulation",
    }


def _enrolment_row(
    number: int, year: SchemeYear, registration_id: int, start: date, now: datetime
) -> dict[str, Any]:
    booked = datetime.combine(add_months(start, -1).replace(day=25), time(10), JST)
    return {
        "id": number,
        "scheme_year_id": year.id,
        "registration_id": registration_id,
        "unit_id": number,
        "quote_id": number,
        "stage": Stage.BOOKED.value,
        "start": start,
        "period_end": year.period_end,
        "slip_number": f"S{number:07d}",
        "form_version": 1,
        "mandate_collected": True,
        "closing": 1,
        **dict.fromkeys(("applied_at", "registered_at", "sent_at", "forwarded_at", "arrived_at"), booked),
        "booked_at": booked,
        "policy_number": year.policy_number_pattern.format(number=number),
        "created_at": now,
        "changed_at": booked,
    }


def _mandate_row(
    keys: KeyRing, number: int, agent_id: int, start: date, first_month: date, now: datetime
) -> dict[str, Any]:
    account, token = f"{number:07d}", f"{number:032x}"
    return {
        "unit_id": number,
        "agent_id": agent_id,
        "kind": MandateKind.NEW.value,
        "reason": MandateReason.JOINING.value,
        "state": MandateState.ACCEPTED.value,
        "bank_code": "0001",
        "bank_name": "ﾐｽﾞﾎ",
        "branch_code": "123",
        "branch_name": "ｼﾝｼﾞﾕｸ",
        "account_type": AccountType.ORDINARY.value,
        "sealed_number": seal_number(keys, token, account),
        "seal_token": token,
        "tail": tail_of(account),
        "holder": "ｶ)ﾓｷﾞｹｲﾋﾞ",
        "arrived_on": add_months(start, -1).replace(day=10),
        "effective_from": first_month,
        "recorded_at": now,
        "recorded_by": "simulation",
    }
