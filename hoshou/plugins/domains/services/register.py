"""The registration: four times a year, what is approved takes effect, and the applicants are told (A-072, A-073, A-077)."""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.calendar import load_calendar
from hoshou.platform.keys import KeyRing
from hoshou.plugins.domains.models import DomainApplication, DomainState, OrdererDomain
from hoshou.plugins.domains.rules.batches import registration_day
from hoshou.plugins.domains.rules.stages import Kind, Stage, Step
from hoshou.plugins.domains.rules.terms import Terms
from hoshou.plugins.domains.services.mails import APPROVED_MAIL
from hoshou.plugins.domains.services.progress import advance, hold, tell_applicant
from hoshou.plugins.domains.services.settle import settle

DOMAIN = "domains_domain"


def waiting_for_votes(session: Session) -> list[int]:
    """The applications with the insurers, oldest first."""
    return _at(session, Stage.REVIEWED)


def settle_again(session: Session, clock: Clock, actor: Actor, terms: Terms, application_id: int) -> bool:
    """Approve an application that lacked only the vote of an insurer that takes part no longer."""
    application = hold(session, application_id)
    return application.stage == Stage.REVIEWED.value and settle(session, clock, actor, terms, application)


def due_for_registration(session: Session, clock: Clock, terms: Terms) -> list[int]:
    """The approved applications whose batch's day has come, oldest first.

    Raises Refused ``past_horizon`` where the calendar doesn't reach.
    """
    calendar, today = load_calendar(session), clock.today()
    months = session.scalars(
        select(DomainApplication.batch_month)
        .where(DomainApplication.stage == Stage.APPROVED.value, DomainApplication.batch_month <= today)
        .distinct()
    )
    due = [month for month in months if registration_day(month, terms.registration_day, calendar) <= today]
    return _at(session, Stage.APPROVED, DomainApplication.batch_month.in_(due))


def register(session: Session, clock: Clock, keys: KeyRing, actor: Actor, application_id: int) -> bool:
    """Let one approved application take effect today and tell the applicant; False when it already has."""
    application = hold(session, application_id)
    if application.stage != Stage.APPROVED.value:
        return False
    today = clock.today()
    advance(session, clock, actor, application, Step.REGISTER, registered_on=today, closed_at=clock.now())
    if application.kind != Kind.ADD:
        _remove(session, clock, actor, application)
    if application.kind != Kind.REMOVE:
        _enter(session, clock, actor, application)
    tell_applicant(
        session, clock, keys, actor, application, APPROVED_MAIL, REGISTERED_ON=today.strftime("%Y/%m/%d")
    )
    return True


def _at(session: Session, stage: Stage, *conditions: ColumnElement[bool]) -> list[int]:
    statement = select(DomainApplication.id).where(DomainApplication.stage == stage.value, *conditions)
    return list(session.scalars(statement.order_by(DomainApplication.id)))


def _remove(session: Session, clock: Clock, actor: Actor, application: DomainApplication) -> None:
    session.execute(
        update(OrdererDomain)
        .where(OrdererDomain.domain == application.domain)
        .values(state=DomainState.REMOVED.value, changed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    audit.record(
        session, clock, actor, "domains.domain_removed", DOMAIN, domain=application.domain, by=application.receipt
    )


def _enter(session: Session, clock: Clock, actor: Actor, application: DomainApplication) -> None:
    """The row of a domain that was removed before is used again."""
    domain = application.new_domain or application.domain
    entered = {
        "organisation": application.organisation,
        "department": application.department,
        "state": DomainState.REGISTERED.value,
        "usable_from": clock.today(),
        "changed_at": clock.now(),
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(OrdererDomain)
        .values(domain=domain, **entered)
        .on_conflict_do_update(index_elements=["domain"], set_=entered)
    )
    audit.record(session, clock, actor, "domains.domain_entered", DOMAIN, domain=domain, by=application.receipt)
