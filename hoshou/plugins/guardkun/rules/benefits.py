"""What the 見舞費用補償特約 pays, looked up in a scheme year's table (II.(2) 特約2, B-020)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_


class BenefitKind(StrEnum):
    """What happened to the injured person."""

    DEATH = "death"
    DISABILITY = "disability"
    HOSPITAL = "hospital"
    TREATMENT = "treatment"


BENEFIT_KIND_LABELS = {
    BenefitKind.DEATH: N_("死亡した場合"),
    BenefitKind.DISABILITY: N_("後遺障害が生じた場合"),
    BenefitKind.HOSPITAL: N_("病院または診療所に入院した期間"),
    BenefitKind.TREATMENT: N_("治療した期間（入院した期間を除きます）"),
}

BY_DAYS = frozenset({BenefitKind.HOSPITAL, BenefitKind.TREATMENT})
"""The kinds whose benefit depends on the days of a stay or a treatment."""


@dataclass(frozen=True)
class BenefitRow:
    """A row of the table: yen from ``least`` to ``most`` for ``days_from`` to ``days_to`` days, both included.

    Days are given for the kinds of ``BY_DAYS`` alone; ``days_to`` is None where there is no upper bound.
    """

    kind: BenefitKind
    days_from: int | None
    days_to: int | None
    least: int
    most: int

    def holds(self, days: int | None) -> bool:
        """Whether the row is for so many days."""
        if self.days_from is None:
            return True
        return days is not None and self.days_from <= days and (self.days_to is None or days <= self.days_to)


@dataclass(frozen=True)
class Benefit:
    """The limit in yen. For a disability its degree decides where between ``least`` and ``most``."""

    least: int
    most: int


def benefit(table: Sequence[BenefitRow], kind: BenefitKind, days: int | None = None) -> Benefit:
    """The benefit for a kind and, where it depends on them, the days of the stay or treatment.

    Raises Refused ``days_missing`` where days are needed and fewer than one is given, and ``no_benefit`` where
    the table has no row.
    """
    if kind in BY_DAYS and (days is None or days < 1):
        raise Refused("days_missing", N_("日数を1日以上で入力してください。"), field="days")
    for row in table:
        if row.kind is kind and row.holds(days):
            return Benefit(row.least, row.most)
    raise Refused("no_benefit", N_("見舞費用の表に該当する行がありません。"))


def require_whole(table: Sequence[BenefitRow]) -> None:
    """Raise Refused ``benefits_incomplete`` unless every case has exactly one row of the table."""
    if not all(_is_whole(kind, [row for row in table if row.kind is kind]) for kind in BenefitKind):
        raise Refused("benefits_incomplete", N_("見舞費用の表に、抜けている日数か、重なっている日数があります。"))


def _is_whole(kind: BenefitKind, rows: list[BenefitRow]) -> bool:
    if kind not in BY_DAYS:
        return len(rows) == 1 and rows[0].days_from is None
    spans = sorted((row.days_from or 0, row.days_to) for row in rows)
    if not spans or spans[0][0] != 1 or spans[-1][1] is not None:
        return False
    return all(last is not None and first == last + 1 for (_, last), (first, _) in pairwise(spans))
