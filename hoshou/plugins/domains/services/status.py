"""How far one's own application has come: asked with the receipt number and the mail address (A-074)."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import fold
from hoshou.base.mail_addresses import comparable_address
from hoshou.base.networks import subnet
from hoshou.platform import throttle
from hoshou.platform.throttle import Limit
from hoshou.plugins.domains.models import DomainApplication
from hoshou.plugins.domains.rules.receipt import receipt_typed

WINDOW = timedelta(minutes=15)
TRIES_PER_SUBNET = 10
TRIES_OF_EVERYBODY = 1000


def limits_for(origin: str) -> tuple[Limit, ...]:
    """Narrow limits first: one network's tries never use up everybody's."""
    return (
        Limit(f"domains-status/{subnet(origin)}", TRIES_PER_SUBNET, WINDOW),
        Limit("domains-status", TRIES_OF_EVERYBODY, WINDOW),
    )


def reserve(session: Session, clock: Clock, origin: str) -> None:
    """Take a try from this network. Raises TooManyTries."""
    throttle.reserve(session, clock, *limits_for(origin))


def accept(session: Session, origin: str) -> None:
    """The pair was right: the try doesn't count."""
    throttle.release(session, *limits_for(origin))


def find_own(session: Session, receipt: str, email: str) -> DomainApplication:
    """The application with this receipt number and applicant's address.

    Raises the one Refused ``application_not_found`` whichever of the two is wrong.
    """
    number = receipt_typed(receipt)
    found = (
        session.scalar(select(DomainApplication).where(DomainApplication.receipt == number)) if number else None
    )
    try:
        is_own = found is not None and comparable_address(fold(email)) == comparable_address(found.email)
    except Refused:
        is_own = False
    if found is None or not is_own:
        raise Refused(
            "application_not_found", N_("受付番号またはメールアドレスが正しくありません。"), field="receipt"
        )
    return found
