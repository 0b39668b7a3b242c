"""The demo's group scheme: the year open, four members enrolled, one joining, one with a quote."""

from collections.abc import Iterable
from datetime import date
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock, FixedClock
from hoshou.base.dates import add_months
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.calculators import Calculators
from hoshou.platform.db import reading, transact, unit_of_work
from hoshou.platform.files.store import FileStore
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.demo.rules.accounts import SCHEME_ACCOUNTS
from hoshou.plugins.demo.rules.scheme import (
    APPLIED_AT,
    ASKING,
    BOOKED,
    BOOKED_AT,
    JOINING,
    MITSUI,
    NISSHIN,
    SHIPPED_AT,
    START,
    TOKYO,
    Company,
    SchemeAgency,
)
from hoshou.plugins.demo.services.parties import insurer_row
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Quote
from hoshou.plugins.guardkun.models.members import PrefectureAssociation, PrefectureStaff
from hoshou.plugins.guardkun.models.scheme import SchemeYear, YearState
from hoshou.plugins.guardkun.rules.application import ApplicationForm
from hoshou.plugins.guardkun.rules.checklist import CHECKLIST
from hoshou.plugins.guardkun.rules.member_rows import COLUMNS
from hoshou.plugins.guardkun.rules.particulars import MemberFacts
from hoshou.plugins.guardkun.rules.quote_form import QuoteForm
from hoshou.plugins.guardkun.services.apply import apply
from hoshou.plugins.guardkun.services.arrive import arrive
from hoshou.plugins.guardkun.services.batches import open_batch, ship_batch, start_batch
from hoshou.plugins.guardkun.services.book import book_batch
from hoshou.plugins.guardkun.services.issue import issue_batch, start_issue
from hoshou.plugins.guardkun.services.members_import import import_members
from hoshou.plugins.guardkun.services.quoting import make_quote, starts
from hoshou.plugins.guardkun.services.register import register
from hoshou.plugins.guardkun.services.send import forward, send_to_branch
from hoshou.plugins.guardkun.services.years import open_year
from hoshou.plugins.organisations.models import Branch
from hoshou.plugins.organisations.services.accounts import agency_called
from hoshou.plugins.premium.services.sample import person_called, seed_sample_rates

SEEDER = Actor(ActorKind.SYSTEM, "hoshou demo")
COMPANIES = (*(company for company, _agency in BOOKED), JOINING, ASKING)


def is_seeded(session: Session) -> bool:
    """Whether the demo's companies have quotes already."""
    return session.scalar(select(Quote.id).limit(1)) is not None


def seed_masters(session: Session, clock: Clock) -> None:
    """Rates by two people, the open year, agencies of two insurers, six members and the prefecture's person."""
    seed_sample_rates(session, clock, person_called(session, "lead"), person_called(session, "admin"))
    year = session.scalars(select(SchemeYear).where(SchemeYear.period_start == START)).one()
    if year.state == YearState.DRAFT.value:
        open_year(session, clock, SEEDER, year.id)
    for one in (MITSUI, NISSHIN):
        insurer = insurer_row(session, one.insurer)
        branch = Branch(insurer_id=insurer.id, code="101", name="東京第一支社", phone="03-0000-0101")
        session.add(branch)
        session.flush()
        session.add(
            AgencyRegistration(
                registration_number=one.agency.code,
                agency_id=agency_called(session, one.agency.name).id,
                insurer_id=insurer.id,
                branch_id=branch.id,
                office_code=one.office_code,
                share_pattern=one.share_pattern,
                contact_name="窓口 花子",
                phone="03-0000-1234",
                postal_code="100-0000",
                address="東京都千代田区見本町1-2-3",
            )
        )
    import_members(session, clock, SEEDER, _member_file(COMPANIES))
    tokyo = session.scalars(select(PrefectureAssociation).where(PrefectureAssociation.code == TOKYO)).one()
    tokyo.email = SCHEME_ACCOUNTS[-1].email
    session.add(PrefectureStaff(user_id=person_called(session, "prefecture").user_id, prefecture_id=tokyo.id))
    session.flush()


