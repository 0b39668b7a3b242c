"""Enrolments by the thousand, written in few statements: for what must hold at the scheme's real size."""

import json
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from hoshou.platform.db import Entity
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Quote
from hoshou.plugins.guardkun.models.members import Member, Particulars, Unit
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.premium.models import RateTableVersion
from hoshou.plugins.premium.rules.document import quote_document
from tests.plugins.guardkun.ground import REQUEST, Ground, add_enrolment

ROWS_AT_ONCE = 1000
REAL_SIZE = 7103
"""The branches that enrol in the scheme."""


def add_many(session: Session, ground: Ground, count: int) -> None:
    """So many enrolments that stand ready to be booked at the first closing, no two alike, keyed from 1."""
    first = add_enrolment(session, ground, 1, stage=Stage.AT_LEAD)
    first.closing = 1
    session.flush()
    rates = json.loads(session.get_one(RateTableVersion, ground.rate_table_id).document)
    places = list(ground.registrations.values())
    models: tuple[type[Entity], ...] = (Member, Unit, Particulars, Quote, Enrolment)
    pattern = {model: _values(session, model) for model in models}
    rows: dict[type[Entity], list[dict[str, Any]]] = {model: [] for model in models}
    for number in range(2, count + 1):
        request = {**REQUEST, "sales": 50_000_000 + number * 100_000}
        result = quote_document(request, rates)
        registration = {"registration_id": places[number % len(places)]}
        company = f"見本警備{number}株式会社"
        changes: dict[type[Entity], dict[str, Any]] = {
            Member: {"member_number": f"13-{number:05d}", "name": company},
            Unit: {"member_id": number},
            Particulars: {"unit_id": number, "company_name": company, "address": f"東京都新宿区新宿{number}"},
            Quote: {
                **registration,
                "number": f"Q{number:07d}",
                "inputs": json.dumps(request),
                "result": json.dumps(result),
                "sales": request["sales"],
                **{name: result[name] for name in ("premium", "maintenance_fee", "levy")},
            },
            Enrolment: {
                **registration,
                "unit_id": number,
                "quote_id": number,
                "slip_number": f"S{number:07d}",
            },
        }
        for model, values in changes.items():
            rows[model].append({**pattern[model], "id": number, **values})
    for model in models:
        for at in range(0, len(rows[model]), ROWS_AT_ONCE):
            session.execute(insert(model), rows[model][at : at + ROWS_AT_ONCE])


def _values(session: Session, model: type[Entity]) -> dict[str, Any]:
    """The columns of the table's one row."""
    row = session.scalars(select(model)).one()
    return {column.key: getattr(row, column.key) for column in model.__table__.columns}
