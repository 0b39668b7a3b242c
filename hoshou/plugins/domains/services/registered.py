"""Which domains are registered: who may log in, and the public list (A-043, A-060, A-075, A-076, D-13)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.japanese import fold
from hoshou.base.mail_addresses import mail_domain
from hoshou.plugins.domains.models import DomainState, OrdererDomain

BODIES_PER_PAGE = 100


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


def registered_row(session: Session, domain: str) -> OrdererDomain | None:
    """The domain's row, when it is registered."""
    return session.scalar(
        select(OrdererDomain).where(
            OrdererDomain.domain == domain, OrdererDomain.state == DomainState.REGISTERED.value
        )
    )


@dataclass(frozen=True)
class Bodies:
    """Some of the registered bodies: pairs of organisation and department, never a domain.

    ``after`` is the pair to go on from, or None at the end.
    """

    rows: list[tuple[str, str]]
    after: tuple[str, str] | None


def registered_bodies(session: Session, search: str, after: tuple[str, str] | None = None) -> Bodies:
    """The next hundred bodies whose organisation or department holds what is searched for, in their order."""
    organisation, department = OrdererDomain.organisation, OrdererDomain.department
    statement = (
        select(organisation, department).where(OrdererDomain.state == DomainState.REGISTERED.value).distinct()
    )
    words = "".join(c for c in search if c.isprintable()).strip()
    for word in words.split():
        statement = statement.where(
            or_(
                *(
                    column.contains(form, autoescape=True)
                    for column in (organisation, department)
                    for form in dict.fromkeys((word, fold(word)))
                )
            )
        )
    if after:
        statement = statement.where(organisation >= after[0], or_(organisation > after[0], department > after[1]))
    rows = session.execute(statement.order_by(organisation, department).limit(BODIES_PER_PAGE + 1)).tuples().all()
    shown = list(rows[:BODIES_PER_PAGE])
    return Bodies(shown, shown[-1] if len(rows) > BODIES_PER_PAGE else None)


def organisations_of(session: Session, domains: Collection[str]) -> dict[str, str]:
    """Whose each of these domains is or was: organisation and department. Unknown ones are left out."""
    if not domains:
        return {}
    rows = session.execute(
        select(OrdererDomain.domain, OrdererDomain.organisation, OrdererDomain.department).where(
            OrdererDomain.domain.in_(domains)
        )
    )
    return {row.domain: f"{row.organisation} {row.department}".strip() for row in rows}
