"""Applying for a domain (A-070, A-072, A-074): kept, with a receipt number, and told to both sides."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.mail_addresses import comparable_address
from hoshou.base.networks import subnet
from hoshou.platform import audit, throttle
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import queue
from hoshou.platform.throttle import Limit
from hoshou.plugins.domains.models import DomainApplication
from hoshou.plugins.domains.rules.batches import batch_month
from hoshou.plugins.domains.rules.form import Details
from hoshou.plugins.domains.rules.receipt import new_receipt
from hoshou.plugins.domains.rules.stages import KIND_LABELS, Stage
from hoshou.plugins.domains.services.mails import NOTICE_MAIL, RECEIPT_MAIL
from hoshou.plugins.domains.services.progress import APPLICATION, body_name

DAY = timedelta(days=1)
APPLICATIONS_PER_ADDRESS = 5
APPLICATIONS_PER_SUBNET = 20
APPLICATIONS_OF_EVERYBODY = 300


def limits_for(keys: KeyRing, email: str, origin: str) -> tuple[Limit, ...]:
    """Narrow limits first: nobody floods a stranger's mail box, or the association's (A21)."""
    who = keys.fingerprint("domains-applicant", comparable_address(email))[:32]
    return (
        Limit(f"domains-apply-from/{subnet(origin)}", APPLICATIONS_PER_SUBNET, DAY),
        Limit(f"domains-apply-to/{who}", APPLICATIONS_PER_ADDRESS, DAY),
        Limit("domains-apply", APPLICATIONS_OF_EVERYBODY, DAY),
    )


def reserve(session: Session, clock: Clock, keys: KeyRing, email: str, origin: str) -> None:
    """Take one application of this address from this network. Raises TooManyTries."""
    throttle.reserve(session, clock, *limits_for(keys, email, origin))


def sent_before(session: Session, request_key: str) -> DomainApplication | None:
    """The application that this very form made already."""
    return session.scalar(select(DomainApplication).where(DomainApplication.request_key == request_key))


def apply(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    details: Details,
    request_key: str,
    *,
    contact: str,
    status_url: str,
) -> DomainApplication:
    """Keep the application and queue its receipt and the association's notice.

    The same ``request_key`` again gives the same application, and no further mail.
    """
    before = sent_before(session, request_key)
    if before is not None:
        return before
    now = clock.now()
    application = DomainApplication(
        receipt=new_receipt(),
        request_key=request_key,
        kind=details.kind.value,
        domain=details.domain,
        new_domain=details.new_domain,
        organisation=details.organisation,
        department=details.department,
        applicant_name=details.applicant_name,
        email=details.email,
        phone=details.phone,
        consented_at=now,
        applied_at=now,
        batch_month=batch_month(clock.today()),
        stage=Stage.APPLIED.value,
    )
    session.add(application)
    session.flush()
    told = {
        "RECEIPT": application.receipt,
        "KIND": KIND_LABELS[details.kind],
        "DOMAIN": application.domains,
        "EXPECTED": f"{application.batch_month:%Y年%-m月}下旬",
    }
    about = (APPLICATION, application.id)
    queue(
        session,
        clock,
        keys,
        actor,
        RECEIPT_MAIL,
        application.email,
        {**told, "STATUS_URL": status_url},
        about=about,
    )
    queue(
        session,
        clock,
        keys,
        actor,
        NOTICE_MAIL,
        contact,
        {**told, "ORGANISATION": body_name(application)},
        about=about,
    )
    audit.record(
        session,
        clock,
        actor,
        "domains.applied",
        APPLICATION,
        application.id,
        kind=application.kind,
        domains=application.domains,
    )
    return application
