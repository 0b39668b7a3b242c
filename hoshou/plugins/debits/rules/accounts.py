"""A debit account as it is written on the mandate (口座振替依頼書), and as a bank file takes it (Q13)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.debits.rules.banks import Office, find_bank, find_branch, kana_for_file
from hoshou.plugins.debits.zengin.kana import to_bank_kana
from hoshou.plugins.debits.zengin.layout import DATA
from hoshou.plugins.debits.zengin.profiles import Profile
from hoshou.plugins.guardkun.rules.net_banks import NET_BANKS, NET_BANKS_NOT_TAKEN

SHOWN_DIGITS = 4
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


@dataclass(frozen=True, slots=True)
class Account:
    """A debit account as it was written: bank and branch by code, name or kana."""

    bank: str
    branch: str
    account_type: str
    account_number: str
    holder: str


@dataclass(frozen=True, slots=True)
class CheckedAccount:
    """Where a levy is debited: codes with their zeros, ``…_name`` in the file's kana, ``…_kanji`` for people."""

    bank_code: str
    bank_name: str
    bank_kanji: str
    branch_code: str
    branch_name: str
    branch_kanji: str
    account_type: str
    account_number: str
    holder: str


def masked(tail: str) -> str:
    """An account number as lists show it: ``***4567`` (B6)."""
    return f"***{tail}"


def tail_of(account_number: str) -> str:
    """The digits that lists may show."""
    return account_number[-SHOWN_DIGITS:]


def checked_account(written: Account, profile: Profile) -> CheckedAccount:
    """The account as a bank file takes it, with the names of bank and branch as they are today.

    A conversion that would make another name of the holder is refused, never guessed. Raises Invalid with a
    refusal for each field at fault: ``not_digits``, ``account_type``, ``net_bank``, ``required``, ``too_long``,
    or what ``find_bank``, ``find_branch`` and ``to_bank_kana`` say.
    """
    faults: list[Refused] = []
    bank, branch = _offices(faults, written)
    if not re.fullmatch("[0-9]{7}", written.account_number):
        message = N_("%(length)s桁の数字で入力してください。")
        faults.append(Refused("not_digits", message, field="account_number", length=7))
    if written.account_type not in list(AccountType):
        faults.append(Refused("account_type", N_("預金種目を選択してください。"), field="account_type"))
    holder = _holder(faults, written.holder, profile.party_names)
    if faults or bank is None or branch is None:
        raise Invalid(faults)
    return CheckedAccount(
        bank.code,
        kana_for_file(bank, profile.store_names),
        bank.name,
        branch.code,
        kana_for_file(branch, profile.store_names),
        branch.name,
        written.account_type,
        written.account_number,
        holder,
    )


def _offices(faults: list[Refused], written: Account) -> tuple[Office | None, Office | None]:
    try:
        bank = find_bank(written.bank)
    except Refused as refused:
        faults.append(refused)
        return None, None
    if bank.code in NET_BANKS_NOT_TAKEN:
        faults.append(
            Refused(
                "net_bank",
                N_("「%(bank)s」は口座振替に対応していません。対応しているネット銀行は8行です（%(taken)s）。"),
                field="bank",
                bank=bank.name,
                taken="、".join(NET_BANKS.values()),
            )
        )
    try:
        return bank, find_branch(bank, written.branch)
    except Refused as refused:
        faults.append(refused)
        return bank, None


def _holder(faults: list[Refused], typed: str, allowed: frozenset[str]) -> str:
    try:
        text = to_bank_kana(typed.strip(), allowed).text
    except Refused as refused:
        faults.append(Refused(refused.code, refused.message, field="holder", **refused.values))
        return ""
    if not text:
        faults.append(Refused("required", N_("入力してください。"), field="holder"))
    elif len(text) > NAME_LENGTH:
        message = N_("カナ%(length)s文字（濁点・半濁点も1文字）までです。名義は切り詰めません。")
        faults.append(Refused("too_long", message, field="holder", length=NAME_LENGTH))
    return text
