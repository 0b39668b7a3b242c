"""Whether an orderer's contract terms provide for bonds in electronic form (A-010)."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.japanese import fold
from hoshou.plugins.organisations.models import Orderer


def has_ready_terms(session: Session, name: str, day: date) -> bool:
    """Whether somebody has noted that the terms of the orderer of this name are ready on that day."""
    found = select(Orderer.id).where(Orderer.name == fold(name), Orderer.terms_ready_on <= day)
    return session.scalar(found) is not None
