"""REST: quotes to read and to make, in the same scope as on the screen (P-023). A personal token opens it."""

import json
from typing import Any

from flask import Blueprint, jsonify
from marshmallow import Schema, fields
from sqlalchemy import select

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.api.bearer import api_actor, api_subject
from hoshou.platform.api.operations import Operation, operation, page, page_of
from hoshou.platform.api.schemas import PageQuerySchema
from hoshou.platform.calculators import Calculators
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Quote
from hoshou.plugins.guardkun.rules.quote_form import QuoteForm
from hoshou.plugins.guardkun.services import quoting
from hoshou.plugins.guardkun.services.scope import visible_quotes

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


class WholeQuoteSchema(QuoteSchema):
    """With what was asked of the calculators and what they answered."""

    request = fields.Dict()
    answer = fields.Dict()


@guardkun_api.get("/quotes")
@operation(Operation(N_("見積の一覧"), page_of(QuoteSchema), query=PageQuerySchema))
def quotes(asked: dict[str, Any]) -> Any:
    """The quotes that the caller may know of."""
    return page(db.session(), select(Quote).where(visible_quotes(api_subject())), Quote.id, asked, QuoteSchema)


@guardkun_api.get("/quotes/<key:quote_id>")
@operation(Operation(N_("見積とその計算過程"), WholeQuoteSchema))
def quote(_asked: dict[str, Any], quote_id: int) -> Any:
    """One quote with its request and its answer; a foreign one isn't found."""
    return jsonify(_whole(quoting.read_quote(db.session(), api_subject(), quote_id).quote))


@guardkun_api.post("/quotes")
@operation(Operation(N_("見積の作成"), WholeQuoteSchema, status=201, body=QuoteFormSchema))
def make(asked: dict[str, Any]) -> Any:
    """Store a quote. The amounts are the server's: none is taken from the caller (B1)."""
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
