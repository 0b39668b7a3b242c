"""Whether an address may log in as an orderer (A-043, A-060, D-13)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.mail_addresses import mail_domain
from hoshou.plugins.domains.models import DomainState, OrdererDomain


def is_registered(session: Session, clock: Clock, address: str) -> bool:
    """Whether the address's domain, compared whole, is registered and usable today.

    Raises Refused for an address whose domain isn't beyond doubt.
    """
    found = session.scalar(
        select(OrdererDomain.id).where(
            OrdererDomain.domain == mail_domain(address),
            OrdererDomain.state == DomainState.REGISTERED.value,
            OrdererDomain.usable_from <= clock.today(),
        )
    )
    return found is not None
