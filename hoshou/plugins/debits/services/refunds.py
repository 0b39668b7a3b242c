"""What came in beyond what was owed goes back to the member, and the lead insurer's part of it comes back (B-088, D-36)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.refunds import Overpayment, Refund
from hoshou.plugins.debits.rules.events import MemberRefunded, PremiumReturned
from hoshou.plugins.debits.services.ledger.post import post
from hoshou.plugins.debits.services.lists import MOST, of_members
from hoshou.plugins.debits.services.overpayments import still_owed
from hoshou.plugins.debits.services.scope import require_association
from hoshou.plugins.guardkun.models.enrolments import Enrolment

OBJECT = "guardkun_enrolment"


@dataclass(frozen=True)
class Payment:
    """A line of the account's statement by which a member got its money back; ``amount`` in yen."""

    enrolment_id: int
    amount: int
    paid_on: date
    reference: str


@dataclass(frozen=True)
class RefundRow:
    """A member that is to get money back: since when, how much (yen), and why."""

    enrolment: Enrolment
    overpayments: Sequence[Overpayment]

    @property
    def amount(self) -> int:
        return sum(one.amount for one in self.overpayments)


def open_refunds(session: Session) -> list[RefundRow]:
    """Who is to get money back, oldest first, at most 100 overpayments."""
    found = session.scalars(
        select(Overpayment)
        .where(Overpayment.refund_id.is_(None))
        .options(
            of_members(Overpayment.enrolment),
            joinedload(Overpayment.instalment),
            joinedload(Overpayment.transfer),
        )
        .order_by(Overpayment.id)
        .limit(MOST)
    ).all()
    by_enrolment: dict[int, list[Overpayment]] = {}
    for one in found:
        by_enrolment.setdefault(one.enrolment_id, []).append(one)
    return [RefundRow(rows[0].enrolment, rows) for rows in by_enrolment.values()]


def returns_awaited(session: Session) -> Sequence[Overpayment]:
    """Premiums that the lead insurer is to return, oldest first, at most 100."""
    return session.scalars(
        select(Overpayment)
        .where(Overpayment.to_return > 0, Overpayment.returned_on.is_(None))
        .options(of_members(Overpayment.enrolment), joinedload(Overpayment.instalment))
        .order_by(Overpayment.id)
        .limit(MOST)
    ).all()


def pay_back(session: Session, clock: Clock, actor: Actor, subject: Subject, payment: Payment) -> int:
    """Enter the payment of all that a member is to get back; returns its number. The same again is the same one.

    Raises Refused ``reference``, ``reference_taken``, ``paid_later``, ``paid_before``, ``refund_amount``; NotFound
    ``enrolment``.
    """
    require_association(subject)
    reference = payment.reference.strip()
    if not reference:
        raise Refused("reference", N_("入出金明細の番号を入力してください。"), field="reference")
    if payment.paid_on > clock.today():
        raise Refused("paid_later", N_("支払日に将来の日付は指定できません。"), field="paid_on")
    enrolment = session.scalar(
        select(Enrolment).where(Enrolment.id == payment.enrolment_id).with_for_update(of=Enrolment)
    )
    if enrolment is None:
        raise NotFound("enrolment", N_("該当する加入手続きが見つかりません。"))
    earlier = session.scalar(select(Refund).where(Refund.reference == reference))
    if earlier is not None:
        if (earlier.enrolment_id, earlier.amount) != (enrolment.id, payment.amount):
            raise Refused(
                "reference_taken", N_("この明細番号は別の支払として登録されています。"), field="reference"
            )
        return earlier.id
    overpaid = session.scalars(
        select(Overpayment).where(*still_owed(enrolment.id)).execution_options(populate_existing=True)
    ).all()
    amount = sum(one.amount for one in overpaid)
    if not overpaid or payment.amount != amount:
        raise Refused(
            "refund_amount",
            N_("返金額が過入金の合計（%(amount)s円）と一致しません。"),
            field="amount",
            amount=f"{amount:,}",
        )
    if payment.paid_on < max(one.found_on for one in overpaid):
        raise Refused("paid_before", N_("支払日が過入金の判明した日より前です。"), field="paid_on")
    refund = Refund(
        enrolment_id=enrolment.id,
        reference=reference,
        amount=amount,
        paid_on=payment.paid_on,
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    session.add(refund)
    session.flush()
    for one in overpaid:
        one.refund_id = refund.id
    session.flush()
    event = MemberRefunded(refund.id, enrolment.id, enrolment.registration_id, amount, payment.paid_on)
    post(session, clock, event)
    audit.record(session, clock, actor, "debits.refunded", OBJECT, enrolment.id, refund=refund.id, amount=amount)
    return refund.id


def take_return(
    session: Session, clock: Clock, actor: Actor, subject: Subject, overpayment_id: int, returned_on: date
) -> None:
    """Enter that the lead insurer returned an overpaid instalment's premium.

    Raises Refused ``returned_later``, ``return_taken``; NotFound ``overpayment``.
    """
    require_association(subject)
    found = session.scalar(
        select(Overpayment)
        .where(Overpayment.id == overpayment_id)
        .with_for_update(of=Overpayment)
        .execution_options(populate_existing=True)
    )
    if found is None or not found.to_return:
        raise NotFound("overpayment", N_("該当する返戻保険料が見つかりません。"))
    if found.returned_on is not None:
        raise Refused("return_taken", N_("この保険料の返戻はすでに登録されています。"))
    if not found.found_on <= returned_on <= clock.today():
        raise Refused(
            "returned_later", N_("入金日は過入金の判明した日から今日までの日付です。"), field="returned_on"
        )
    found.returned_on, found.returned_by = returned_on, actor.name
    session.flush()
    registration_id = session.get_one(Enrolment, found.enrolment_id).registration_id
    event = PremiumReturned(found.id, found.enrolment_id, registration_id, found.to_return, returned_on)
    post(session, clock, event)
    audit.record(
        session,
        clock,
        actor,
        "debits.premium_returned",
        OBJECT,
        found.enrolment_id,
        overpayment=found.id,
        amount=found.to_return,
    )
