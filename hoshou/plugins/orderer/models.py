"""Login attempts of orderers, each with its one-time password (A-042 to A-047, D-05, A6, A7)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hoshou.platform.db import Entity, Instant


class OrdererAttempt(Entity):
    """One login: URL and password were right, the domain is registered, a one-time password was mailed.

    Of the password only a keyed digest is kept; it is bound to this attempt, and the attempt to the
    browser by a cookie of its own.
    """

    __tablename__ = "orderer_attempt"

    public_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    folder_id: Mapped[int] = mapped_column(ForeignKey("bonds_folder.id"), index=True)
    password_serial: Mapped[int] = mapped_column(Integer)
    address: Mapped[str] = mapped_column(String(320), index=True)
    cookie_digest: Mapped[str] = mapped_column(String(64))
    otp_digest: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
