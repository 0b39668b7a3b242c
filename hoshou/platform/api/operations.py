"""What the REST API offers, said once: how a request is read is also what its OpenAPI document tells (P-023)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import jsonify, request
from marshmallow import Schema, fields
from sqlalchemy import Select
from sqlalchemy.orm import Session

from hoshou.platform.api.schemas import load

JSON, FORM = "application/json", "multipart/form-data"


@dataclass(frozen=True)
class Operation:
    """One address and method. ``summary`` is a message id; ``files`` names the form's part of one or more PDFs."""

    summary: str
    answer: type[Schema]
    status: int = 200
    query: type[Schema] | None = None
    body: type[Schema] | None = None
    media: str = JSON
    files: str = ""
    headers: tuple[str, ...] = ()

    def asked(self) -> dict[str, Any]:
        """The request's values as the schemas type them. Raises Invalid."""
        if self.query:
            return load(self.query(), request.args)
        if self.body:
            return load(self.body(), request.form if self.media == FORM else _json_object())
        return {}


def operation(told: Operation) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Reads the request for the view, which is called with its values and then the address's own."""

    def described(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def read(**path: Any) -> Any:
            return view(told.asked(), **path)

        read.operation = told  # type: ignore[attr-defined]
        return read

    return described


def page_of(schema: type[Schema]) -> type[Schema]:
    """A page of a list; ``next`` asks for the following one."""
    items = fields.List(fields.Nested(schema), required=True)
    following = fields.Integer(required=True, allow_none=True)
    name = schema.__name__.removesuffix("Schema") + "PageSchema"
    return Schema.from_dict({"items": items, "next": following}, name=name)


def page(session: Session, found: Select[Any], number: Any, asked: Mapping[str, Any], schema: type[Schema]) -> Any:
    """The rows that the statement finds before ``asked["before"]``, newest first by their ``number``."""
    if "before" in asked:
        found = found.where(number < asked["before"])
    rows = session.scalars(found.order_by(number.desc()).limit(asked["limit"] + 1)).all()
    shown = rows[: asked["limit"]]
    return jsonify(items=schema(many=True).dump(shown), next=shown[-1].id if len(rows) > len(shown) else None)


def _json_object() -> Mapping[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}
