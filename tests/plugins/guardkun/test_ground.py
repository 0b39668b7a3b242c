"""Rows of the scheme keep the way's order in the database itself, on both databases (B-045, B-059)."""

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from hoshou.platform.db import transact
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.scheme import SchemeInsurer
from hoshou.plugins.guardkun.rules.stages import Stage
from tests.plugins.guardkun.ground import add_enrolment, lay_ground


@pytest.mark.req("B-045", "B-059")
@pytest.mark.parametrize(
    ("stage", "values"),
    [
        (Stage.QUOTED, {"stage": "applied"}),
        (Stage.APPLIED, {"stage": "registered"}),
        (Stage.REGISTERED, {"stage": "at_branch"}),
        (Stage.AT_BRANCH, {"stage": "at_lead"}),
        (Stage.AT_LEAD, {"stage": "booked"}),
        (Stage.AT_LEAD, {"policy_number": "G26-1"}),
        (Stage.BOOKED, {"policy_number": None}),
        (Stage.BOOKED, {"stage": "certified"}),
        (Stage.CERTIFIED, {"stage": "shipped"}),
        (Stage.BOOKED, {"stage": "somewhere"}),
        (Stage.AT_LEAD, {"ending": "withdrawn"}),
    ],
)
def test_the_database_refuses_a_stage_without_the_steps_before_it(
    app_on_both: Flask, stage: Stage, values: dict[str, object]
) -> None:
    transact(lambda session: add_enrolment(session, lay_ground(session), stage=stage).id)
    with pytest.raises(IntegrityError):
        transact(lambda session: session.execute(update(Enrolment).values(**values)))


@pytest.mark.req("B-008")
def test_a_scheme_year_has_one_lead_insurer(app_on_both: Flask) -> None:
    transact(lambda session: lay_ground(session).year_id)
    with pytest.raises(IntegrityError):
        transact(lambda session: session.execute(update(SchemeInsurer).values(is_lead=True)))
