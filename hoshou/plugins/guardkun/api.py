"""REST: quotes to read and to make, in the same scope as on the screen (P-023). A personal token opens it."""

import json
from typing import Any

from flask import Blueprint, jsonify, request
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from hoshou.platform.api.bearer import api_actor, api_subject
from hoshou.platform.api.schemas import load
from hoshou.platform.calculators import Calculators
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Quote
from hoshou.plugins.guardkun.rules.quote_form import QuoteForm
from hoshou.plugins.guardkun.services import quoting
from hoshou.plugins.guardkun.services.scope import visible_quotes

LARGEST_NUMBER = 2**31 - 1
LARGEST_PAGE = 200
AMOUNTS = (
    "limit",
    "sales",
    "key_recreation_limit",
    "valuables_limit",
    "valuables_other_sales",
    "valuables_transported",
    "largest_load",
)
TEXTS = ("prospect_name", "start", "fiscal_year_end", "evidence")
BOXES = ("is_business_plan", "transport", "labour_dispute", "valuables_not_taken", "load_above_limit")

guardkun_api = Blueprint("guardkun_api", __name__, url_prefix="/api/v1/guardkun")

QuoteFormSchema = Schema.from_dict(
    {
        "registration_number": fields.String(load_default=""),
        **{name: fields.String(load_default="") for name in TEXTS},
        **{name: fields.Integer(strict=True, load_default=None) for name in AMOUNTS},
        **{name: fields.Boolean(load_default=False, truthy={True}, falsy={False}) for name in BOXES},
    },
    name="QuoteFormSchema",
)


class QuoteQuerySchema(Schema):
    """Newest first; ``before`` is the ``next`` of the page before."""

    before = fields.Integer(validate=validate.Range(1, LARGEST_NUMBER))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, LARGEST_PAGE))


class QuoteSchema(Schema):
    """A stored quote; yen."""

    id = fields.Integer()
    number = fields.String()
    registration_number = fields.String(attribute="registration.registration_number")
    prospect_name = fields.String()
    start = fields.Date()
    is_sample = fields.Boolean()
    fiscal_year_end = fields.Date()
    evidence = fields.String()
    is_business_plan = fields.Boolean()
    premium = fields.Integer()
    maintenance_fee = fields.Integer()
    levy = fields.Integer()
    created_at = fields.AwareDateTime()


@guardkun_api.get("/quotes")
def quotes() -> Any:
    """The quotes that the caller may know of."""
    asked = load(QuoteQuerySchema(), request.args)
    found = select(Quote).where(visible_quotes(api_subject()))
    if "before" in asked:
        found = found.where(Quote.id < asked["before"])
    rows = db.session().scalars(found.order_by(Quote.id.desc()).limit(asked["limit"] + 1)).all()
    page = rows[: asked["limit"]]
    return jsonify(items=QuoteSchema(many=True).dump(page), next=page[-1].id if len(rows) > len(page) else None)


@guardkun_api.get(f"/quotes/<int(max={LARGEST_NUMBER}):quote_id>")
def quote(quote_id: int) -> Any:
    """One quote with its request and its answer; a foreign one isn't found."""
    return jsonify(_whole(quoting.read_quote(db.session(), api_subject(), quote_id).quote))


@guardkun_api.post("/quotes")
def make() -> Any:
    """Store a quote. The amounts are the server's: none is taken from the caller (B1)."""
    body = request.get_json(silent=True)
    asked = load(QuoteFormSchema(), body if isinstance(body, dict) else {})
    here, actor, subject = platform(), api_actor(), api_subject()
    quoting.require_agency(subject)
    registration_id = db.session().scalar(
        select(AgencyRegistration.id).where(
            AgencyRegistration.registration_number == asked.pop("registration_number")
        )
    )
    amounts = {name: "" if asked[name] is None else str(asked[name]) for name in AMOUNTS}
    form = QuoteForm(registration_id=str(registration_id or ""), **{**asked, **amounts})
    calculators = Calculators(here.plugins.collect("calculators"))
    document = transact(
        lambda session: _whole(quoting.make_quote(session, here.clock, actor, subject, calculators, form))
    )
    return jsonify(document), 201


def _whole(quote: Quote) -> dict[str, Any]:
    shown: dict[str, Any] = QuoteSchema().dump(quote)
    return shown | {"request": json.loads(quote.inputs), "answer": json.loads(quote.result)}
