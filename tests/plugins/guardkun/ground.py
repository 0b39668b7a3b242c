"""The least of a scheme year to stand on: rows written directly, for tests of what comes after them."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import JST
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Instalment, Quote
from hoshou.plugins.guardkun.models.members import Member, Particulars, PrefectureAssociation, Unit
from hoshou.plugins.guardkun.models.scheme import SchemeDeadline, SchemeInsurer, SchemeYear, YearState
from hoshou.plugins.guardkun.rules.insurers import CodeForm
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.organisations.models import Agency, Branch, Insurer
from hoshou.plugins.premium.models import RateState, RateTableVersion
from hoshou.plugins.premium.rules.document import quote_document
from tests.plugins.premium.documents import RATES

LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=JST)
REQUEST = {"start": "2026-06-01", "sales": 120_000_000, "limit": 100_000_000, "options": {}}
REGISTRATIONS = (
    ("10000000001", "みなと代理店", "ms", "AAA00-1234", "123"),
    ("20000000002", "やまと代理店", "aioi", "RRR00-AB12", ""),
    ("30000000003", "ひのでエージェンシー", "nisshin", "12345-654321", ""),
)


@dataclass(frozen=True)
class Ground:
    """Keys of what was laid: the year, and per registration number the registration."""

    year_id: int
    rate_table_id: int
    registrations: dict[str, int]
    prefecture_id: int


def lay_ground(session: Session) -> Ground:
    """The year 2026 with its lead and co-insurers, an agency at each, sample rates and one prefecture."""
    insurers = {insurer.code: insurer for insurer in session.scalars(select(Insurer))}
    year = SchemeYear(
        year=2026,
        name="2026年度",
        policyholder="一般社団法人 全国警備業協会",
        product="警備業者賠償責任保険",
        contract_form="団体契約",
        rules_version="Ver.5.0",
        period_start=date(2026, 6, 1),
        period_end=date(2027, 6, 1),
        state=YearState.OPEN.value,
        rates_id="sample",
        policy_number_pattern="G26{number:08d}",
        changed_at=LONG_AGO,
    )
    for position, (code, form) in enumerate(
        (("ms", CodeForm.MITSUI_SUMITOMO), ("aioi", CodeForm.AIOI_NISSAY_DOWA), ("nisshin", CodeForm.NISSHIN)), 1
    ):
        year.insurers.append(
            SchemeInsurer(
                insurer_id=insurers[code].id, is_lead=position == 1, code_form=form.value, position=position
            )
        )
    session.add(year)
    rates = RATES
    table = RateTableVersion(
        rates_id=rates["id"],
        version=rates["version"],
        valid_from=date.fromisoformat(rates["valid_from"]),
        document=json.dumps(rates),
        is_sample=True,
        state=RateState.APPROVED.value,
        drafted_by_id=1,
        drafted_by="作成者",
        drafted_at=LONG_AGO,
        approved_by_id=2,
        approved_by="承認者",
        approved_at=LONG_AGO,
    )
    prefecture = PrefectureAssociation(
        code=13, name="一般社団法人 東京都警備業協会", email="tokyo@keibi.example.jp", phone="03-0000-0000"
    )
    session.add_all([table, prefecture])
    session.flush()
    for is_renewal, closing, months_before, day in ((True, 1, 2, 30), (True, 2, 1, 20), (False, 1, 1, 20)):
        session.add(
            SchemeDeadline(
                scheme_year_id=year.id,
                is_renewal=is_renewal,
                closing=closing,
                months_before=months_before,
                day=day,
            )
        )
    registrations = {}
    for number, name, code, office, pattern in REGISTRATIONS:
        agency = session.scalar(select(Agency).where(Agency.name == name)) or Agency(name=name)
        branch = Branch(
            insurer_id=insurers[code].id, code=f"B{number[0]}", name="東京第一支社", phone="03-0000-0001"
        )
        session.add_all([agency, branch])
        session.flush()
        registration = AgencyRegistration(
            registration_number=number,
            agency_id=agency.id,
            insurer_id=insurers[code].id,
            branch_id=branch.id,
            office_code=office,
            share_pattern=pattern,
            contact_name="窓口 花子",
            phone="03-1111-2222",
            postal_code="100-0001",
            address="東京都千代田区千代田1-1",
        )
        session.add(registration)
        session.flush()
        registrations[number] = registration.id
    return Ground(year.id, table.id, registrations, prefecture.id)


def add_unit(session: Session, ground: Ground, number: int = 1, name: str = "見本警備株式会社") -> Unit:
    """A member with its whole company as the unit that enrols."""
    member = Member(
        prefecture_id=ground.prefecture_id,
        member_number=f"13-{number:05d}",
        name=name,
        name_kana="ミホンケイビ",
        joined_on=date(2020, 4, 1),
        created_at=LONG_AGO,
    )
    unit = Unit(member=member)
    session.add(unit)
    session.flush()
    session.add(
        Particulars(
            unit_id=unit.id,
            true_from=date(2020, 4, 1),
            known_at=LONG_AGO,
            source="application",
            company_name=name,
            company_kana="ミホンケイビ",
            representative_title="代表取締役",
            representative="見本 一郎",
            postal_code="160-0022",
            address="東京都新宿区新宿1-1-1",
            phone="03-3333-4444",
            recorded_by="作成者",
        )
    )
    session.flush()
    return unit


def add_quote(session: Session, ground: Ground, registration: str = "10000000001", **request: Any) -> Quote:
    """A quote by the sample rates; ``request`` names what shall differ from REQUEST."""
    inputs = {**REQUEST, **request}
    rates = json.loads(session.get_one(RateTableVersion, ground.rate_table_id).document)
    result = quote_document(inputs, rates)
    quote = Quote(
        number=f"Q{(session.scalar(select(func.count(Quote.id))) or 0) + 1:07d}",
        scheme_year_id=ground.year_id,
        registration_id=ground.registrations[registration],
        prospect_name="見本警備株式会社",
        start=date.fromisoformat(inputs["start"]),
        inputs=json.dumps(inputs),
        result=json.dumps(result),
        calculator="premium",
        calculator_version=1,
        rate_table_id=ground.rate_table_id,
        is_sample=True,
        sales=inputs["sales"],
        fiscal_year_end=date(2025, 12, 31),
        evidence="決算書",
        premium=result["premium"],
        maintenance_fee=result["maintenance_fee"],
        levy=result["levy"],
        created_at=LONG_AGO,
        created_by="作成者",
    )
    session.add(quote)
    session.flush()
    return quote


def add_enrolment(
    session: Session,
    ground: Ground,
    number: int = 1,
    stage: Stage = Stage.BOOKED,
    registration: str = "10000000001",
    **request: Any,
) -> Enrolment:
    """An enrolment of a member of its own, as it stands in ``stage``; a booked one has its instalments."""
    unit = add_unit(session, ground, number)
    quote = add_quote(session, ground, registration, **request)
    order = [Stage.QUOTED, Stage.APPLIED, Stage.REGISTERED, Stage.AT_BRANCH, Stage.AT_LEAD, Stage.BOOKED]
    order += [Stage.CERTIFIED, Stage.SHIPPED]
    reached = set(order[: order.index(stage) + 1])
    at = datetime.combine(date(2026, 4, 20), time(10), JST)

    def when(wanted: Stage) -> datetime | None:
        return at if wanted in reached else None

    enrolment = Enrolment(
        scheme_year_id=ground.year_id,
        registration_id=quote.registration_id,
        unit_id=unit.id,
        quote_id=quote.id,
        stage=stage.value,
        start=quote.start,
        period_end=date(2027, 6, 1),
        slip_number=f"S{number:07d}" if Stage.REGISTERED in reached else None,
        form_version=1 if Stage.APPLIED in reached else 0,
        mandate_collected=True,
        applied_at=when(Stage.APPLIED),
        registered_at=when(Stage.REGISTERED),
        sent_at=when(Stage.AT_BRANCH),
        forwarded_at=when(Stage.AT_LEAD),
        arrived_at=when(Stage.AT_LEAD),
        closing=1 if Stage.BOOKED in reached else None,
        booked_at=when(Stage.BOOKED),
        policy_number=f"G26{number:08d}" if Stage.BOOKED in reached else None,
        certified_at=when(Stage.CERTIFIED),
        shipped_at=when(Stage.SHIPPED),
        created_at=LONG_AGO,
        changed_at=at,
    )
    session.add(enrolment)
    session.flush()
    if Stage.BOOKED in reached:
        for index, row in enumerate(json.loads(quote.result)["instalments"], start=1):
            session.add(
                Instalment(
                    enrolment_id=enrolment.id,
                    number=index,
                    due_on=date.fromisoformat(row["date"]),
                    premium=row["premium"],
                    maintenance_fee=row["maintenance_fee"],
                    levy=row["levy"],
                )
            )
        session.flush()
    return enrolment
