"""The audit log's chain, on both databases (P-011, A26)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from hoshou.base.clock import FixedClock
from hoshou.platform import audit
from hoshou.platform.actor import SYSTEM
from hoshou.platform.db import db, unit_of_work

TRIGGERS = {
    "sqlite": ["DROP TRIGGER platform_audit_no_update", "DROP TRIGGER platform_audit_no_delete"],
    "postgresql": ["DROP TRIGGER platform_audit_append_only ON platform_audit"],
}


@contextmanager
def unguarded() -> Iterator[None]:
    """As an insider with all rights over the database would have it."""
    with unit_of_work() as session:
        for statement in TRIGGERS[db.engine.dialect.name]:
            session.execute(text(statement))
    yield


def write(clock: FixedClock, count: int) -> None:
    for number in range(count):
        with unit_of_work() as session:
            audit.record(session, clock, SYSTEM, "test.happened", "thing", number, number=number)


@pytest.mark.req("P-011", "A26")
def test_a_whole_chain_verifies(app_on_both: Flask, clock: FixedClock) -> None:
    write(clock, 5)
    assert audit.verify(db.session(), audit.audit_key()) == []


@pytest.mark.req("P-011", "A26")
@pytest.mark.parametrize("column", ["detail", "actor_name", "action", "at", "object_id"])
def test_an_altered_entry_is_found(app_on_both: Flask, clock: FixedClock, column: str) -> None:
    write(clock, 5)
    value = clock.now().replace(year=2030) if column == "at" else "forged"
    with unguarded(), unit_of_work() as session:
        session.execute(update(audit.AuditEntry).where(audit.AuditEntry.id == 3).values({column: value}))
    assert [(p.entry_id, p.code) for p in audit.verify(db.session(), audit.audit_key())] == [(3, "altered")]


@pytest.mark.req("A26")
def test_a_removed_entry_is_found(app_on_both: Flask, clock: FixedClock) -> None:
    write(clock, 5)
    with unguarded(), unit_of_work() as session:
        session.query(audit.AuditEntry).filter_by(id=3).delete()
    assert "gap" in [p.code for p in audit.verify(db.session(), audit.audit_key())]


@pytest.mark.req("A26")
def test_a_cut_tail_is_found_through_the_exported_head(app_on_both: Flask, clock: FixedClock) -> None:
    write(clock, 5)
    head = audit.read_head(db.session())
    with unguarded(), unit_of_work() as session:
        session.query(audit.AuditEntry).filter(audit.AuditEntry.id > 3).delete()
    assert audit.verify(db.session(), audit.audit_key()) == []
    assert [p.code for p in audit.verify(db.session(), audit.audit_key(), head)] == ["tail_missing"]


@pytest.mark.req("P-011")
def test_what_is_rolled_back_leaves_no_entry(app_on_both: Flask, clock: FixedClock) -> None:
    with pytest.raises(RuntimeError), unit_of_work() as session:
        audit.record(session, clock, SYSTEM, "test.happened")
        raise RuntimeError
    write(clock, 1)
    assert db.session.query(audit.AuditEntry).filter_by(action="test.happened").count() == 1


@pytest.mark.req("A26")
@pytest.mark.parametrize(
    "statement", ["UPDATE platform_audit SET action = 'forged'", "DELETE FROM platform_audit"]
)
def test_the_database_itself_refuses_changes(app_on_both: Flask, clock: FixedClock, statement: str) -> None:
    write(clock, 1)
    with pytest.raises(DBAPIError, match="append-only"), unit_of_work() as session:
        session.execute(text(statement))
