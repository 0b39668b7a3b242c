"""What staff accounts have besides Flask-AppBuilder's user: a second step, tokens, one-time links."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hoshou.platform.db import Entity, Instant


class StaffTotp(Entity):
    """The second step of one user. It counts once ``confirmed_at`` is set."""

    __tablename__ = "platform_staff_totp"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_step: Mapped[int] = mapped_column(Integer, default=0)
    """The newest 30-second step that was used: a code counts once."""


class ApiToken(Entity):
    """A personal token for the REST API. Only its keyed digest is kept."""

    __tablename__ = "platform_api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class StaffLink(Entity):
    """A one-time link by which a user sets a password: nobody else ever knows it."""

    __tablename__ = "platform_staff_link"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
