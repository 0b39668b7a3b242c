"""What the demo's group scheme consists of: fictional security companies in Tokyo and their agencies."""

from dataclasses import dataclass
from datetime import date, datetime

from hoshou.base.clock import JST
from hoshou.plugins.demo.rules.parties import AGENCIES, INSURERS, Agency, Insurer

TOKYO = 13
START = date(2026, 6, 1)
APPLIED_AT = datetime(2026, 4, 20, 10, tzinfo=JST)
BOOKED_AT = datetime(2026, 5, 12, 10, tzinfo=JST)
SHIPPED_AT = datetime(2026, 5, 28, 10, tzinfo=JST)


@dataclass(frozen=True)
class SchemeAgency:
    """An agency of the scheme: its insurer, how that writes its code, and the share pattern where there is one."""

    agency: Agency
    insurer: Insurer
    office_code: str
    share_pattern: str = ""


@dataclass(frozen=True)
class Company:
    """A member: number in its association, name, yearly turnover in yen, and the limit that it wants in yen."""

    number: str
    name: str
    kana: str
    representative: str
    sales: int
    limit: int


MITSUI = SchemeAgency(AGENCIES[0], INSURERS[7], "AAA00-1234", "101")
NISSHIN = SchemeAgency(AGENCIES[1], INSURERS[6], "12345-654321")

BOOKED = (
    (Company("13-00101", "青葉野警備株式会社", "アオバノケイビ", "青葉 守", 120_000_000, 100_000_000), MITSUI),
    (
        Company(
            "13-00102", "株式会社しののめセキュリティ", "シノノメセキュリティ", "東雲 望", 480_000_000, 300_000_000
        ),
        MITSUI,
    ),
    (
        Company("13-00103", "潮凪綜合警備有限会社", "シオナギソウゴウケイビ", "潮 渚", 64_000_000, 100_000_000),
        NISSHIN,
    ),
    (Company("13-00104", "髙嶺ガード株式会社", "タカミネガード", "髙嶺 﨑", 950_000_000, 1_000_000_000), NISSHIN),
    (
        Company(
            "13-00107", "蒼海シティガード株式会社", "ソウカイシティガード", "蒼井 岬", 150_000_000, 100_000_000
        ),
        MITSUI,
    ),
    (Company("13-00108", "有限会社木漏日警備", "コモレビケイビ", "木下 光", 42_000_000, 100_000_000), NISSHIN),
    (
        Company("13-00109", "鈴懸警備保障株式会社", "スズカケケイビホショウ", "鈴木 懸", 230_000_000, 200_000_000),
        MITSUI,
    ),
    (
        Company(
            "13-00110", "株式会社明星綜合ガード", "ミョウジョウソウゴウガード", "明石 星", 77_000_000, 100_000_000
        ),
        MITSUI,
    ),
    (
        Company(
            "13-00111", "雪代セキュリティ合同会社", "ユキシロセキュリティ", "雪代 涼", 36_000_000, 100_000_000
        ),
        NISSHIN,
    ),
)
"""Enrolled since the year's start."""

JOINING = Company(
    "13-00105", "千鳥野警備保障株式会社", "チドリノケイビホショウ", "千鳥 歩", 210_000_000, 200_000_000
)
"""On its way: an application form for the next start."""

ASKING = Company(
    "13-00106", "瑞穂台パトロール株式会社", "ミズホダイパトロール", "瑞穂 実", 88_000_000, 100_000_000
)
"""Has only a quote."""
