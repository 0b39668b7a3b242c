"""The audit log: append-only, each entry chained to the one before by a keyed digest (P-011, A26).

Entries are collected while a use case runs and written as the last statements of its transaction,
so the chain is held only for a moment. The unique ``previous`` makes a fork impossible; triggers in
the database refuse changes and removals. A cut tail is found by comparing with an exported head.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, Text, event, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor
from hoshou.platform.context import platform
from hoshou.platform.db import Entity, Instant, db

GENESIS = "0" * 64
PENDING = "hoshou.audit.pending"
CHAIN_LOCK = 0x686F73686F75
"""PostgreSQL advisory lock that spares waiting writers a conflict on ``previous``."""


class AuditEntry(Entity):
    """One thing that happened. ``detail`` is canonical JSON without secrets."""

    __tablename__ = "platform_audit"
    __table_args__ = (
        # What happened to one thing, and whether something happened to it since: both by the index alone.
        Index("ix_platform_audit_object", "object_id", "object_kind", "action", "at"),
        {"extend_existing": False},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_name: Mapped[str] = mapped_column(String(200))
    actor_user_id: Mapped[int | None] = mapped_column(Integer)
    origin: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64), index=True)
    object_kind: Mapped[str] = mapped_column(String(64), index=True)
    object_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)

    def canonical(self) -> bytes:
        """The bytes that the digest covers."""
        fields = {
            "id": self.id,
            "at": self.at.isoformat(),
            "actor": [self.actor_kind, self.actor_name, self.actor_user_id, self.origin],
            "action": self.action,
            "object": [self.object_kind, self.object_id],
            "detail": self.detail,
            "previous": self.previous,
        }
        return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class AuditHead:
    """The newest entry's number and digest: kept elsewhere, it proves that nothing was cut off."""

    id: int
    digest: str


@dataclass(frozen=True)
class AuditProblem:
    entry_id: int
    code: str


def record(
    session: Session,
    clock: Clock,
    actor: Actor,
    action: str,
    object_kind: str = "",
    object_id: object = "",
    **detail: Any,
) -> None:
    """Note what happened; it is written when, and only if, the transaction commits."""
    session.info.setdefault(PENDING, []).append(
        AuditEntry(
            at=clock.now().replace(microsecond=0),
            actor_kind=actor.kind.value,
            actor_name=actor.name[:200],
            actor_user_id=actor.user_id,
            origin=actor.origin[:64],
            action=action,
            object_kind=object_kind,
            object_id=str(object_id),
            detail=_canonical_detail(detail),
        )
    )


def _canonical_detail(detail: Mapping[str, Any]) -> str:
    return json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def audit_key() -> bytes:
    """The running application's key of the chain."""
    return platform().keys.derive("audit")


@event.listens_for(db.session, "before_commit")
def write_pending(session: Session) -> None:
    """Write the collected entries as the last statements of the transaction."""
    pending: list[AuditEntry] = session.info.pop(PENDING, [])
    if pending:
        session.flush()
        _append(session, audit_key(), pending)


@event.listens_for(db.session, "after_rollback")
def drop_pending(session: Session) -> None:
    """What is undone leaves no entry."""
    session.info.pop(PENDING, None)


def _append(session: Session, key: bytes, entries: list[AuditEntry]) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHAIN_LOCK})
    head = read_head(session)
    last_id, last_digest = (head.id, head.digest) if head else (0, GENESIS)
    for entry in entries:
        entry.id = last_id = last_id + 1
        entry.previous = last_digest
        entry.digest = last_digest = _digest(key, entry)
    session.add_all(entries)
    session.flush()


def _digest(key: bytes, entry: AuditEntry) -> str:
    return hmac.new(key, entry.canonical(), hashlib.sha256).hexdigest()


def read_head(session: Session) -> AuditHead | None:
    """The newest entry, or None before the first."""
    row = session.execute(select(AuditEntry.id, AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)).first()
    return AuditHead(row.id, row.digest) if row else None


def verify(session: Session, key: bytes, exported: AuditHead | None = None) -> list[AuditProblem]:
    """Every break of the chain, oldest first; an empty list means that the log is whole.

    With an exported head, a log whose tail was cut off or rewritten is found too.
    """
    problems: list[AuditProblem] = []
    expected_id, previous, at_export = 1, GENESIS, None
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)):
        if entry.id != expected_id:
            problems.append(AuditProblem(entry.id, "gap"))
        if entry.previous != previous:
            problems.append(AuditProblem(entry.id, "broken_link"))
        if not hmac.compare_digest(entry.digest.encode(), _digest(key, entry).encode()):
            problems.append(AuditProblem(entry.id, "altered"))
        if exported is not None and entry.id == exported.id:
            at_export = entry.digest
        expected_id, previous = entry.id + 1, entry.digest
    if exported is not None and at_export != exported.digest:
        problems.append(AuditProblem(exported.id, "tail_missing"))
    return problems
