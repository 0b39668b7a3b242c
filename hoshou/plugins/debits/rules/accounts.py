"""A debit account as it is written on the mandate (口座振替依頼書), and which banks can't be debited (Q13)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.debits.zengin.kana import to_bank_kana
from hoshou.plugins.debits.zengin.layout import DATA
from hoshou.plugins.debits.zengin.profiles import Profile

SHOWN_DIGITS = 4
STORE_LENGTH = DATA.field("bank_name").length
NAME_LENGTH = DATA.field("name").length


class AccountType(StrEnum):
    """預金種目, by the codes of the bank file."""

    ORDINARY = "1"
    CURRENT = "2"
    TAX = "3"
    OTHER = "9"


ACCOUNT_TYPE_LABELS = {
    AccountType.ORDINARY: N_("普通"),
    AccountType.CURRENT: N_("当座"),
    AccountType.TAX: N_("納税準備"),
    AccountType.OTHER: N_("その他"),
}

NET_BANKS_TAKEN: Mapping[str, str] = {
    "0033": "PayPay銀行",
    "0034": "セブン銀行",
    "0036": "楽天銀行",
    "0038": "住信SBIネット銀行",
    "0039": "auじぶん銀行",
    "0040": "イオン銀行",
    "0397": "SBI新生銀行",
    "0401": "シティバンク、エヌ・エイ",
}
"""The eight net banks that the collection agent debits, as of 令和6年12月 (Q13, B-080)."""

NET_BANKS_NOT_TAKEN: Mapping[str, str] = {
    "0035": "ソニー銀行",
    "0041": "大和ネクスト銀行",
    "0042": "ローソン銀行",
    "0043": "みんなの銀行",
    "0044": "UI銀行",
    "0310": "GMOあおぞらネット銀行",
}


@dataclass(frozen=True, slots=True)
class Account:
    """Where a levy is debited. Codes are text with their zeros; names are in the bank's kana."""

    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    account_type: str
    account_number: str
    holder: str


def masked(tail: str) -> str:
    """An account number as lists show it: ``***4567`` (B6)."""
    return f"***{tail}"


def tail_of(account_number: str) -> str:
    """The digits that lists may show."""
    return account_number[-SHOWN_DIGITS:]


def checked_account(written: Account, profile: Profile) -> Account:
    """The account as a bank file takes it, kana turned into the bank's characters.

    A conversion that would make another name of it is refused, never guessed. Raises Invalid with a refusal
    for each field at fault: ``not_digits``, ``account_type``, ``net_bank``, ``required``, ``too_long``, or
    what ``to_bank_kana`` says of a name.
    """
    faults: list[Refused] = []
    for field, length in (("bank_code", 4), ("branch_code", 3), ("account_number", 7)):
        if not re.fullmatch(f"[0-9]{{{length}}}", getattr(written, field)):
            message = N_("%(length)s桁の数字で入力してください。")
            faults.append(Refused("not_digits", message, field=field, length=length))
    if written.account_type not in list(AccountType):
        faults.append(Refused("account_type", N_("預金種目を選択してください。"), field="account_type"))
    if written.bank_code in NET_BANKS_NOT_TAKEN:
        faults.append(
            Refused(
                "net_bank",
                N_("%(bank)sは口座振替に対応していません。対応しているネット銀行は8行です（%(taken)s）。"),
                field="bank_code",
                bank=NET_BANKS_NOT_TAKEN[written.bank_code],
                taken="、".join(NET_BANKS_TAKEN.values()),
            )
        )
    store, party = profile.store_names, profile.party_names
    bank = _kana(faults, "bank_name", written.bank_name, store, STORE_LENGTH)
    branch = _kana(faults, "branch_name", written.branch_name, store, STORE_LENGTH)
    holder = _kana(faults, "holder", written.holder, party, NAME_LENGTH)
    if faults:
        raise Invalid(faults)
    return Account(
        written.bank_code,
        bank,
        written.branch_code,
        branch,
        written.account_type,
        written.account_number,
        holder,
    )


def _kana(faults: list[Refused], field: str, typed: str, allowed: frozenset[str], length: int) -> str:
    try:
        text = to_bank_kana(typed.strip(), allowed).text
    except Refused as refused:
        faults.append(Refused(refused.code, refused.message, field=field, **refused.values))
        return ""
    if not text:
        faults.append(Refused("required", N_("入力してください。"), field=field))
    elif len(text) > length:
        message = N_("カナ%(length)s文字（濁点・半濁点も1文字）までです。名義は切り詰めません。")
        faults.append(Refused("too_long", message, field=field, length=length))
    return text
