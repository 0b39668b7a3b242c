"""The net banks whose accounts can be debited (manual VI Q13, B-080)."""

from collections.abc import Mapping

NET_BANKS: Mapping[str, str] = {
    "0033": "PayPay銀行",
    "0034": "セブン銀行",
    "0401": "シティバンク、エヌ・エイ",
    "0040": "イオン銀行",
    "0038": "住信SBIネット銀行",
    "0039": "auじぶん銀行",
    "0036": "楽天銀行",
    "0397": "SBI新生銀行",
}
"""Bank codes and the names as the manual prints them, in its order; as of 令和6年12月."""

NET_BANKS_NOT_TAKEN = frozenset({"0035", "0041", "0042", "0043", "0044", "0310"})
"""The codes of the other net banks, none of which the manual lists."""
