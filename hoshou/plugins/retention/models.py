"""What was deleted because its time was over, and what was announced before."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from hoshou.platform.db import Entity, Instant


class RetentionPurge(Entity):
    """A folder that became a tombstone; committed with it, so that there is one for each and never two (F5)."""

    __tablename__ = "retention_purge"

    folder_id: Mapped[int] = mapped_column(ForeignKey("bonds_folder.id"), primary_key=True)
    insurance_end: Mapped[date] = mapped_column(Date)
    purged_at: Mapped[datetime] = mapped_column(Instant)
    reported_at: Mapped[datetime | None] = mapped_column(Instant)


class RetentionNotice(Entity):
    """A notice that went out for one deletion day: another day, after an added upload, is announced anew."""

    __tablename__ = "retention_notice"

    folder_id: Mapped[int] = mapped_column(ForeignKey("bonds_folder.id"), primary_key=True)
    purge_on: Mapped[date] = mapped_column(Date, primary_key=True)
    days: Mapped[int] = mapped_column(Integer, primary_key=True)
    sent_at: Mapped[datetime] = mapped_column(Instant)
