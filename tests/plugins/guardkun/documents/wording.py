"""The manual's clauses and cover table (II.(1), II.(2)) as rows of a scheme year, and its lead agency."""

from sqlalchemy.orm import Session

from hoshou.plugins.guardkun.models.scheme import SchemeClause, SchemeCover, SchemeYear
from hoshou.plugins.organisations.models import Agency

CLAUSES = (
    ("警備業者特別約款", "58", False, "always"),
    ("賠償責任保険追加特約", "P5", True, "always"),
    ("保険料確定特約", "A6", False, "always"),
    ("警備契約書拡張補償特約", "88", False, "always"),
    ("共通支払限度額特約", "", True, "always"),
    ("共同保険に関する特約", "", False, "always"),
    ("人格権侵害補償特約（警備業者用）", "B6", False, "always"),
    ("見舞費用補償特約", "B7", False, "always"),
    ("初期対応費用補償特約", "P9", False, "always"),
    ("訴訟対応費用補償特約", "P8", False, "always"),
    ("使用不能損害拡張補償特約（警備業用）", "88", False, "always"),
    ("鍵再作成費用補償特約", "88", False, "key_recreation"),
    ("現金・貴重品補償特約", "B4・B5", False, "valuables"),
    ("運送業務補償特約", "B1", False, "transport"),
    ("労働争議補償特約", "B3", False, "labour_dispute"),
    ("保険料支払に関する特約", "B9", False, "always"),
    ("保険料大口分割払特約", "", False, "always"),
)
CONSOLATION = """(a) 死亡した場合：50万円
(b) 後遺障害が生じた場合（後遺障害の程度により支払限度額が決定されます）：2万円～50万円
(c) 入院・治療の場合
病院または診療所に入院した期間
31日以上：10万円
15日以上～30日以内：5万円
8日以上～14日以内：3万円
7日以内：2万円
治療した期間（入院した期間を除きます）
31日以上：5万円
15日以上～30日以内：3万円
8日以上～14日以内：2万円
7日以内：1万円"""
STEPS = ",".join(str(limit * 100_000_000) for limit in range(1, 11))
COVERS = (
    (
        "basic",
        "身体障害・財物損壊共通",
        False,
        "1事故・保険期間中1億円～10億円(1億円単位)",
        "なし",
        STEPS,
    ),
    ("basic", "警備契約書拡張補償", True, "1名・1事故1,000万円", "なし", ""),
    (
        "basic",
        "特約1 人格権侵害補償特約（基本プラン）",
        False,
        "1名1,000万円\n1事故・保険期間中1億円",
        "1事故1千円",
        "",
    ),
    ("basic", "特約2 見舞費用補償特約（基本プラン）", False, CONSOLATION, "なし", ""),
    ("basic", "特約3 初期対応費用補償特約（基本プラン）", False, "1事故・保険期間中1,000万円", "なし", ""),
    ("basic", "特約4 訴訟対応費用補償特約（基本プラン）", False, "1事故・保険期間中1,000万円", "なし", ""),
    ("basic", "特約5 使用不能損害拡張補償特約（基本プラン）", False, "1事故500万円", "なし", ""),
    (
        "key_recreation",
        "特約6 鍵再作成費用補償特約（オプション1）",
        True,
        "1事故・保険期間中500万円・1,000万円・2,000万円から選択",
        "なし",
        "5000000,10000000,20000000",
    ),
    (
        "valuables",
        "特約7 現金・貴重品補償特約（オプション2）",
        False,
        "1事故・保険期間中3,000万円・5,000万円・1億円から選択\n※輸送警備はオプション3にご加入いただいた場合のみ対象となります。",
        "なし",
        "30000000,50000000,100000000",
    ),
    (
        "transport",
        "特約8 運送業務補償特約（オプション3）",
        False,
        "基本補償の支払限度額が適用されます。\n※オプション2の要否もご確認ください。支払限度額を決める際には、1回の輸送額の最大値をご確認ください。",
        "なし",
        "",
    ),
    (
        "labour_dispute",
        "特約9 労働争議補償特約（オプション4）",
        False,
        "基本補償の支払限度額が適用されます。",
        "なし",
        "",
    ),
)


def add_wording(session: Session, year_id: int) -> None:
    """The year's clauses and cover lines, and たいよう共済 as its lead agency."""
    agency = Agency(name="たいよう共済")
    session.add(agency)
    for position, (title, code, is_automatic, attaches) in enumerate(CLAUSES, 1):
        session.add(
            SchemeClause(
                scheme_year_id=year_id,
                position=position,
                title=title,
                code=code,
                is_automatic=is_automatic,
                attaches=attaches,
            )
        )
    for position, (clause, title, is_original, limit, deductible, choices) in enumerate(COVERS, 1):
        session.add(
            SchemeCover(
                scheme_year_id=year_id,
                position=position,
                clause=clause,
                title=title,
                is_original=is_original,
                limit_text=limit,
                deductible_text=deductible,
                choices=choices,
            )
        )
    session.flush()
    session.get_one(SchemeYear, year_id).lead_agency_id = agency.id
    session.flush()
