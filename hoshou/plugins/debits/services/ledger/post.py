"""Where the ledger is told what happened: each event becomes one balanced entry, once (B2, F12)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Label, cast, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.bulk import add_rows, new_keys
from hoshou.plugins.debits.models.ledger import LedgerEntry, LedgerLevy, LedgerPosting, LevyStep
from hoshou.plugins.debits.rules.accounts_chart import EntryKind
from hoshou.plugins.debits.rules.events import Event, LevyCancelled, LevyOverpaid, Part
from hoshou.plugins.debits.rules.journal import Booked, enrolment_of, fingerprint, kind_of, parts_of, postings_of
from hoshou.plugins.debits.rules.sharing import collection_fees
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment, Quote

BATCH = 500
"""Events written together; SQLite takes no statement with more than some ten thousand values."""

STEPS = {
    EntryKind.DUE: LevyStep.DUE,
    EntryKind.COLLECTED: LevyStep.PAID,
    EntryKind.TRANSFERRED: LevyStep.PAID,
    EntryKind.CANCELLED: LevyStep.CANCELLED,
}


Told = tuple[Booked, str]
"""An event with its fingerprint."""


@dataclass(slots=True)
class _Levy:
    """An instalment as the ledger knows it; ``step`` is how far it has come, None before it is due."""

    part: Part
    registration_id: int
    collection_fee: int
    step: LevyStep | None


def post(session: Session, clock: Clock, event: Event) -> None:
    """Book an event as one balanced entry, in the caller's transaction. Told again, it changes nothing.

    Raises Refused: ``ledger_key_taken`` when another event was booked under its key, ``ledger_not_due`` for an
    instalment that is settled before it is due, ``ledger_settled`` for one that was paid or cancelled before,
    ``ledger_not_paid`` for one that is overpaid and wasn't paid,
    ``ledger_part_differs`` when a part isn't the instalment's, and what ``journal.postings_of`` refuses.
    """
    post_all(session, clock, (event,))


def post_all(session: Session, clock: Clock, events: Iterable[Booked]) -> int:
    """Book many events, in their order; returns how many were new. Raises what ``post`` raises."""
    remaining, booked = iter(events), 0
    while batch := list(islice(remaining, BATCH)):
        new = _unbooked(session, batch)
        if new:
            _write(session, clock, new)
        booked += len(new)
    return booked


def _unbooked(session: Session, events: Sequence[Booked]) -> list[Told]:
    """The events whose keys are new, each once, with their fingerprints."""
    keys = [event.key for event in events]
    rows = session.execute(select(LedgerEntry.key, LedgerEntry.fingerprint).where(LedgerEntry.key.in_(keys)))
    known = {row.key: row.fingerprint for row in rows}
    new = []
    for event in events:
        told = fingerprint(event)
        if event.key not in known:
            known[event.key] = told
            new.append((event, told))
        elif known[event.key] != told:
            raise Refused(
                "ledger_key_taken",
                N_("台帳には、同じ番号（%(key)s）で異なる内容がすでに記帳されています。"),
                key=event.key,
            )
    return new


def _write(session: Session, clock: Clock, told: Sequence[Told]) -> None:
    levies = _levies(session, [event for event, _print in told])
    entries, postings, steps = [], [], []
    for number, (event, fingerprinted) in zip(new_keys(session, LedgerEntry.id, len(told)), told, strict=True):
        month = event.on.replace(day=1)
        parts = parts_of(event)
        entries.append(_entry(clock, number, event, month, fingerprinted))
        for posting in postings_of(event):
            part = posting.part
            registration = levies[part.instalment_id].registration_id if part else posting.registration_id
            postings.append(
                {
                    "entry_id": number,
                    "month": month,
                    "account": posting.account.value,
                    "amount": posting.amount,
                    "enrolment_id": part.enrolment_id if part else posting.enrolment_id,
                    "instalment_id": part.instalment_id if part else None,
                    "registration_id": registration,
                }
            )
        if isinstance(event, LevyOverpaid):
            _require_paid(levies[event.part.instalment_id], event.part)
        else:
            steps += [_step(levies[part.instalment_id], part, number, event) for part in parts]
    # The header seals an entry, so it comes after its postings.
    add_rows(session, LedgerPosting, postings)
    add_rows(session, LedgerEntry, entries)
    add_rows(session, LedgerLevy, steps)


def _entry(clock: Clock, number: int, event: Booked, month: date, fingerprinted: str) -> dict[str, Any]:
    return {
        "id": number,
        "key": event.key,
        "kind": kind_of(event).value,
        "day": event.on,
        "month": month,
        "enrolment_id": enrolment_of(event),
        "note": event.reason if isinstance(event, LevyCancelled) else "",
        "fingerprint": fingerprinted,
        "posted_at": clock.now(),
    }


def _step(levy: _Levy, part: Part, entry: int, event: Booked) -> dict[str, Any]:
    """The instalment's next step. Raises Refused when it isn't the turn of this one."""
    step = STEPS[kind_of(event)]
    _require_same(levy, part)
    if step is not LevyStep.DUE and levy.step is None:
        raise Refused("ledger_not_due", N_("まだ請求されていない払込回です。"))
    if levy.step in (LevyStep.PAID, LevyStep.CANCELLED) or levy.step is step:
        raise Refused("ledger_settled", N_("すでに入金または取消が記帳されている払込回です。"))
    levy.step = step
    return {
        "instalment_id": part.instalment_id,
        "place": 1 if step is LevyStep.DUE else 2,
        "step": step.value,
        "follows": None if step is LevyStep.DUE else LevyStep.DUE.value,
        "day": event.on,
        "entry_id": entry,
        "enrolment_id": part.enrolment_id,
        "registration_id": levy.registration_id,
        "premium": part.premium,
        "maintenance_fee": part.maintenance_fee,
        "collection_fee": levy.collection_fee,
    }


def _require_same(levy: _Levy, part: Part) -> None:
    if levy.part != part:
        raise Refused("ledger_part_differs", N_("金額または加入者が払込回の内容と一致しません。"))


def _require_paid(levy: _Levy, part: Part) -> None:
    _require_same(levy, part)
    if levy.step is not LevyStep.PAID:
        raise Refused("ledger_not_paid", N_("入金が記帳されていない払込回です。"))


def _levies(session: Session, events: Sequence[Booked]) -> dict[int, _Levy]:
    """Every instalment that the events name, as it stands. Raises Refused ``ledger_part_differs`` for one unknown."""
    wanted = {part.instalment_id for event in events for part in parts_of(event)}
    levies: dict[int, _Levy] = {}
    for row in session.execute(
        select(
            LedgerLevy.instalment_id,
            LedgerLevy.enrolment_id,
            LedgerLevy.premium,
            LedgerLevy.maintenance_fee,
            LedgerLevy.registration_id,
            LedgerLevy.collection_fee,
            LedgerLevy.step,
        )
        .where(LedgerLevy.instalment_id.in_(wanted))
        .order_by(LedgerLevy.place)
    ):
        part = Part(row.instalment_id, row.enrolment_id, row.premium, row.maintenance_fee)
        levies[row.instalment_id] = _Levy(part, row.registration_id, row.collection_fee, LevyStep(row.step))
    levies.update(_undue(session, wanted - levies.keys()))
    if wanted - levies.keys():
        raise Refused("ledger_part_differs", N_("金額または加入者が払込回の内容と一致しません。"))
    return levies


def _undue(session: Session, instalment_ids: set[int]) -> Iterator[tuple[int, _Levy]]:
    """Instalments that the ledger doesn't know yet, with their share of the quoted collection fee."""
    if not instalment_ids:
        return
    sibling = aliased(Instalment)
    count = select(func.count()).where(sibling.enrolment_id == Enrolment.id).scalar_subquery()
    rows = session.execute(
        select(
            Instalment.id,
            Instalment.number,
            Instalment.premium,
            Instalment.maintenance_fee,
            Enrolment.id.label("enrolment_id"),
            Enrolment.registration_id,
            _quoted_fee(session),
            count.label("instalments"),
        )
        .join(Enrolment, Instalment.enrolment_id == Enrolment.id)
        .join(Quote, Enrolment.quote_id == Quote.id)
        .where(Instalment.id.in_(instalment_ids))
    )
    for row in rows:
        fees = collection_fees(row.quoted_fee, row.instalments)
        part = Part(row.id, row.enrolment_id, row.premium, row.maintenance_fee)
        yield row.id, _Levy(part, row.registration_id, fees[row.number - 1], None)


def _quoted_fee(session: Session) -> Label[int]:
    """The collection fee in a quote's answer, taken out by the database: the answer is long."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    answer = cast(Quote.result, JSON) if is_postgresql else type_coerce(Quote.result, JSON)
    fee: Label[int] = answer["collection_fee"].as_integer().label("quoted_fee")
    return fee
