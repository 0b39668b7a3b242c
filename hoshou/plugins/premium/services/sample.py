"""The sample rates as an approved table, for demonstrations and trials (D-21)."""

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor, ActorKind
from hoshou.plugins.premium.models import RateState, RateTableVersion
from hoshou.plugins.premium.rules.golden import SAMPLE_FILE, SAMPLE_NAME
from hoshou.plugins.premium.services.rate_tables import approve, draft
from hoshou.plugins.premium.services.sheet_file import read_sheet_file


def sample_file() -> bytes:
    """The sample rates in the form that the import takes."""
    return SAMPLE_FILE.read_bytes()


def seed_sample_rates(session: Session, clock: Clock, drafter: Actor, approver: Actor) -> RateTableVersion | None:
    """The sample rates, drafted by one person and approved by another; None where a sample is approved already.

    Raises Forbidden ``second_person`` and ``not_a_person``.
    """
    sheet = read_sheet_file(sample_file())
    known = select(RateTableVersion.id).where(
        RateTableVersion.rates_id == sheet.document["id"],
        RateTableVersion.is_sample,
        RateTableVersion.state == RateState.APPROVED.value,
    )
    if session.scalar(known.limit(1)) is not None:
        return None
    table = draft(session, clock, drafter, sheet, SAMPLE_NAME)
    return approve(session, clock, approver, table.id)


def person_called(session: Session, username: str) -> Actor:
    """The active user as who drafts or approves. Raises NotFound ``user_unknown``."""
    user = session.scalar(select(User).where(User.username == username, User.active.is_(True)))
    if user is None:
        raise NotFound(
            "user_unknown", N_("ユーザー「%(name)s」は登録されていません。"), field="name", name=username
        )
    return Actor(ActorKind.STAFF, user.username, user.id)
