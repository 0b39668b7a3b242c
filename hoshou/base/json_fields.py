"""Reading a stranger's JSON document field by field, and refusing what isn't exactly as laid down."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.money import MAX_YEN, Rounding, RoundingMode

Choice = TypeVar("Choice", bound=StrEnum)

_LONGEST_TEXT = 100
_WHOLE_DOCUMENT = "request"


def exact_object(
    value: object, field: str, required: frozenset[str], optional: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    """``value`` as an object that has all the ``required`` keys and none but these and the ``optional`` ones.

    Raises Refused ``not_an_object``, ``missing_field`` or ``unknown_field``.
    """
    members = plain_object(value, field)
    for key in sorted(required - members.keys()):
        raise Refused("missing_field", N_("%(name)sがありません。"), **_at(_inside(field, key)))
    for key in sorted(map(str, members.keys() - required - optional)):
        raise Refused("unknown_field", N_("%(name)sという項目はありません。"), **_at(_inside(field, key)))
    return members


def plain_object(value: object, field: str) -> Mapping[str, Any]:
    """``value`` as an object with any keys. Raises Refused ``not_an_object``."""
    if not isinstance(value, Mapping):
        raise Refused("not_an_object", N_("%(name)sはJSONオブジェクトで指定してください。"), **_at(field))
    return value


def integer_within(value: object, field: str, low: int, high: int) -> int:
    """``value`` as an integer from ``low`` to ``high``. Raises ``not_an_integer``, ``out_of_range``."""
    if type(value) is not int:
        raise Refused("not_an_integer", N_("%(name)sは整数で指定してください。"), **_at(field))
    if not low <= value <= high:
        raise Refused(
            "out_of_range",
            N_("%(name)sは%(low)s以上%(high)s以下で指定してください。"),
            low=low,
            high=high,
            **_at(field),
        )
    return value


def short_text(value: object, field: str) -> str:
    """``value`` as a string of 1 to 100 characters. Raises Refused ``invalid_text``."""
    if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST_TEXT:
        raise Refused("invalid_text", N_("%(name)sは1～100文字の文字列で指定してください。"), **_at(field))
    return value


def one_of(value: object, field: str, choices: type[Choice]) -> Choice:
    """The choice that ``value`` names. Raises Refused ``invalid_choice``."""
    for choice in choices:
        if value == choice.value:
            return choice
    raise Refused(
        "invalid_choice",
        N_("%(name)sは%(choices)sのいずれかで指定してください。"),
        choices="・".join(choices),
        **_at(field),
    )


def rounding(value: object, field: str) -> Rounding:
    """``value`` as a rounding: its unit in yen and its mode. Raises Refused as the functions above do."""
    members = exact_object(value, field, frozenset({"unit", "mode"}))
    return Rounding(
        unit=integer_within(members["unit"], f"{field}.unit", 1, MAX_YEN),
        mode=one_of(members["mode"], f"{field}.mode", RoundingMode),
    )


def _inside(field: str, key: str) -> str:
    return f"{field}.{key}" if field else key


def _at(field: str) -> dict[str, str]:
    return {"field": field, "name": field or _WHOLE_DOCUMENT}
