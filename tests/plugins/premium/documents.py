"""The documents of docs/algorithms/premium.md, and ways to vary them."""

from copy import deepcopy

RATES = {
    "id": "sample",
    "version": 1,
    "valid_from": "2026-06-01",
    "unit": 1000,
    "basic": {"100000000": "0.52", "200000000": "0.60", "1000000000": "1.10"},
    "key_recreation": {"5000000": "0.010", "10000000": "0.015", "20000000": "0.020"},
    "valuables_other": {"30000000": "1.2", "50000000": "1.5", "100000000": "2.0"},
    "valuables_transport": {"30000000": "0.003", "50000000": "0.004", "100000000": "0.006"},
    "transport": "0.08",
    "labour_dispute": "0.02",
    "minimum_premium": 5000,
    "minimum_applies_to": "charged",
    "valuables_floor_per_mille": 2,
    "valuables_floor_applies_to": "annual",
    "rounding": {"unit": 10, "mode": "half_up"},
    "maintenance_fee_percent": 5,
    "collection_fee_percent": 5,
}

REQUEST = {
    "start": "2026-09-01",
    "sales": 120_000_000,
    "limit": 100_000_000,
    "options": {
        "key_recreation": {"limit": 5_000_000},
        "valuables": {"limit": 30_000_000, "other_sales": 8_000_000, "transported": 0},
        "transport": {"largest_load": 20_000_000},
        "labour_dispute": {},
    },
}

ABSENT = object()


def rates(**changes):
    """The rates with some members replaced."""
    return {**deepcopy(RATES), **changes}


def basic_request(sales, start="2026-06-01", limit=100_000_000, **options):
    """A request for the basic cover, with options when given."""
    return {"start": start, "sales": sales, "limit": limit, "options": options}


def altered(document, path, value):
    """A copy of ``document`` with the member at the dotted ``path`` replaced, added or taken out (ABSENT)."""
    copy = deepcopy(document)
    *parents, last = path.split(".")
    place = copy
    for parent in parents:
        place = place[parent]
    if value is ABSENT:
        del place[last]
    else:
        place[last] = value
    return copy
