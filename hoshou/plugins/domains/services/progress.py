"""The one place in which an application moves, step by step (A-071)."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import queue
from hoshou.platform.mail.template import MailTemplate
from hoshou.plugins.domains.models import DomainApplication
from hoshou.plugins.domains.rules.stages import KIND_LABELS, Kind, Step, next_stage
from hoshou.plugins.domains.services.mails import REJECTED_MAIL

APPLICATION = "domains_application"


def hold(session: Session, application_id: int) -> DomainApplication:
    """The application, held for this transaction: others who would move it wait. Raises NotFound."""
    application = session.scalar(
        select(DomainApplication)
        .where(DomainApplication.id == application_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if application is None:
        raise application_unknown()
    return application


def application_unknown() -> NotFound:
    """A foreign application and none look the same."""
    return NotFound("application_not_found", N_("該当する申請が見つかりません。"))


def advance(
    session: Session, clock: Clock, actor: Actor, application: DomainApplication, step: Step, **changes: Any
) -> None:
    """Take the step, if the application still is where it was read.

    Raises Refused ``step_not_allowed``.
    """
    stage = application.current_stage
    target = next_stage(stage, step)
    moved = session.execute(
        update(DomainApplication)
        .where(DomainApplication.id == application.id, DomainApplication.stage == stage.value)
        .values(stage=target.value, **changes)
        .returning(DomainApplication.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if moved is None:
        raise Refused("step_not_allowed", N_("申請の状態が変わったため、この操作はできません。"))
    session.refresh(application)
    audit.record(
        session,
        clock,
        actor,
        f"domains.{step.value}",
        APPLICATION,
        application.id,
        reason=changes.get("reason", ""),
    )


def reject(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    application: DomainApplication,
    step: Step,
    reason: str,
    contact: str,
) -> None:
    """End the application by a rejecting step and tell the applicant why (A-077)."""
    advance(session, clock, actor, application, step, reason=reason, closed_at=clock.now())
    tell_applicant(session, clock, keys, actor, application, REJECTED_MAIL, REASON=reason, CONTACT=contact)


def tell_applicant(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    application: DomainApplication,
    template: MailTemplate,
    **values: str,
) -> None:
    """Queue the decision's mail (可否通知), once for each application."""
    queue(
        session,
        clock,
        keys,
        actor,
        template,
        application.email,
        {
            "RECEIPT": application.receipt,
            "KIND": KIND_LABELS[Kind(application.kind)],
            "DOMAIN": application.domains,
            "ORGANISATION": body_name(application),
            **values,
        },
        about=(APPLICATION, application.id),
        unique_key=f"domains.decision/{application.id}",
    )


def body_name(application: DomainApplication) -> str:
    """The organisation, with its department when there is one."""
    return f"{application.organisation} {application.department}".strip()
