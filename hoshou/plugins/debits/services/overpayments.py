"""What came in beyond what was owed is noticed, and owed to the member (B-088, D-36)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.plugins.debits.models.refunds import Overpayment
from hoshou.plugins.debits.models.remittances import Remittance, RemittanceLine
from hoshou.plugins.debits.models.settlements import TransferReceipt
from hoshou.plugins.debits.rules.events import LevyOverpaid, TransferExceeded
from hoshou.plugins.debits.services.due import part_of
from hoshou.plugins.debits.services.ledger.post import post
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.models.scheme import SchemeYear


def note_overpaid(session: Session, clock: Clock, instalments: Sequence[Instalment]) -> None:
    """Collected instalments that are not owed after all; those noted before stay as they are.

    The caller holds the enrolment.
    """
    known = set(
        session.scalars(
            select(Overpayment.instalment_id).where(Overpayment.instalment_id.in_([one.id for one in instalments]))
        )
    )
    new = [one for one in instalments if one.id not in known]
    if new:
        hold_remittances(session)
    for one in new:
        row = session.execute(
            select(RemittanceLine.collection_fee, Remittance.fee_deducted)
            .join(RemittanceLine.remittance)
            .where(RemittanceLine.instalment_id == one.id)
        ).first()
        fee, deducted = (row.collection_fee, row.fee_deducted) if row else (0, False)
        event = LevyOverpaid(part_of(one), clock.today(), row is not None, fee, deducted)
        session.add(
            Overpayment(
                enrolment_id=one.enrolment_id,
                instalment_id=one.id,
                amount=event.part.levy,
                found_on=event.on,
                remitted_id=one.id if row else None,
                to_return=event.to_return,
            )
        )
        session.flush()
        post(session, clock, event)


def note_excess(
    session: Session, clock: Clock, enrolment: Enrolment, receipt: TransferReceipt, amount: int
) -> None:
    """A transfer brought so many yen more than it could settle."""
    session.add(
        Overpayment(enrolment_id=enrolment.id, transfer_id=receipt.id, amount=amount, found_on=receipt.received_on)
    )
    session.flush()
    event = TransferExceeded(receipt.id, enrolment.id, enrolment.registration_id, amount, receipt.received_on)
    post(session, clock, event)


def hold_remittances(session: Session) -> None:
    """Until the transaction ends no month is remitted by another: a premium goes to the insurer or back, not both."""
    session.execute(select(SchemeYear.id).order_by(SchemeYear.id).with_for_update(of=SchemeYear, key_share=True))


def owed_to(session: Session, enrolment_id: int) -> int:
    """What the member is to get back, yen."""
    return int(session.scalar(select(func.sum(Overpayment.amount)).where(*still_owed(enrolment_id))) or 0)


def still_owed(enrolment_id: int) -> tuple[ColumnElement[bool], ...]:
    """The enrolment's overpayments that nobody has paid back."""
    return Overpayment.enrolment_id == enrolment_id, Overpayment.refund_id.is_(None)
