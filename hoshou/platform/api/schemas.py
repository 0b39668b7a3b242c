"""Reading a request's values through a marshmallow schema, faults in our own words; what lists have in common."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import LARGEST_KEY

LARGEST_PAGE = 200


class PageQuerySchema(Schema):
    """Newest first; ``before`` is the ``next`` of the page before."""

    before = fields.Integer(validate=validate.Range(1, LARGEST_KEY))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, LARGEST_PAGE))


def load(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the schema types them. Raises Invalid with a refusal for each faulty or unknown name."""
    try:
        loaded: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        raise Invalid(
            [
                Refused("unknown_field", N_("この項目はありません。"), field=name)
                if name not in schema.fields
                else Refused("invalid_value", N_("値の形式が正しくありません。"), field=name)
                for name in sorted(error.messages_dict)
            ]
        ) from error
    return loaded
