"""The net banks whose accounts can be debited (manual VI Q13, B-080)."""

NET_BANKS = (
    "PayPay銀行",
    "セブン銀行",
    "シティバンク、エヌ・エイ",
    "イオン銀行",
    "住信SBIネット銀行",
    "auじぶん銀行",
    "楽天銀行",
    "SBI新生銀行",
)
"""As of 令和6年12月."""
