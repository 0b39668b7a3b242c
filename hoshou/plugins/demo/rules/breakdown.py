"""A plausible breakdown of a contract amount, for an annex. Amounts are whole yen."""

from enum import StrEnum

from hoshou.plugins.demo.rules.certificate import BreakdownLine


class Trade(StrEnum):
    """What is built; it decides the works that a breakdown lists."""

    ROAD = "道路"
    BRIDGE = "橋梁"
    SEWER = "上下水道"
    BUILDING = "建築"
    RIVER = "河川・港湾"
    PARK = "公園"


# The name of a work, its usual quantity and unit, and its weight in the direct cost.
_WORKS: dict[Trade, tuple[tuple[str, int, str, int], ...]] = {
    Trade.ROAD: (
        ("掘削工", 3_200, "m³", 9),
        ("路体盛土工", 2_450, "m³", 7),
        ("路床安定処理工", 4_100, "m²", 8),
        ("下層路盤工", 4_050, "m²", 11),
        ("上層路盤工", 3_980, "m²", 12),
        ("表層工（密粒度アスコン13）", 3_940, "m²", 18),
        ("側溝工（自由勾配）", 620, "m", 14),
        ("縁石工", 580, "m", 6),
        ("区画線工", 1_240, "m", 3),
        ("電線共同溝管路工", 310, "m", 12),
    ),
    Trade.BRIDGE: (
        ("橋面防水工", 1_860, "m²", 12),
        ("伸縮装置取替工", 42, "m", 16),
        ("支承補修工", 18, "基", 21),
        ("ひび割れ注入工", 265, "m", 7),
        ("断面修復工", 34, "m³", 13),
        ("現場塗装工", 2_700, "m²", 19),
        ("足場工", 2_900, "掛m²", 12),
    ),
    Trade.SEWER: (
        ("管布設工（ダクタイル鋳鉄管φ200）", 840, "m", 27),
        ("管布設工（ポリエチレン管φ75）", 460, "m", 13),
        ("仕切弁設置工", 22, "基", 9),
        ("消火栓設置工", 8, "基", 5),
        ("マンホール設置工", 31, "箇所", 14),
        ("給水切替工", 126, "戸", 11),
        ("舗装復旧工", 1_980, "m²", 21),
    ),
    Trade.BUILDING: (
        ("直接仮設工", 1, "式", 7),
        ("土工・地業工", 1, "式", 6),
        ("鉄筋工", 86, "t", 11),
        ("コンクリート工", 740, "m³", 12),
        ("型枠工", 3_150, "m²", 9),
        ("防水工", 1_120, "m²", 5),
        ("建具工", 148, "箇所", 9),
        ("内装工", 2_840, "m²", 10),
        ("電気設備工", 1, "式", 14),
        ("機械設備工", 1, "式", 17),
    ),
    Trade.RIVER: (
        ("浚渫工", 12_400, "m³", 24),
        ("土砂運搬工", 12_400, "m³", 15),
        ("矢板打設工", 214, "枚", 22),
        ("捨石工", 1_850, "m³", 13),
        ("根固めブロック据付工", 96, "個", 16),
        ("護岸法覆工", 1_430, "m²", 10),
    ),
    Trade.PARK: (
        ("造成工", 1_900, "m³", 12),
        ("園路舗装工", 1_260, "m²", 19),
        ("植栽工（高木）", 64, "本", 16),
        ("植栽工（低木・地被）", 2_300, "株", 11),
        ("遊具設置工", 7, "基", 26),
        ("照明設備工", 18, "基", 16),
    ),
}
_INDIRECT = (("共通仮設費", 9), ("現場管理費", 22), ("一般管理費等", 15))
_INDIRECT_OVER = 146


def breakdown(trade: Trade, contract_amount: int, sections: int = 1) -> tuple[BreakdownLine, ...]:
    """The lines of a contract amount that includes 10 % consumption tax; their amounts add up to it.

    ``sections`` repeats the works, once for each section of the site (工区).
    """
    tax = contract_amount // 11
    net = contract_amount - tax
    overheads = [(name, net * share // _INDIRECT_OVER) for name, share in _INDIRECT]
    direct = net - sum(amount for _, amount in overheads)
    works = [
        (name if sections == 1 else f"第{section}工区　{name}", quantity, unit, weight)
        for section in range(1, sections + 1)
        for name, quantity, unit, weight in _WORKS[trade]
    ]
    weights = sum(weight for *_, weight in works)
    lines = [
        BreakdownLine(name, max(1, quantity // sections), unit, direct * weight // weights)
        for name, quantity, unit, weight in works
    ]
    rest = direct - sum(line.amount for line in lines)
    lines[-1] = BreakdownLine(lines[-1].work, lines[-1].quantity, lines[-1].unit, lines[-1].amount + rest)
    lines += [BreakdownLine(name, 1, "式", amount) for name, amount in overheads]
    return (*lines, BreakdownLine("消費税および地方消費税相当額", 1, "式", tax))
