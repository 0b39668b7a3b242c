"""Two versions of a rate table side by side (D-21)."""

from typing import NamedTuple

from hoshou.plugins.premium.rules.rate_sheet import RateSheet, sheet_rows


class RateRow(NamedTuple):
    """One item (a message id) with its limit in yen, as it was and as it becomes; empty where there was none."""

    item: str
    limit: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether the two say something else."""
        return self.before != self.after


def rate_rows(before: RateSheet | None, after: RateSheet) -> list[RateRow]:
    """Every row of ``after`` with what ``before`` says there."""
    earlier = {(item, limit): value for item, limit, value in sheet_rows(before)} if before else {}
    return [
        RateRow(item, limit, earlier.get((item, limit), ""), value) for item, limit, value in sheet_rows(after)
    ]
