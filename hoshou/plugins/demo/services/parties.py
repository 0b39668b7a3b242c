"""The demo's agencies, staff and orderers' domains, entered once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.japanese import fold
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.keys import KeyRing
from hoshou.platform.staff.passwords import set_password
from hoshou.plugins.demo.rules.accounts import ACCOUNTS, PASSWORD
from hoshou.plugins.demo.rules.parties import AGENCIES, ORDERERS, Insurer, Orderer
from hoshou.plugins.demo.rules.portfolio import RELEASE, DemoPolicy
from hoshou.plugins.domains.models import DomainApplication, DomainState, OrdererDomain
from hoshou.plugins.domains.rules.form import Details
from hoshou.plugins.domains.rules.stages import Kind, Stage, Step
from hoshou.plugins.domains.services.apply import apply
from hoshou.plugins.domains.services.progress import advance
from hoshou.plugins.organisations.models import Agency, AgencyCode
from hoshou.plugins.organisations.models import Insurer as InsurerRow
from hoshou.plugins.organisations.models import Orderer as OrdererRow
from hoshou.plugins.organisations.services.accounts import agency_called
from hoshou.plugins.organisations.services.administration import UserDetails, create_user

SEEDER = Actor(ActorKind.SYSTEM, "hoshou demo")
USABLE_FOR = timedelta(days=200)

REGISTERED, REVIEWED, APPLIED = ORDERERS[0], ORDERERS[2], ORDERERS[9]
"""The orderers whose domain has come so far: registered, with the insurers, with the association."""


def seed_agencies(session: Session, policies: tuple[DemoPolicy, ...]) -> None:
    """Each agency with a code at every insurer whose policies it handles."""
    for agency in AGENCIES:
        row = session.scalar(select(Agency).where(Agency.name == agency.name))
        if row is None:
            row = Agency(name=agency.name, email=agency.email)
            session.add(row)
        known = {code.insurer_id for code in row.codes}
        for insurer in dict.fromkeys(policy.insurer for policy in policies if policy.agency == agency):
            insurer_id = insurer_row(session, insurer).id
            if insurer_id not in known:
                row.codes.append(AgencyCode(insurer_id=insurer_id, code=agency.code))
    session.flush()


def seed_orderers(session: Session) -> None:
    """The orderers' offices; the terms of all but the last were made ready for the release."""
    known = set(session.scalars(select(OrdererRow.name)))
    for orderer in ORDERERS:
        name = fold(orderer.office)
        if name not in known:
            ready = RELEASE if orderer is not ORDERERS[-1] else None
            session.add(OrdererRow(name=name, terms_ready_on=ready))
            known.add(name)


def seed_accounts(session: Session, clock: Clock) -> None:
    """A staff user for every role, agency and insurer. Needs roles and agencies."""
    known = set(session.scalars(select(User.username)))
    for account in ACCOUNTS:
        if account.username in known:
            continue
        details = UserDetails(
            username=account.username,
            last_name=account.last_name,
            first_name=account.first_name,
            email=account.email,
            active=True,
            roles=[account.role],
            insurer_id=insurer_row(session, account.insurer).id if account.insurer else None,
            agency_id=agency_called(session, account.agency.name).id if account.agency else None,
        )
        user = create_user(session, clock, SEEDER, details)
        set_password(session, clock, SEEDER, user, PASSWORD)


def seed_domains(session: Session, clock: Clock, keys: KeyRing, settings: Mapping[str, Any]) -> None:
    """One registered domain, one that waits for the insurers' votes, one that waits for the association."""
    if session.scalar(select(OrdererDomain).where(OrdererDomain.domain == REGISTERED.domain)) is None:
        session.add(
            OrdererDomain(
                domain=REGISTERED.domain,
                organisation=REGISTERED.body,
                state=DomainState.REGISTERED.value,
                usable_from=max(RELEASE, clock.today() - USABLE_FOR),
                changed_at=clock.now(),
            )
        )
    reviewed, _applied = (_application(session, clock, keys, orderer, settings) for orderer in (REVIEWED, APPLIED))
    if reviewed.stage == Stage.APPLIED.value:
        advance(session, clock, SEEDER, reviewed, Step.ASSOCIATION_APPROVES, reviewed_at=clock.now())


def _application(
    session: Session, clock: Clock, keys: KeyRing, orderer: Orderer, settings: Mapping[str, Any]
) -> DomainApplication:
    details = Details(
        kind=Kind.ADD,
        domain=orderer.domain,
        new_domain="",
        organisation=orderer.body,
        department="",
        applicant_name="契約 花子",
        email=f"keiyaku@{orderer.domain}",
        phone="000-0000-0000",
    )
    return apply(
        session,
        clock,
        keys,
        SEEDER,
        details,
        f"demo/{orderer.domain}",
        contact=settings["DOMAIN_CONTACT_EMAIL"],
        status_url=f"{settings['PUBLIC_URL']}/domains/status",
    )


def insurer_row(session: Session, insurer: Insurer) -> InsurerRow:
    """The participating insurer of that name."""
    return session.scalars(select(InsurerRow).where(InsurerRow.name == insurer.name)).one()
