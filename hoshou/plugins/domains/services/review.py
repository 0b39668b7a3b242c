"""The association's review: the first of the two approvals (A-071)."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.domains.models import Decision, DomainApplication
from hoshou.plugins.domains.rules.form import REASON_LENGTH, one_line
from hoshou.plugins.domains.rules.stages import Kind, Stage, Step, next_stage
from hoshou.plugins.domains.rules.terms import Approval, Terms
from hoshou.plugins.domains.services.progress import advance, hold, reject
from hoshou.plugins.domains.services.registered import registered_row
from hoshou.plugins.domains.services.scope import require_association
from hoshou.plugins.domains.services.settle import settle


def review(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    subject: Subject,
    application_id: int,
    decision: Decision,
    reason: str,
    *,
    terms: Terms,
    contact: str,
) -> None:
    """Approve the application, or reject it with a reason that the applicant is told.

    Raises Forbidden for anyone but the association, NotFound, and Refused ``step_not_allowed``,
    ``domain_not_registered``, ``domain_registered``, ``domain_in_progress``, or what ``one_line`` raises for the reason.
    """
    require_association(subject)
    application = hold(session, application_id)
    if decision is Decision.REJECT:
        reason = one_line(reason, REASON_LENGTH)
        reject(session, clock, keys, actor, application, Step.ASSOCIATION_REJECTS, reason, contact)
        return
    next_stage(application.current_stage, Step.ASSOCIATION_APPROVES)
    _check_effect(session, application)
    advance(session, clock, actor, application, Step.ASSOCIATION_APPROVES, reviewed_at=clock.now())
    if terms.approval is Approval.ASSOCIATION:
        settle(session, clock, actor, terms, application)


def _check_effect(session: Session, application: DomainApplication) -> None:
    """Whether the registration would do what is applied for."""
    if application.kind != Kind.ADD and registered_row(session, application.domain) is None:
        raise Refused(
            "domain_not_registered",
            N_("ドメイン「%(domain)s」は登録されていないため、変更・削除を承認できません。"),
            domain=application.domain,
        )
    entered = application.domain if application.kind == Kind.ADD else application.new_domain
    if registered_row(session, entered) is not None:
        raise Refused(
            "domain_registered",
            N_("ドメイン「%(domain)s」はすでに登録されているため、承認できません。"),
            domain=entered,
        )
    other = approved_alongside(session, application)
    if other is not None:
        raise Refused(
            "domain_in_progress",
            N_("同じドメインについて、別の申請（受付番号 %(receipt)s）の承認が進んでいます。"),
            receipt=other.receipt,
        )


def approved_alongside(session: Session, application: DomainApplication) -> DomainApplication | None:
    """Another application for one of the same domains that waits for votes or registration."""
    concerned = [domain for domain in (application.domain, application.new_domain) if domain]
    return session.scalar(
        select(DomainApplication)
        .where(
            DomainApplication.id != application.id,
            DomainApplication.stage.in_((Stage.REVIEWED.value, Stage.APPROVED.value)),
            or_(DomainApplication.domain.in_(concerned), DomainApplication.new_domain.in_(concerned)),
        )
        .order_by(DomainApplication.id)
        .limit(1)
    )
