"""A version of the rate table, read from its JSON document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from hoshou.base.dates import parse_date
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.json_fields import exact_object, integer_within, one_of, plain_object, rounding, short_text
from hoshou.base.money import MAX_YEN, Rounding, yen_amount

RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_LIMIT = re.compile(r"[1-9][0-9]{0,14}")
_HIGHEST_VERSION = 2**31 - 1


class AppliesTo(StrEnum):
    """Which premium a minimum raises: the year's, or the one charged after pro-rata (D-22)."""

    ANNUAL = "annual"
    CHARGED = "charged"


class Rate(NamedTuple):
    """A rate as it is written, and as the exact ratio of yen per ``RateTable.unit`` yen of basis."""

    text: str
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class RateTable:
    """One version of a scheme's rates (D-21). Limits and amounts are yen."""

    id: str
    version: int
    valid_from: date
    unit: int
    basic: Mapping[int, Rate]
    key_recreation: Mapping[int, Rate]
    valuables_other: Mapping[int, Rate]
    valuables_transport: Mapping[int, Rate]
    transport: Rate
    labour_dispute: Rate
    minimum_premium: int
    minimum_applies_to: AppliesTo
    valuables_floor_per_mille: int
    valuables_floor_applies_to: AppliesTo
    rounding: Rounding
    maintenance_fee_percent: int
    collection_fee_percent: int


_KEYS = frozenset(RateTable.__dataclass_fields__)


def parse_rates(document: object) -> RateTable:
    """The rate table that a JSON document describes.

    Raises Refused with the codes of ``json_fields``, ``money.yen_amount`` and
    ``dates.parse_date``, ``invalid_rate`` for a rate that isn't a plain decimal in a
    string, ``invalid_limit`` for a limit that isn't a whole number of yen.
    """
    table = exact_object(document, "rates", _KEYS)
    return RateTable(
        id=short_text(table["id"], "rates.id"),
        version=integer_within(table["version"], "rates.version", 1, _HIGHEST_VERSION),
        valid_from=parse_date(table["valid_from"], "rates.valid_from"),
        unit=integer_within(table["unit"], "rates.unit", 1, MAX_YEN),
        basic=_rates_by_limit(table["basic"], "rates.basic"),
        key_recreation=_rates_by_limit(table["key_recreation"], "rates.key_recreation"),
        valuables_other=_rates_by_limit(table["valuables_other"], "rates.valuables_other"),
        valuables_transport=_rates_by_limit(table["valuables_transport"], "rates.valuables_transport"),
        transport=_rate(table["transport"], "rates.transport"),
        labour_dispute=_rate(table["labour_dispute"], "rates.labour_dispute"),
        minimum_premium=yen_amount(table["minimum_premium"], "rates.minimum_premium"),
        minimum_applies_to=one_of(table["minimum_applies_to"], "rates.minimum_applies_to", AppliesTo),
        valuables_floor_per_mille=integer_within(
            table["valuables_floor_per_mille"], "rates.valuables_floor_per_mille", 0, 1000
        ),
        valuables_floor_applies_to=one_of(
            table["valuables_floor_applies_to"], "rates.valuables_floor_applies_to", AppliesTo
        ),
        rounding=rounding(table["rounding"], "rates.rounding"),
        maintenance_fee_percent=_percent(table["maintenance_fee_percent"], "rates.maintenance_fee_percent"),
        collection_fee_percent=_percent(table["collection_fee_percent"], "rates.collection_fee_percent"),
    )


def _rates_by_limit(value: object, field: str) -> Mapping[int, Rate]:
    rates: dict[int, Rate] = {}
    for limit, rate in plain_object(value, field).items():
        if not (isinstance(limit, str) and _LIMIT.fullmatch(limit)):
            raise Refused(
                "invalid_limit",
                N_("%(name)sの支払限度額は円単位の整数で指定してください。"),
                field=field,
                name=field,
            )
        rates[int(limit)] = _rate(rate, f"{field}.{limit}")
    return rates


def _rate(value: object, field: str) -> Rate:
    if not (isinstance(value, str) and RATE.fullmatch(value)):
        raise Refused(
            "invalid_rate", N_("%(name)sの料率は小数の文字列で指定してください。"), field=field, name=field
        )
    numerator, denominator = Decimal(value).as_integer_ratio()
    return Rate(value, numerator, denominator)


def _percent(value: object, field: str) -> int:
    return integer_within(value, field, 0, 100)
