"""How each event becomes a balanced entry of the ledger (B-010, B-011, B-071)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.debits.rules.accounts_chart import Account, EntryKind
from hoshou.plugins.debits.rules.events import (
    Event,
    LevyCancelled,
    LevyCollected,
    LevyDue,
    LevyOverpaid,
    LevyTransferred,
    MemberRefunded,
    Paid,
    Part,
    PremiumReturned,
    TransferExceeded,
)


@dataclass(frozen=True, slots=True)
class AgencyPremium:
    """What is remitted for one agency registration; yen. ``collection_fee`` is a part of ``premium``."""

    registration_id: int
    premium: int
    collection_fee: int


@dataclass(frozen=True, slots=True)
class PremiumRemitted:
    """The month's premium went to the lead insurer; key ``remitted:<month>``.

    ``fee_deducted``: the association kept the collection fee back and paid the rest (net); else it paid all
    of the premium (gross) and is owed the fee (D-20).
    """

    month: date
    on: date
    fee_deducted: bool
    agencies: tuple[AgencyPremium, ...]

    @property
    def key(self) -> str:
        return f"remitted:{self.month:%Y-%m}"


Booked = Event | PremiumRemitted
"""Everything that the ledger books."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry: ``amount`` yen, a debit when positive, a credit when negative.

    ``part`` is the instalment it is about, ``registration_id`` the agency where no instalment is, and
    ``enrolment_id`` the enrolment there, if it is one's.
    """

    account: Account
    amount: int
    part: Part | None = None
    registration_id: int | None = None
    enrolment_id: int | None = None


KINDS: dict[type[Booked], EntryKind] = {
    LevyDue: EntryKind.DUE,
    LevyCollected: EntryKind.COLLECTED,
    LevyTransferred: EntryKind.TRANSFERRED,
    LevyCancelled: EntryKind.CANCELLED,
    PremiumRemitted: EntryKind.REMITTED,
    LevyOverpaid: EntryKind.OVERPAID,
    TransferExceeded: EntryKind.EXCESS,
    MemberRefunded: EntryKind.REFUNDED,
    PremiumReturned: EntryKind.RETURNED,
}


def kind_of(event: Booked) -> EntryKind:
    """What the event's entry is about."""
    return KINDS[type(event)]


def parts_of(event: Booked) -> tuple[Part, ...]:
    """The instalments that the event is about."""
    match event:
        case LevyDue() | LevyCancelled() | LevyOverpaid():
            return (event.part,)
        case LevyCollected() | LevyTransferred():
            return event.parts
        case PremiumRemitted() | TransferExceeded() | MemberRefunded() | PremiumReturned():
            return ()


def enrolment_of(event: Booked) -> int | None:
    """The enrolment that the event is about, if it is a single one."""
    if isinstance(event, TransferExceeded | MemberRefunded | PremiumReturned):
        return event.enrolment_id
    enrolments = {part.enrolment_id for part in parts_of(event)}
    return enrolments.pop() if len(enrolments) == 1 else None


def fingerprint(event: Booked) -> str:
    """Sixty-four hexadecimal digits that two tellings of the same event share, and no others."""
    return hashlib.sha256(repr(event).encode()).hexdigest()


def postings_of(event: Booked) -> tuple[Posting, ...]:
    """The event's entry: its postings, without those of nothing; they always sum to 0.

    Raises Refused ``ledger_amount`` for a negative amount, ``ledger_no_part`` for a settlement of nothing,
    ``ledger_part_twice`` for one that names an instalment twice.
    """
    parts = parts_of(event)
    if any(part.premium < 0 or part.maintenance_fee < 0 for part in parts) or _is_negative(event):
        raise Refused("ledger_amount", N_("台帳に負の金額は記帳できません。"))
    if not parts and isinstance(event, LevyCollected | LevyTransferred):
        raise Refused("ledger_no_part", N_("入金の対象となる払込回がありません。"))
    if len({part.instalment_id for part in parts}) < len(parts):
        raise Refused("ledger_part_twice", N_("同じ払込回が2回含まれています。"))
    postings = tuple(posting for posting in _postings(event) if posting.amount)
    if sum(posting.amount for posting in postings) != 0:
        raise AssertionError("an entry of the ledger balances")
    return postings


def _is_negative(event: Booked) -> bool:
    return isinstance(event, TransferExceeded | MemberRefunded | PremiumReturned) and event.amount < 0


def _postings(event: Booked) -> Iterator[Posting]:
    match event:
        case LevyDue():
            yield from _claim(event.part, 1)
        case LevyCancelled():
            yield from _claim(event.part, -1)
        case LevyCollected():
            for part in event.parts:
                yield Posting(Account.AGENT_CLEARING, part.levy, part)
                yield Posting(Account.LEVY_RECEIVABLE, -part.levy, part)
        case LevyTransferred():
            for part in event.parts:
                yield Posting(Account.TRANSFERS, part.levy, part)
                yield Posting(Account.LEVY_RECEIVABLE, -part.levy, part)
        case PremiumRemitted():
            for agency in event.agencies:
                yield from _remittance(agency, fee_deducted=event.fee_deducted)
        case LevyOverpaid():
            yield from _overpaid(event)
        case TransferExceeded():
            yield from _moved(event, Account.TRANSFERS, Account.OVERPAYMENT)
        case MemberRefunded():
            yield from _moved(event, Account.OVERPAYMENT, Account.REFUND)
        case PremiumReturned():
            yield from _moved(event, Account.REMITTANCE, Account.PREMIUM_RETURN)


def _overpaid(event: LevyOverpaid) -> Iterator[Posting]:
    """What the levy was booked as is taken back, and the member is owed all of it."""
    part = event.part
    if event.remitted:
        yield Posting(Account.PREMIUM_RETURN, event.to_return, part)
        yield Posting(Account.COLLECTION_FEE, event.collection_fee, part)
        if not event.fee_deducted:
            yield Posting(Account.COLLECTION_FEE_RECEIVABLE, -event.collection_fee, part)
    else:
        yield Posting(Account.PREMIUM_PAYABLE, part.premium, part)
    yield Posting(Account.MAINTENANCE_FEE, part.maintenance_fee, part)
    yield Posting(Account.OVERPAYMENT, -part.levy, part)


def _moved(event: Paid, debit: Account, credit: Account) -> Iterator[Posting]:
    for account, amount in ((debit, event.amount), (credit, -event.amount)):
        yield Posting(account, amount, registration_id=event.registration_id, enrolment_id=event.enrolment_id)


def _claim(part: Part, sign: int) -> Iterator[Posting]:
    yield Posting(Account.LEVY_RECEIVABLE, sign * part.levy, part)
    yield Posting(Account.PREMIUM_PAYABLE, -sign * part.premium, part)
    yield Posting(Account.MAINTENANCE_FEE, -sign * part.maintenance_fee, part)


def _remittance(agency: AgencyPremium, *, fee_deducted: bool) -> Iterator[Posting]:
    premium, fee, registration = agency.premium, agency.collection_fee, agency.registration_id
    yield Posting(Account.PREMIUM_PAYABLE, premium, registration_id=registration)
    if fee_deducted:
        yield Posting(Account.REMITTANCE, fee - premium, registration_id=registration)
    else:
        yield Posting(Account.REMITTANCE, -premium, registration_id=registration)
        yield Posting(Account.COLLECTION_FEE_RECEIVABLE, fee, registration_id=registration)
    yield Posting(Account.COLLECTION_FEE, -fee, registration_id=registration)
