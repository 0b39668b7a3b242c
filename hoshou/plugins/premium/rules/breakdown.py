"""A quote explained line by line, each line with the section of the manual that it follows (P-004, B-042)."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from hoshou.base.errors import noop_gettext as N_
from hoshou.base.money import RoundingMode
from hoshou.plugins.premium.rules.calculator import Line, Quote
from hoshou.plugins.premium.rules.clauses import Clause
from hoshou.plugins.premium.rules.rates import AppliesTo, RateTable


class StepKind(StrEnum):
    """What a line of the breakdown does, in the order of the calculation."""

    CLAUSE = "clause"
    CLAUSE_FLOOR = "clause_floor"
    ANNUAL = "annual"
    ANNUAL_MINIMUM = "annual_minimum"
    PRO_RATA = "pro_rata"
    CHARGED_FLOOR = "charged_floor"
    CHARGED_MINIMUM = "charged_minimum"
    MAINTENANCE_FEE = "maintenance_fee"
    LEVY = "levy"
    COLLECTION_FEE = "collection_fee"


class Step(NamedTuple):
    """One line: what it comes to in yen, and the values that fill its sentence."""

    kind: StepKind
    amount: int
    values: Mapping[str, int | str]
    clause: Clause | None = None

    @property
    def section(self) -> str:
        """The manual's section, Ver.5.0."""
        return SECTIONS[self.kind]


SECTIONS: Mapping[StepKind, str] = {
    StepKind.CLAUSE: "II.(5)(6)",
    StepKind.CLAUSE_FLOOR: "II.(9)",
    StepKind.ANNUAL: "II.(6)",
    StepKind.ANNUAL_MINIMUM: "II.(9)",
    StepKind.PRO_RATA: "III.4.(1)",
    StepKind.CHARGED_FLOOR: "II.(9)",
    StepKind.CHARGED_MINIMUM: "II.(9)",
    StepKind.MAINTENANCE_FEE: "II.(6)",
    StepKind.LEVY: "I.1.(2)",
    StepKind.COLLECTION_FEE: "I.1.(2)",
}

SECTION_TITLES: Mapping[str, str] = {
    "I.1.(2)": N_("基本情報"),
    "II.(5)(6)": N_("算出の基礎・保険料計算"),
    "II.(6)": N_("保険料計算"),
    "II.(9)": N_("最低保険料"),
    "III.4.(1)": N_("中途加入"),
}
"""What the manual calls each of those sections."""

ROUNDING_LABELS: Mapping[RoundingMode, str] = {
    RoundingMode.HALF_UP: N_("四捨五入"),
    RoundingMode.FLOOR: N_("切捨て"),
    RoundingMode.CEIL: N_("切上げ"),
}

TITLES: Mapping[StepKind, str] = {
    StepKind.CLAUSE_FLOOR: N_("現金・貴重品補償特約（輸送警備以外）の下限保険料"),
    StepKind.ANNUAL: N_("年額保険料"),
    StepKind.ANNUAL_MINIMUM: N_("最低保険料（年額）"),
    StepKind.PRO_RATA: N_("保険料（月割）"),
    StepKind.CHARGED_FLOOR: N_("下限保険料に不足する額"),
    StepKind.CHARGED_MINIMUM: N_("最低保険料"),
    StepKind.MAINTENANCE_FEE: N_("制度維持費"),
    StepKind.LEVY: N_("賦課金"),
    StepKind.COLLECTION_FEE: N_("うち集金事務費"),
}
"""What each line is called; a clause's line has the clause's name."""

SENTENCES: Mapping[StepKind, str] = {
    StepKind.CLAUSE: N_("%(name)s%(basis)s円 × 料率%(rate)s ÷ %(unit)s円"),
    StepKind.CLAUSE_FLOOR: N_("%(computed)s円が下限（支払限度額 × %(per_mille)s ÷ 1,000）に満たないため"),
    StepKind.ANNUAL: N_("基本補償と特約の合計"),
    StepKind.ANNUAL_MINIMUM: N_("%(computed)s円が最低保険料（1証券番号あたり）に満たないため"),
    StepKind.PRO_RATA: N_("%(annual)s円 × %(months)sか月 ÷ 12か月"),
    StepKind.CHARGED_FLOOR: N_("月割後の特約保険料が下限（支払限度額 × %(per_mille)s ÷ 1,000）に満たないため加算"),
    StepKind.CHARGED_MINIMUM: N_("%(computed)s円が最低保険料（1証券番号あたり）に満たないため"),
    StepKind.MAINTENANCE_FEE: N_("保険料%(premium)s円 × %(percent)s％（1円未満切捨て）"),
    StepKind.LEVY: N_("保険料%(premium)s円 ＋ 制度維持費%(fee)s円"),
    StepKind.COLLECTION_FEE: N_("保険料%(premium)s円 × %(percent)s％（保険料に含まれています）"),
}


def breakdown(quote: Quote, rates: RateTable) -> tuple[Step, ...]:
    """Every step that made ``quote`` by ``rates``; a step that changed nothing is left out."""
    return tuple(_steps(quote, rates))


def _steps(quote: Quote, rates: RateTable) -> Iterator[Step]:
    for line in quote.lines:
        yield from _clause_steps(line, rates)
    yield Step(StepKind.ANNUAL, quote.summed, {})
    if quote.annual_premium > quote.summed:
        yield Step(StepKind.ANNUAL_MINIMUM, quote.annual_premium, {"computed": quote.summed})
    yield Step(StepKind.PRO_RATA, quote.prorated, {"annual": quote.annual_premium, "months": quote.months})
    if quote.floor_shortfall:
        per_mille = rates.valuables_floor_per_mille
        yield Step(StepKind.CHARGED_FLOOR, quote.floor_shortfall, {"per_mille": per_mille})
    charged = quote.prorated + quote.floor_shortfall
    if rates.minimum_applies_to is AppliesTo.CHARGED and quote.premium > charged:
        yield Step(StepKind.CHARGED_MINIMUM, quote.premium, {"computed": charged})
    fee = {"premium": quote.premium, "percent": rates.maintenance_fee_percent}
    yield Step(StepKind.MAINTENANCE_FEE, quote.maintenance_fee, fee)
    yield Step(StepKind.LEVY, quote.levy, {"premium": quote.premium, "fee": quote.maintenance_fee})
    share = {"premium": quote.premium, "percent": rates.collection_fee_percent}
    yield Step(StepKind.COLLECTION_FEE, quote.collection_fee, share)


def _clause_steps(line: Line, rates: RateTable) -> Iterator[Step]:
    values: dict[str, Any] = {"basis": line.basis, "rate": line.rate.text, "unit": rates.unit}
    yield Step(StepKind.CLAUSE, line.computed, values, line.clause)
    if line.premium > line.computed:
        floor = {"computed": line.computed, "per_mille": rates.valuables_floor_per_mille}
        yield Step(StepKind.CLAUSE_FLOOR, line.premium, floor, line.clause)
