"""One unit has one enrolment at a time, and an opened year keeps its rules, however many people press at once."""

import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment
from hoshou.plugins.guardkun.models.scheme import SchemeClause, SchemeYear
from hoshou.plugins.guardkun.rules.application import ApplicationForm
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.services import apply as applying
from hoshou.plugins.guardkun.services.parts import prepare_part
from hoshou.plugins.guardkun.services.seed import seed_scheme
from hoshou.plugins.guardkun.services.years import open_year, prepare_year
from tests.faults.crew import Hand, Place, crew
from tests.plugins.guardkun.ground import add_quote, add_unit, lay_ground
from tests.plugins.guardkun.test_scheme_year import approve_rates
from tests.plugins.guardkun.way import CLERK, FACTS, subject

LOOK_SECONDS = 0.3
"""How long each takes between what it has read and what it writes: time enough for another to come between."""
REVISED, REVISED_DAY = "改定された特約", 27
FIRST_CLAUSE = select(SchemeClause).where(SchemeClause.position == 1)


def apply_at_once(hand: Hand, quotes: list[int], agency_id: int, unit_name: str) -> int:
    """The same unit's application, each from a quote of its own."""
    agent = subject(Role.AGENCY, agency_id=agency_id)
    form = ApplicationForm(
        quote_id=quotes[hand.number],
        prefecture_code=13,
        member_number="13-00001",
        applicant_name=FACTS.company_name,
        facts=FACTS,
        unit_name=unit_name,
        mandate_collected=True,
    )
    known = applying.previous_of

    def looked_up(*arguments: Any) -> Any:
        time.sleep(LOOK_SECONDS)
        return known(*arguments)

    applying.previous_of = looked_up
    hand.wait()
    return transact(lambda session: applying.apply(session, platform().clock, CLERK, agent, form).id)


@pytest.mark.slow
@pytest.mark.req("B-006", "F12")
@pytest.mark.parametrize("unit_name", ["", "新宿支店"], ids=["whole company", "new branch"])
def test_a_unit_is_enrolled_once_when_several_apply_at_once(place: Place, checker: Flask, unit_name: str) -> None:
    def lay(session: Session) -> tuple[list[int], int]:
        ground = lay_ground(session)
        add_unit(session, ground)
        agency = session.get_one(AgencyRegistration, ground.registrations["10000000001"]).agency_id
        return [add_quote(session, ground).id for _ in range(3)], agency

    quotes, agency_id = transact(lay)
    with crew(place, processes=3, threads=1) as workers:
        results = workers.together(apply_at_once, quotes, agency_id, unit_name)
    assert sorted(result.error for result in results) == ["", "already_enrolled", "already_enrolled"]
    db.session.rollback()
    standing = select(func.count()).select_from(Enrolment).where(Enrolment.stage != Stage.CANCELLED.value)
    assert db.session.scalar(standing) == 1


def open_or_edit(hand: Hand, year_id: int, part: str) -> tuple[str, int]:
    """The first opens the year, and says what its rules were then; the other changes one of them."""

    def open_it(session: Session) -> tuple[str, int]:
        open_year(session, platform().clock, CLERK, year_id)
        time.sleep(LOOK_SECONDS * 2)
        return rules_of(session)

    def edit(session: Session) -> tuple[str, int]:
        year = session.get_one(SchemeYear, year_id)
        clause = session.scalars(FIRST_CLAUSE).one()
        time.sleep(LOOK_SECONDS)
        if part == "clause":
            clause.title = REVISED
            prepare_part(session, clause)
        else:
            year.debit_day = REVISED_DAY
            prepare_year(platform().clock, year)
        return rules_of(session)

    hand.wait()
    return transact(open_it if hand.number == 0 else edit)


def rules_of(session: Session) -> tuple[str, int]:
    rules = select(SchemeClause.title, SchemeYear.debit_day).join(SchemeClause.scheme_year)
    title, day = session.execute(rules.where(SchemeClause.position == 1)).one()
    return title, day


@pytest.mark.slow
@pytest.mark.req("B-015", "F12")
@pytest.mark.parametrize("part", ["clause", "year"])
def test_no_rule_is_edited_once_the_year_is_open(place: Place, checker: Flask, part: str) -> None:
    def lay(session: Session) -> int:
        seed_scheme(session, platform().clock)
        approve_rates(session)
        return session.scalars(select(SchemeYear.id)).one()

    year_id = transact(lay)
    before = rules_of(db.session())
    with crew(place, processes=2, threads=1) as workers:
        opened, edited = workers.together(open_or_edit, year_id, part)
    assert opened.error == ""
    db.session.rollback()
    assert rules_of(db.session()) == opened.value
    assert (edited.error == "year_is_fixed") == (opened.value == before)
