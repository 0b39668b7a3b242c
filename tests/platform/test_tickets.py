"""Server-side sessions, on both databases (A9, A-055, D-16)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hoshou.base.clock import FixedClock
from hoshou.platform import tickets
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.tickets import IssuedTicket, Ticket, TicketKind
from tests.conftest import NOON

IDLE = timedelta(minutes=20)
MIDNIGHT = NOON.replace(hour=0) + timedelta(days=1)


def issue(
    clock: FixedClock, kind: TicketKind = TicketKind.ORDERER, subject: str = "folder/7", until: datetime = MIDNIGHT
) -> IssuedTicket:
    with unit_of_work() as session:
        return tickets.issue(session, clock, platform().keys, kind, subject, idle=IDLE, until=until)


def alive(issued: IssuedTicket, clock: FixedClock, kind: TicketKind = TicketKind.ORDERER) -> bool:
    db.session.rollback()
    ticket = tickets.find(db.session(), platform().keys, kind, issued.public_id, issued.secret)
    return ticket is not None and tickets.is_alive(ticket, clock)


def touch(issued: IssuedTicket, clock: FixedClock) -> None:
    with unit_of_work() as session:
        tickets.touch(session, clock, session.get_one(Ticket, issued.public_id))


@pytest.mark.req("A9", "A-055")
def test_at_19_59_alive_and_at_20_00_dead(small_app: Flask, clock: FixedClock) -> None:
    issued = issue(clock)
    clock.move_to(NOON + timedelta(minutes=19, seconds=59))
    assert alive(issued, clock)
    clock.move_to(NOON + timedelta(minutes=20))
    assert not alive(issued, clock)


@pytest.mark.req("A-055")
def test_acting_starts_the_idle_time_anew_but_revives_nothing(small_app: Flask, clock: FixedClock) -> None:
    acting, idling = issue(clock), issue(clock)
    clock.advance(timedelta(minutes=19, seconds=59))
    touch(acting, clock)
    clock.advance(timedelta(seconds=1))
    touch(idling, clock)
    assert alive(acting, clock)
    assert not alive(idling, clock)
    clock.move_to(NOON + timedelta(minutes=39, seconds=59))
    assert not alive(acting, clock)


@pytest.mark.req("D-16")
def test_no_ticket_outlives_its_latest_instant(small_app: Flask, clock: FixedClock) -> None:
    clock.move_to(MIDNIGHT - timedelta(minutes=5))
    issued = issue(clock)
    clock.move_to(MIDNIGHT - timedelta(seconds=1))
    touch(issued, clock)
    assert alive(issued, clock)
    clock.move_to(MIDNIGHT)
    touch(issued, clock)
    assert not alive(issued, clock)


@pytest.mark.req("A9")
def test_kinds_never_mix_and_a_wrong_cookie_proves_nothing(small_app: Flask, clock: FixedClock) -> None:
    issued, other = issue(clock), issue(clock)
    assert alive(issued, clock)
    assert not alive(issued, clock, TicketKind.VIEWER)
    assert not alive(issued, clock, TicketKind.STAFF)
    assert not alive(replace(issued, secret=other.secret), clock)
    assert not alive(replace(issued, public_id="0" * 32), clock)


@pytest.mark.req("A9")
def test_the_database_does_not_hold_the_cookies_secret(small_app: Flask, clock: FixedClock) -> None:
    issued = issue(clock)
    [row] = db.session.execute(select(Ticket.__table__)).all()
    assert issued.secret not in str(row)


@pytest.mark.req("A9")
def test_a_copied_cookie_ends_with_the_ticket(small_app: Flask, clock: FixedClock) -> None:
    left, mine, others = issue(clock), issue(clock), issue(clock, subject="folder/8")
    with unit_of_work() as session:
        tickets.end(session, clock, left.public_id)
    assert not alive(left, clock)
    assert alive(mine, clock)
    with unit_of_work() as session:
        tickets.end_all(session, clock, TicketKind.ORDERER, "folder/7", "reset")
        tickets.end_all(session, clock, TicketKind.VIEWER, "folder/8", "reset")
    touch(mine, clock)
    assert not alive(mine, clock)
    assert alive(others, clock)
    reasons = dict(db.session.execute(select(Ticket.public_id, Ticket.ended_why)).tuples().all())
    assert reasons == {left.public_id: "left", mine.public_id: "reset", others.public_id: ""}
