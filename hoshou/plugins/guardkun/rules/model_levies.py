"""The models that a brochure shows: which sales, limits and options it has computed (モデル賦課金)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from hoshou.plugins.guardkun.rules.chosen_cover import VALUABLES
from hoshou.plugins.premium.rules.clauses import Clause

MODEL_SALES = (50_000_000, 100_000_000, 300_000_000, 500_000_000, 1_000_000_000)
"""Yearly security sales of the models, in yen."""

EXAMPLE_SALES = 100_000_000
EXAMPLE_OTHER_SALES = 10_000_000
EXAMPLE_TRANSPORTED = 500_000_000
EXAMPLE_LARGEST_LOAD = 20_000_000
"""What the worked example with all options is rated by, in yen."""


def model_request(start: date, sales: int, limit: int) -> dict[str, Any]:
    """The request document of the basic plan without options."""
    return {"start": start.isoformat(), "sales": sales, "limit": limit, "options": {}}


def example_request(start: date, offered: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """The request document of the worked example: each option of the year at its smallest limit (B-024 to B-028).

    ``offered`` names the year's options, with the limits in yen where there are any to choose from.
    """
    options: dict[str, Any] = {}
    if Clause.KEY_RECREATION in offered:
        options[Clause.KEY_RECREATION.value] = {"limit": offered[Clause.KEY_RECREATION][0]}
    if VALUABLES in offered:
        is_transported = Clause.TRANSPORT in offered
        options[VALUABLES] = {
            "limit": offered[VALUABLES][0],
            "other_sales": EXAMPLE_OTHER_SALES,
            "transported": EXAMPLE_TRANSPORTED if is_transported else 0,
        }
    if Clause.TRANSPORT in offered:
        options[Clause.TRANSPORT.value] = {"largest_load": EXAMPLE_LARGEST_LOAD}
    if Clause.LABOUR_DISPUTE in offered:
        options[Clause.LABOUR_DISPUTE.value] = {}
    return {**model_request(start, EXAMPLE_SALES, offered[Clause.BASIC][0]), "options": options}


def offered_limits(choices: Iterable[tuple[str, str]]) -> dict[str, list[int]]:
    """The limits in yen, smallest first, by cover line's clause, from the choices as they are stored."""
    limits: dict[str, list[int]] = {}
    for clause, text in choices:
        limits.setdefault(clause, []).extend(int(limit) for limit in text.split(",") if limit.strip())
    return {clause: sorted(found) for clause, found in limits.items()}
