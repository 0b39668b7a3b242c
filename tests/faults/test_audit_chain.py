"""The audit log's chain: what an insider changes is found; who writes at once doesn't fork it (A26)."""

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hoshou.platform import audit
from hoshou.platform.actor import SYSTEM
from hoshou.platform.audit import AuditEntry
from hoshou.platform.context import platform
from hoshou.platform.db import begin_writing, db, unit_of_work
from tests.faults.crew import Hand, Place, crew
from tests.platform.test_audit import TRIGGERS

ENTRIES = 50
MUTATIONS = 1000
APPENDERS, APPENDS = 8, 20
TEXTS = (
    "actor_kind",
    "actor_name",
    "origin",
    "action",
    "object_kind",
    "object_id",
    "detail",
    "digest",
    "previous",
)


def row(session: Session, number: int) -> dict[str, Any]:
    """An entry's columns as they are."""
    return dict(session.execute(select(AuditEntry.__table__).where(AuditEntry.id == number)).mappings().one())


def write_over(session: Session, number: int, **values: Any) -> None:
    session.execute(
        update(AuditEntry)
        .where(AuditEntry.id == number)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def remove(session: Session, first: int, last: int) -> None:
    session.execute(
        delete(AuditEntry).where(AuditEntry.id.between(first, last)).execution_options(synchronize_session=False)
    )


def edit(session: Session, chance: random.Random) -> None:
    number, column = chance.randint(1, ENTRIES), chance.choice(TEXTS)
    old = row(session, number)[column]
    places = chance.randrange(len(old) + 1)
    write_over(session, number, **{column: (old[:places] + chance.choice("x0é ") + old[places + 1 :])[:64]})
    if row(session, number)[column] == old:
        write_over(session, number, actor_name="somebody else")


def take_out(session: Session, chance: random.Random) -> None:
    number = chance.randint(1, ENTRIES - 1)
    remove(session, number, number)


def put_in(session: Session, chance: random.Random) -> None:
    forged = row(session, chance.randint(1, ENTRIES)) | {
        "id": ENTRIES + chance.randint(1, 5),
        "previous": chance.choice([row(session, ENTRIES)["digest"], "f" * 64]),
        "digest": f"{chance.getrandbits(256):064x}",
    }
    session.execute(insert(AuditEntry.__table__).values(forged))  # type: ignore[arg-type]


def swap(session: Session, chance: random.Random) -> None:
    one, other = chance.sample(range(1, ENTRIES + 1), 2)
    first, second = row(session, one), row(session, other)
    if chance.random() < 0.5:
        write_over(session, one, id=ENTRIES + 100)
        write_over(session, other, id=one)
        write_over(session, ENTRIES + 100, id=other)
    else:
        facts = ("actor_name", "action", "object_id", "detail")
        write_over(session, one, **{name: second[name] for name in facts})
        write_over(session, other, **{name: first[name] for name in facts})


def cut_tail(session: Session, chance: random.Random) -> None:
    remove(session, chance.randint(1, ENTRIES), ENTRIES)


KINDS: tuple[Callable[[Session, random.Random], None], ...] = (edit, take_out, put_in, swap, cut_tail)


@pytest.mark.slow
@pytest.mark.req("A26", "P-011")
def test_a_thousand_chance_changes_are_all_found(place: Place, checker: Flask, seed: int) -> None:
    key, chance, missed = audit.audit_key(), random.Random(seed), []
    for number in range(ENTRIES):
        with unit_of_work() as session:
            audit.record(session, platform().clock, SYSTEM, "test.happened", "thing", number, number=number)
    head = audit.read_head(db.session())
    with unit_of_work() as session:
        for statement in TRIGGERS[db.engine.dialect.name]:
            session.execute(text(statement))
    for number in range(MUTATIONS):
        kind = KINDS[number % len(KINDS)]
        session = db.session()
        begin_writing(session)
        unchanged = False
        try:
            kind(session, chance)
        except IntegrityError:
            # The database itself refuses two entries with one digest or one predecessor.
            unchanged = True
        if not unchanged and audit.verify(session, key, head) == []:
            missed.append((number, kind.__name__))
        session.rollback()
    assert missed == []
    assert audit.verify(db.session(), key, head) == []


def append(hand: Hand) -> None:
    hand.wait()
    for number in range(APPENDS):
        with unit_of_work() as session:
            for part in range(2):
                audit.record(
                    session, platform().clock, SYSTEM, "test.appended", "hand", hand.number, n=number, part=part
                )


def append_without_turns(hand: Hand) -> None:
    """The planted fault: the head is read before the transaction in which the entry is written."""
    hand.wait()
    for _ in range(APPENDS):
        head = audit.read_head(db.session())
        db.session.rollback()
        number = head.id + 1 if head else 1
        forged = AuditEntry(
            id=number,
            at=platform().clock.now(),
            actor_kind="system",
            actor_name="",
            origin="",
            action="test.appended",
            object_kind="hand",
            object_id=str(hand.number),
            detail="{}",
            previous=head.digest if head else audit.GENESIS,
            digest=f"{number:032x}{hand.number:032x}",
        )
        with suppress(IntegrityError), unit_of_work() as session:
            session.add(forged)


@pytest.mark.slow
@pytest.mark.req("A26", "P-011")
def test_eight_processes_write_one_unbroken_chain(place: Place, checker: Flask) -> None:
    with crew(place, processes=APPENDERS, threads=1) as workers:
        assert {result.error for result in workers.together(append)} == {""}
    assert audit.verify(db.session(), audit.audit_key()) == []
    ids = db.session.scalars(select(AuditEntry.id).where(AuditEntry.action == "test.appended")).all()
    assert len(ids) == APPENDERS * APPENDS * 2


@pytest.mark.slow
@pytest.mark.req("A26")
def test_entries_written_without_turns_would_be_lost_not_forked(place: Place, checker: Flask) -> None:
    with crew(place, processes=4, threads=1) as workers:
        assert {result.error for result in workers.together(append_without_turns)} == {""}
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "test.appended")).all()
    assert len(entries) < 4 * APPENDS
    assert len({entry.previous for entry in entries}) == len(entries)
