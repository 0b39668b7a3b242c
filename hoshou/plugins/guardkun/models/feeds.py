"""Addresses at which a calendar program reads the scheme's dates without a login."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hoshou.platform.db import Entity, Instant


class CalendarFeed(Entity):
    """A user's feed of the scheme's dates. Only the keyed digest of its address's secret is kept.

    A user has one: a new address takes the old one's place, and revoking it leaves none.
    """

    __tablename__ = "guardkun_calendar_feed"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
