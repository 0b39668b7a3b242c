"""The audit log's chain, on both databases (P-011, A26)."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from hoshou.base.clock import FixedClock
from hoshou.platform import audit
from hoshou.platform.actor import SYSTEM
from hoshou.platform.db import Entity, db, init_db, unit_of_work

KEY = b"k" * 32


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    init_db(app)
    audit.install(db.session, lambda: KEY)
    with app.app_context():
        Entity.metadata.create_all(db.engine, tables=[audit.AuditEntry.__table__])
        yield app
        db.session.remove()
        db.engine.dispose()


def write(clock: FixedClock, count: int) -> None:
    for number in range(count):
        with unit_of_work() as session:
            audit.record(session, clock, SYSTEM, "test.happened", "thing", number, number=number)


@pytest.mark.req("P-011", "A26")
def test_a_whole_chain_verifies(app: Flask, clock: FixedClock) -> None:
    write(clock, 5)
    assert audit.verify(db.session(), KEY) == []


@pytest.mark.req("P-011", "A26")
@pytest.mark.parametrize("column", ["detail", "actor_name", "action", "at", "object_id"])
def test_an_altered_entry_is_found(app: Flask, clock: FixedClock, column: str) -> None:
    write(clock, 5)
    value = clock.now().replace(year=2030) if column == "at" else "forged"
    with unit_of_work() as session:
        session.execute(update(audit.AuditEntry).where(audit.AuditEntry.id == 3).values({column: value}))
    assert [(p.entry_id, p.code) for p in audit.verify(db.session(), KEY)] == [(3, "altered")]


@pytest.mark.req("A26")
def test_a_removed_entry_is_found(app: Flask, clock: FixedClock) -> None:
    write(clock, 5)
    with unit_of_work() as session:
        session.query(audit.AuditEntry).filter_by(id=3).delete()
    assert "gap" in [p.code for p in audit.verify(db.session(), KEY)]


@pytest.mark.req("A26")
def test_a_cut_tail_is_found_through_the_exported_head(app: Flask, clock: FixedClock) -> None:
    write(clock, 5)
    head = audit.read_head(db.session())
    with unit_of_work() as session:
        session.query(audit.AuditEntry).filter(audit.AuditEntry.id > 3).delete()
    assert audit.verify(db.session(), KEY) == []
    assert [p.code for p in audit.verify(db.session(), KEY, head)] == ["tail_missing"]


@pytest.mark.req("P-011")
def test_what_is_rolled_back_leaves_no_entry(app: Flask, clock: FixedClock) -> None:
    with pytest.raises(RuntimeError), unit_of_work() as session:
        audit.record(session, clock, SYSTEM, "test.happened")
        raise RuntimeError
    write(clock, 1)
    assert db.session.query(audit.AuditEntry).count() == 1
