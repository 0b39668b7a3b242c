"""Old one-time passwords are cleaned up, young ones stay (P-008)."""

from datetime import timedelta

import pytest
from flask import Flask

from hoshou.base.clock import FixedClock
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.jobs.runner import run_job
from hoshou.plugins.orderer.models import OrdererAttempt
from tests.plugins.bonds.factories import make_folder


def attempt(name: str, folder_id: int, clock: FixedClock) -> OrdererAttempt:
    return OrdererAttempt(
        public_id=name,
        folder_id=folder_id,
        password_serial=1,
        address="a@example.jp",
        cookie_digest="c",
        otp_digest="o",
        issued_at=clock.now(),
        expires_at=clock.now() + timedelta(minutes=30),
    )


@pytest.mark.req("P-008", "P-009")
def test_only_attempts_that_expired_a_week_ago_are_forgotten(app: Flask, clock: FixedClock) -> None:
    jobs = {job.name: job for job in platform().plugins.collect("jobs")}
    with unit_of_work() as session:
        folder = make_folder(session)
        session.add(attempt("old", folder.folder_id, clock))
    clock.advance(timedelta(minutes=30, days=7))
    with unit_of_work() as session:
        session.add(attempt("young", folder.folder_id, clock))
    assert run_job(app, jobs["orderer.clean"], clock.now(), by_hand=True).result == {"attempts": 0}
    clock.advance(timedelta(seconds=1))
    outcome = run_job(app, jobs["orderer.clean"], clock.now(), by_hand=True)
    assert outcome.result == {"attempts": 1}
    assert db.session.get(OrdererAttempt, "old") is None
    assert db.session.get(OrdererAttempt, "young") is not None
