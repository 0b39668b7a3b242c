"""The table of stored files. Plugins' tables point to it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Index, Integer, LargeBinary, String, and_, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor
from hoshou.platform.db import Entity, Instant
from hoshou.platform.files.store import StoredBlob


class StoredFile(Entity):
    """One file. ``original_name`` is data and never part of a path; a deleted file's row stays.

    ``deleted_at`` says since when nobody can read it, ``erased_at`` since when its content is off the disk.
    """

    __tablename__ = "platform_file"
    __table_args__ = (
        Index(
            "ix_platform_file_unerased",
            "id",
            sqlite_where=text("deleted_at IS NOT NULL AND erased_at IS NULL"),
            postgresql_where=text("deleted_at IS NOT NULL AND erased_at IS NULL"),
        ),
        {"extend_existing": False},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    storage_key: Mapped[str] = mapped_column(String(32), unique=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(Integer)
    original_name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16), index=True)
    uploaded_by: Mapped[str] = mapped_column(String(200))
    uploaded_by_user_id: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def blob(self) -> StoredBlob:
        """What the file store needs to read the content."""
        return StoredBlob(self.storage_key, self.sha256, self.size, self.wrapped_key, self.key_id)


def keep(
    session: Session, clock: Clock, actor: Actor, blob: StoredBlob, original_name: str, media_type: str
) -> StoredFile:
    """The row of content that was put before; until this commits, the content is an orphan."""
    (file,) = keep_all(session, clock, actor, [(blob, original_name)], media_type)
    return file


def keep_all(
    session: Session, clock: Clock, actor: Actor, contents: Iterable[tuple[StoredBlob, str]], media_type: str
) -> list[StoredFile]:
    """The rows of contents with their original names, in order, as ``keep`` makes them."""
    files = [
        StoredFile(
            storage_key=blob.storage_key,
            sha256=blob.sha256,
            size=blob.size,
            wrapped_key=blob.wrapped_key,
            key_id=blob.key_id,
            original_name=original_name,
            media_type=media_type,
            uploaded_by=actor.name[:200],
            uploaded_by_user_id=actor.user_id,
            created_at=clock.now(),
        )
        for blob, original_name in contents
    ]
    session.add_all(files)
    session.flush()
    return files


def bury(clock: Clock, file: StoredFile) -> None:
    """Mark a file as deleted and forget its key: from the commit on, nobody can read the content.

    The caller erases the content after the commit (``hoshou.platform.files.erase``); if that fails, the sweep
    does it.
    """
    file.deleted_at = clock.now()
    file.wrapped_key = b""


def is_unerased() -> ColumnElement[bool]:
    """Buried, and its content may still lie on the disk."""
    return and_(StoredFile.deleted_at.is_not(None), StoredFile.erased_at.is_(None))