def enrol(calculators: Calculators, keys: KeyRing, files: FileStore) -> None:
    """Four members from the quote to the shipped certificate, each step on its day."""
    applied, booked, shipped = FixedClock(APPLIED_AT), FixedClock(BOOKED_AT), FixedClock(SHIPPED_AT)
    lead = Subject(0, "hoshou demo", "", frozenset({Role.LEAD_OFFICE.value}))
    for company, agency in BOOKED:
        number = transact(partial(_application, applied, calculators, company, agency, START))
        transact(partial(_to_lead_office, applied, keys, agency, number, lead))
    with unit_of_work() as session:
        year = session.scalars(select(SchemeYear).where(SchemeYear.period_start == START)).one()
        batch = open_batch(session, booked, SEEDER, lead, year.id, START, 1).id
        start_batch(session, booked, SEEDER, lead, batch)
    book_batch(unit_of_work, booked, SEEDER, batch, _tell)
    transact(lambda session: start_issue(session, booked, SEEDER, lead, batch))
    issue_batch(unit_of_work, reading, booked, files, SEEDER, batch, _tell)
    transact(lambda session: ship_batch(session, shipped, SEEDER, lead, batch, SHIPPED_AT.date()))


def begin_next(clock: Clock, calculators: Calculators) -> None:
    """An application and a quote for the next start that can still be met, where the year has one left."""
    with reading() as session:
        days = [day for day in starts(session, clock.today()) if day > add_months(clock.today(), 1)]
    if days:
        transact(partial(_application, clock, calculators, JOINING, MITSUI, days[0]))
        transact(partial(_quote, clock, calculators, ASKING, MITSUI, days[0]))


def _quote(
    clock: Clock, calculators: Calculators, company: Company, agency: SchemeAgency, start: date, session: Session
) -> Quote:
    registration = session.scalars(
        select(AgencyRegistration).where(AgencyRegistration.registration_number == agency.agency.code)
    ).one()
    form = QuoteForm(
        registration_id=str(registration.id),
        prospect_name=company.name,
        start=start.isoformat(),
        limit=str(company.limit),
        sales=str(company.sales),
        fiscal_year_end="2026-03-31",
        evidence="決算書",
    )
    return make_quote(session, clock, SEEDER, _agent(registration), calculators, form)


def _application(
    clock: Clock, calculators: Calculators, company: Company, agency: SchemeAgency, start: date, session: Session
) -> int:
    quote = _quote(clock, calculators, company, agency, start, session)
    form = ApplicationForm(
        quote_id=quote.id,
        prefecture_code=TOKYO,
        member_number=company.number,
        applicant_name=company.name,
        facts=MemberFacts(
            company_name=company.name,
            company_kana=company.kana,
            representative_title="代表取締役",
            representative=company.representative,
            postal_code="160-0000",
            address="東京都新宿区見本町4-5-6",
            phone="03-0000-5678",
        ),
        mandate_collected=True,
    )
    return apply(session, clock, SEEDER, _agent(quote.registration), form).id


def _to_lead_office(
    clock: Clock, keys: KeyRing, agency: SchemeAgency, number: int, lead: Subject, session: Session
) -> None:
    registration = session.get_one(Enrolment, number).registration
    agent = _agent(registration)
    branch = Subject(
        0, "hoshou demo", "", frozenset({Role.INSURER.value}), registration.insurer_id, registration.branch_id
    )
    register(session, clock, SEEDER, agent, number)
    send_to_branch(session, clock, SEEDER, agent, number, copy_kept=True)
    ticked = [item.key for item in CHECKLIST]
    forward(session, clock, SEEDER, branch, number, ticked=ticked, copy_kept=True)
    arrive(session, clock, keys, SEEDER, lead, number, clock.now())


def _agent(registration: AgencyRegistration) -> Subject:
    return Subject(0, "hoshou demo", "", frozenset({Role.AGENCY.value}), agency_id=registration.agency_id)


def _member_file(companies: Iterable[Company]) -> bytes:
    rows = [",".join(COLUMNS.values())]
    rows += [f"{TOKYO},{company.number},{company.name},{company.kana},2020-04-01," for company in companies]
    return ("\ufeff" + "\r\n".join(rows) + "\r\n").encode()


def _tell(_done: int, _total: int) -> None:
    """The demo is made quicker than its progress could be told."""
