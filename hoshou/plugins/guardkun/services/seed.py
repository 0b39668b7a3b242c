"""The manual's scheme year 2026 and the prefecture associations, entered once for staff to go on from."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.db import Entity
from hoshou.plugins.guardkun.models.members import PrefectureAssociation
from hoshou.plugins.guardkun.models.scheme import (
    SchemeBenefit,
    SchemeCalendarRow,
    SchemeClause,
    SchemeCover,
    SchemeDeadline,
    SchemeDuty,
    SchemeInsurer,
    SchemeYear,
)
from hoshou.plugins.guardkun.rules.golden import golden
from hoshou.plugins.guardkun.rules.prefectures import ASSOCIATION, PREFECTURES
from hoshou.plugins.guardkun.services.help_texts import seed_help
from hoshou.plugins.organisations.models import Agency, Insurer
from hoshou.plugins.organisations.services.seed import seed_insurers

MANUAL_YEAR = "year_2026"
SAMPLE_RATES = "sample"
"""The manual has no rates: until the real ones are entered, the year names the sample's."""
POLICY_NUMBER_PATTERN = "G26{number:08d}"

PARTS: tuple[tuple[str, type[Entity]], ...] = (
    ("deadline", SchemeDeadline),
    ("clause", SchemeClause),
    ("cover", SchemeCover),
    ("benefit", SchemeBenefit),
    ("duty", SchemeDuty),
    ("calendar", SchemeCalendarRow),
)
"""The tables of a year whose rows the golden document states as they are."""


def seed_scheme(session: Session, clock: Clock) -> int:
    """Enter the year 2026 as a draft, the 47 prefecture associations and the help where missing; returns how many rows.

    Running it again changes nothing: what staff have edited stays as it is.
    """
    return _seed_prefectures(session) + _seed_year(session, clock) + seed_help(session)


def _seed_prefectures(session: Session) -> int:
    known = set(session.scalars(select(PrefectureAssociation.code)))
    missing = [
        PrefectureAssociation(code=code, name=prefecture + ASSOCIATION)
        for code, prefecture in enumerate(PREFECTURES, start=1)
        if code not in known
    ]
    session.add_all(missing)
    session.flush()
    return len(missing)


def _seed_year(session: Session, clock: Clock) -> int:
    document = golden(MANUAL_YEAR)
    facts: dict[str, Any] = document["year"]
    if session.scalar(select(SchemeYear.id).where(SchemeYear.year == facts["year"])) is not None:
        return 0
    seed_insurers(session)
    insurers = {row.code: row for row in session.scalars(select(Insurer))}
    name = facts.pop("lead_agency")
    year = SchemeYear(
        **facts,
        lead_agency=session.scalar(select(Agency).where(Agency.name == name)) or Agency(name=name),
        rates_id=SAMPLE_RATES,
        policy_number_pattern=POLICY_NUMBER_PATTERN,
        changed_at=clock.now(),
    )
    session.add(year)
    session.flush()
    rows: list[Entity] = [
        SchemeInsurer(scheme_year_id=year.id, insurer_id=insurers[row.pop("code")].id, **row)
        for row in document["insurer"]
    ]
    rows += [table(scheme_year_id=year.id, **row) for part, table in PARTS for row in document[part]]
    session.add_all(rows)
    session.flush()
    session.expire(year)
    return 1 + len(rows)
