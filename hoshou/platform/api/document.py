"""The OpenAPI document of the REST API, made from the operations themselves (P-023)."""

import re
from collections.abc import Iterator
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, current_app, jsonify
from flask_babel import gettext as _
from marshmallow import Schema, fields
from werkzeug.routing import Rule

from hoshou.platform.api.bearer import SCHEME
from hoshou.platform.api.operations import FORM, Operation
from hoshou.platform.db import LARGEST_KEY
from hoshou.platform.site.gate import open_at_any_hour

VERSION = "1"
ADDRESS = "/api/v1/openapi.json"
PART = re.compile("<(?:[^:<>]+:)?([^:<>]+)>")
NUMBER = {"type": "integer", "minimum": 0, "maximum": LARGEST_KEY}

api_document = open_at_any_hour(Blueprint("api_document", __name__))


class FaultSchema(Schema):
    """One input at fault."""

    field = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    about = fields.String()


class ErrorSchema(Schema):
    """What was refused or failed."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    reference = fields.String()
    fields_ = fields.List(fields.Nested(FaultSchema), data_key="fields")


class ErrorAnswerSchema(Schema):
    """Every answer that isn't the operation's own."""

    error = fields.Nested(ErrorSchema, required=True)


@api_document.get(ADDRESS)
def openapi() -> Any:
    """The document, in the reader's language. It holds no data, so it needs no token."""
    return jsonify(document(current_app))


def document(app: Flask) -> dict[str, Any]:
    """OpenAPI 3.1 of this application's operations."""
    spec = APISpec(
        title=_("保証証券等確認システム REST API"),
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
        servers=[{"url": app.config["PUBLIC_URL"]}],
        security=[{"token": []}],
    )
    spec.components.security_scheme(
        "token",
        {
            "type": "http",
            "scheme": SCHEME,
            "description": _("スタッフ画面の「個人用トークン」で発行したトークン"),
        },
    )
    for rule, told in operations(app):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            spec.path(path=PART.sub(r"{\1}", rule.rule), operations={method.lower(): _described(rule, told)})
    made: dict[str, Any] = spec.to_dict()
    return made


def operations(app: Flask) -> Iterator[tuple[Rule, Operation]]:
    """The addresses that tell what they do, by address."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        told = getattr(app.view_functions[rule.endpoint], "operation", None)
        if told is not None:
            yield rule, told


def _described(rule: Rule, told: Operation) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"in": "path", "name": name, "required": True, "schema": NUMBER} for name in sorted(rule.arguments)
    ]
    parameters += [
        {"in": "header", "name": name, "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in told.headers
    ]
    if told.query:
        parameters.append({"in": "query", "schema": told.query})
    described: dict[str, Any] = {
        "summary": _(told.summary),
        "operationId": rule.endpoint,
        "parameters": parameters,
        "responses": {
            str(told.status): {"description": _("成功"), "content": {"application/json": {"schema": told.answer}}},
            "default": {
                "description": _("拒否または失敗。error.code は変わりません。"),
                "content": {"application/json": {"schema": ErrorAnswerSchema}},
            },
        },
    }
    if told.body:
        described["requestBody"] = {"required": True, "content": {told.media: {"schema": _body(told)}}}
    return described


def _body(told: Operation) -> Any:
    if told.media != FORM or told.body is None:
        return told.body
    pdf = fields.Raw(metadata={"type": "string", "format": "binary"})
    return type(told.body.__name__, (told.body,), {told.files: fields.List(pdf, required=True)})


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")
