"""The plan that a member chose: the basic limit and the four options, in the order of the manual (II.(2))."""

from typing import NamedTuple

from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.premium.rules.request import QuoteRequest

OKU = 100_000_000
MAN = 10_000


OPTION_TITLES = {
    "key_recreation": N_("オプション1　鍵再作成費用補償特約"),
    "valuables": N_("オプション2　現金・貴重品補償特約"),
    "transport": N_("オプション3　運送業務補償特約"),
    "labour_dispute": N_("オプション4　労働争議補償特約"),
}


class PlanItem(NamedTuple):
    """One choice: ``title`` is a message id; ``limit`` yen, or None where there is none to choose."""

    title: str
    taken: bool
    limit: int | None


def plan_of(request: QuoteRequest) -> tuple[PlanItem, ...]:
    """Always five items, whether they are taken or not."""
    valuables = request.valuables.limit if request.valuables else None
    return (
        PlanItem(N_("基本補償の支払限度額"), True, request.limit),
        PlanItem(
            OPTION_TITLES["key_recreation"], request.key_recreation_limit is not None, request.key_recreation_limit
        ),
        PlanItem(OPTION_TITLES["valuables"], request.valuables is not None, valuables),
        PlanItem(OPTION_TITLES["transport"], request.has_transport, None),
        PlanItem(OPTION_TITLES["labour_dispute"], request.labour_dispute, None),
    )


def plan_words(item: PlanItem) -> str:
    """What was chosen, as it is said in Japanese: 3億円, 500万円, 加入する."""
    if item.limit is None:
        return "加入する" if item.taken else "加入しない"
    return f"{item.limit // OKU:,}億円" if item.limit % OKU == 0 else f"{item.limit // MAN:,}万円"
