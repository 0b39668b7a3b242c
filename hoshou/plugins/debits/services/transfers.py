"""Members' bank transfers to the association's account, and to no other (B-076, B-088)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.failures import Lapse, LapseState
from hoshou.plugins.debits.models.settlements import EndingReceivable, Receiver, Settlement, TransferReceipt
from hoshou.plugins.debits.rules.events import LevyTransferred
from hoshou.plugins.debits.rules.transfers import OpenInstalment, settled_at_most, settled_by
from hoshou.plugins.debits.services.due import part_of, tell_due
from hoshou.plugins.debits.services.endings import (
    Standings,
    close_if_settled,
    locked_enrolment,
    open_receivable,
    standings_of,
)
from hoshou.plugins.debits.services.ledger.post import post
from hoshou.plugins.debits.services.overpayments import note_excess
from hoshou.plugins.debits.services.scope import require_association
from hoshou.plugins.debits.services.settling import set_failures
from hoshou.plugins.debits.services.tasks import finish_all
from hoshou.plugins.guardkun.models.enrolments import Instalment

OBJECT = "guardkun_enrolment"


@dataclass(frozen=True)
class Transfer:
    """A line of the account's statement; ``amount`` in yen. ``refund_excess``: what is too much goes back."""

    enrolment_id: int
    amount: int
    received_on: date
    reference: str
    receiver: str = Receiver.ASSOCIATION.value
    refund_excess: bool = False


def payable(session: Session, standings: Standings, enrolment_id: int, on: date) -> list[Instalment]:
    """The instalments that a transfer of the day may settle, oldest first.

    What has fallen due; after an ending the required instalments, fallen due or not. None that waits for the
    result of a debit.
    """
    opened = session.get(EndingReceivable, enrolment_id)
    return [
        one
        for one in standings.unpaid()
        if one.id not in standings.in_run
        and (one.number <= opened.required if opened is not None else one.due_on <= on)
    ]


def receive(session: Session, clock: Clock, actor: Actor, subject: Subject, transfer: Transfer) -> int:
    """Enter a transfer; whole instalments are settled, oldest first. Returns the receipt's number.

    The same transfer again is the same receipt. With everything paid before the day of 不払解除, a proposed
    lapse is undone and failures count anew (B-076). Raises Refused ``agent_receipt``, ``reference``,
    ``reference_taken``, ``received_later``, ``transfer_amount``, ``result_open``; NotFound ``enrolment``.
    """
    require_association(subject)
    if transfer.receiver != Receiver.ASSOCIATION:
        raise Refused(
            "agent_receipt",
            N_("代理店では領収できません。加入者から全国警備業協会の口座へお振り込みいただいてください。"),
            field="receiver",
        )
    if not transfer.reference.strip():
        raise Refused("reference", N_("入出金明細の番号を入力してください。"), field="reference")
    if transfer.received_on > clock.today():
        raise Refused("received_later", N_("入金日に将来の日付は指定できません。"), field="received_on")
    enrolment = locked_enrolment(session, transfer.enrolment_id)
    if enrolment is None or enrolment.booked_at is None:
        raise NotFound("enrolment", N_("該当する加入手続きが見つかりません。"))
    earlier = _earlier(session, transfer)
    if earlier is not None:
        return earlier
    open_receivable(session, clock, actor, enrolment)
    standings = standings_of(session, enrolment.id)
    fitting = payable(session, standings, enrolment.id, transfer.received_on)
    by_id = {one.id: one for one in fitting}
    unpaid = [OpenInstalment(one.id, one.levy) for one in fitting]
    if transfer.refund_excess:
        if standings.in_run:
            raise Refused("result_open", N_("振替結果が確定してから、過入金を登録してください。"), field="amount")
        chosen, excess = settled_at_most(transfer.amount, unpaid)
    else:
        chosen, excess = settled_by(transfer.amount, unpaid), 0
    settled = [by_id[one.instalment_id] for one in chosen]
    receipt = TransferReceipt(
        enrolment_id=enrolment.id,
        reference=transfer.reference.strip(),
        amount=transfer.amount,
        received_on=transfer.received_on,
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    session.add(receipt)
    session.flush()
    today = clock.today()
    tell_due(
        session,
        clock,
        {part_of(one): one.due_on if enrolment.ended_on is None else today for one in settled},
    )
    session.add_all(
        Settlement(instalment_id=one.id, transfer_id=receipt.id, on=transfer.received_on) for one in settled
    )
    session.flush()
    if settled:
        post(session, clock, LevyTransferred(receipt.id, tuple(map(part_of, settled)), transfer.received_on))
    if excess:
        note_excess(session, clock, enrolment, receipt, excess)
    if len(settled) == len(fitting) and not standings.in_run:
        _back_to_normal(session, clock, actor, enrolment.id, transfer.received_on)
    close_if_settled(session, clock, enrolment.id)
    audit.record(
        session,
        clock,
        actor,
        "debits.transfer_received",
        OBJECT,
        enrolment.id,
        receipt=receipt.id,
        amount=transfer.amount,
        instalments=[one.number for one in settled],
    )
    return receipt.id


def _earlier(session: Session, transfer: Transfer) -> int | None:
    found = session.scalar(select(TransferReceipt).where(TransferReceipt.reference == transfer.reference.strip()))
    if found is None:
        return None
    if (found.enrolment_id, found.amount) != (transfer.enrolment_id, transfer.amount):
        raise Refused("reference_taken", N_("この明細番号は別の入金として登録されています。"), field="reference")
    return found.id


def _back_to_normal(session: Session, clock: Clock, actor: Actor, enrolment_id: int, on: date) -> None:
    """Everything due is paid: failures count anew, and a lapse that hasn't come is undone."""
    lapse = session.scalar(
        select(Lapse).where(Lapse.enrolment_id == enrolment_id, Lapse.state == LapseState.PROPOSED.value)
    )
    if lapse is not None:
        if on >= lapse.effective_on:
            return
        lapse.state, lapse.decided_at, lapse.decided_by = LapseState.PAID.value, clock.now(), actor.name
        audit.record(session, clock, actor, "debits.lapse_undone", OBJECT, enrolment_id, lapse=lapse.id)
    set_failures(session, clock.now(), {enrolment_id: 0})
    finish_all(session, clock, actor, [enrolment_id])
