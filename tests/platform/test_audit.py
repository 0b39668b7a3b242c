"""The audit log's chain, on both databases (P-011, A26)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from hoshou.base.clock import FixedClock
from hoshou.platform import audit, commands
from hoshou.platform.actor import SYSTEM
from hoshou.platform.db import db, unit_of_work
from tests.conftest import AppMaker

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


def told(app: Flask, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the document of ``hoshou audit …``."""
    answer = CliRunner().invoke(commands.audit_log, arguments, obj=lambda: app)
    return answer.exit_code, json.loads(answer.stdout)


@pytest.mark.req("P-011", "A26")
def test_the_command_tells_what_was_altered(app: Flask, clock: FixedClock, tmp_path: Path) -> None:
    write(clock, 5)
    status, head = told(app, "head")
    assert (status, head["id"]) == (0, 5)
    exported = tmp_path / "head.json"
    exported.write_text(json.dumps(head))
    verify = ("verify", "--json", "--head", str(exported))
    assert told(app, *verify) == (0, {"whole": True, "entries": 5, "problems": []})
    with unguarded(), unit_of_work() as session:
        session.query(audit.AuditEntry).filter(audit.AuditEntry.id == 5).delete()
    status, document = told(app, *verify)
    assert (status, document["whole"], document["error"]["code"]) == (1, False, "audit_broken")


@pytest.mark.req("P-024")
@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"id": 1}', "\x00"])
def test_what_is_no_exported_head_is_refused_in_a_sentence(app: Flask, tmp_path: Path, content: str) -> None:
    exported = tmp_path / "head.json"
    exported.write_text(content)
    status, document = told(app, "verify", "--json", "--head", str(exported))
    assert (status, document["error"]["code"]) == (1, "not_a_head")


@pytest.mark.req("P-024")
@pytest.mark.parametrize("command", ["verify", "head"])
def test_without_the_tables_it_says_what_to_do(make_app: AppMaker, tmp_path: Path, command: str) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    answer = CliRunner().invoke(commands.audit_log, [command], obj=lambda: app)
    assert answer.exit_code == 1
    assert "hoshou db upgrade" in answer.stderr
