"""What the demo's debits tell: each member's account, and what became of its debits month by month."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

FIRST_MONTH = date(2026, 8, 1)
LAST_MONTH = date(2027, 7, 1)
LEAST_MONTHS = 2
"""That many months are told even where the clock hasn't come so far."""

LEAD_DAYS = 5
CLOSING_TIME = time(15)
AGENT = {
    "name": "三菱UFJニコス",
    "consignor_code": "1234567890",
    "consignor_name": "ｹｲﾋﾞ ﾎｹﾝ",
    "bank_code": "0005",
    "bank_name": "ﾐﾂﾋﾞｼUFJ",
    "branch_code": "001",
    "branch_name": "ﾎﾝﾃﾝ",
    "account_type": "1",
    "account_number": "0012345",
    "lead_days": LEAD_DAYS,
    "closing_time": CLOSING_TIME,
}

NO_FUNDS, NO_DEALINGS, OTHER, PAID = "1", "2", "9", "0"
IN_TIME, LATE = date(2026, 4, 20), date(2026, 7, 15)
RETURNED_ON = date(2026, 5, 8)
RETURNED_WHY = "届出印の相違"


@dataclass(frozen=True)
class DebitStory:
    """A member by its number, its account, and the result codes of its debits.

    ``codes`` counts months from the first (0), or back from the last that has a result (-1); the others are paid.
    """

    member: str
    bank: str
    branch: str
    account_number: str
    holder: str
    codes: Mapping[int, str] = field(default_factory=dict)
    is_returned: bool = False

    def code(self, month: int, months: int) -> str:
        """The result code of a month of so many."""
        return self.codes.get(month) or self.codes.get(month - months) or PAID


TRANSFERS, LAPSES = "13-00103", "13-00111"
"""Both fail twice in a row: one pays by urgent transfer, of the other the cover ends."""

TOLD_IN = 1
"""The month in which both have failed twice."""

STORIES = (
    DebitStory("13-00101", "みずほ銀行", "新宿支店", "1000101", "アオバノケイビ（カ"),
    DebitStory("13-00102", "三菱UFJ銀行", "新宿支店", "1000102", "カ）シノノメセキュリテイ", {0: NO_FUNDS}),
    DebitStory(
        "13-00103", "三井住友銀行", "神田支店", "1000103", "シオナギソウゴウケイビ（ユ", {0: NO_FUNDS, 1: NO_FUNDS}
    ),
    DebitStory("13-00104", "りそな銀行", "新宿支店", "1000104", "タカミネガード（カ"),
    DebitStory(
        "13-00107", "楽天銀行", "ジャズ支店", "1000107", "ソウカイシテイガード（カ", {-2: NO_FUNDS, -1: NO_FUNDS}
    ),
    DebitStory("13-00108", "ゆうちょ銀行", "018", "1000108", "ユ）コモレビケイビ", {-1: NO_DEALINGS}),
    DebitStory("13-00109", "PayPay銀行", "本店営業部", "1000109", "スズカケケイビホシヨウ（カ", {-1: OTHER}),
    DebitStory(
        "13-00110", "みずほ銀行", "銀座支店", "1000110", "カ）ミヨウジヨウソウゴウガード", is_returned=True
    ),
    DebitStory(
        "13-00111", "SBI新生銀行", "本店", "1000111", "ユキシロセキユリテイ（ド", {0: NO_FUNDS, 1: NO_FUNDS}
    ),
)

CLAIMS = (
    ("A2026-0001", "13-00101", date(2026, 6, 24), date(2026, 8, 28), 180_000),
    ("A2026-0002", "13-00104", date(2026, 7, 3), date(2026, 9, 10), 642_300),
)
"""Paid claims: number, member, day of the accident, day of the payment, yen."""

SAMPLE_RESULT_NAME = "見本_振替結果.txt"
