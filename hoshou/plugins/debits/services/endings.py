"""An enrolment ended early: what is no longer due is taken away, what is still owed is asked for (B-088, D-36)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.plugins.debits.models.failures import Lapse, LapseState
from hoshou.plugins.debits.models.runs import DebitLinePart
from hoshou.plugins.debits.models.settlements import DueInstalment, EndingReceivable, Settlement
from hoshou.plugins.debits.rules.endings import Receivable, Share, receivable, required_instalments
from hoshou.plugins.debits.rules.events import LevyCancelled
from hoshou.plugins.debits.services.due import part_of, tell_due
from hoshou.plugins.debits.services.ledger.post import post
from hoshou.plugins.debits.services.overpayments import note_overpaid
from hoshou.plugins.debits.services.work import UnitOfWork
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Instalment
from hoshou.plugins.guardkun.rules.changes import ENDING_LABELS, Ending

OBJECT = "guardkun_enrolment"
CHUNK = 100


@dataclass(frozen=True)
class Standings:
    """An enrolment's instalments in order, and which of them are settled or wait for a result."""

    instalments: Sequence[Instalment]
    settled: frozenset[int]
    in_run: frozenset[int]

    def unpaid(self) -> list[Instalment]:
        """Neither settled nor cancelled, those in a run included."""
        return [one for one in self.instalments if one.id not in self.settled and one.cancelled_at is None]


def standings_of(session: Session, enrolment_id: int) -> Standings:
    """How the enrolment's instalments stand now."""
    instalments = session.scalars(
        select(Instalment)
        .where(Instalment.enrolment_id == enrolment_id)
        .order_by(Instalment.number)
        .execution_options(populate_existing=True)
    ).all()
    keys = [one.id for one in instalments]
    settled = session.scalars(select(Settlement.instalment_id).where(Settlement.instalment_id.in_(keys)))
    in_run = session.scalars(
        select(DebitLinePart.instalment_id).where(DebitLinePart.instalment_id.in_(keys), DebitLinePart.is_open)
    )
    return Standings(instalments, frozenset(settled), frozenset(in_run))


def locked_enrolment(session: Session, enrolment_id: int) -> Enrolment | None:
    """The enrolment as it stands now, held until the transaction ends."""
    return session.scalar(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .with_for_update(of=Enrolment)
        .execution_options(populate_existing=True)
    )


def open_receivable(session: Session, clock: Clock, actor: Actor, enrolment: Enrolment) -> None:
    """Settle what an ending means for the money; a second time it changes nothing.

    Instalments beyond 必要回数 are taken away, but for one in a run, which its result decides.
    """
    if enrolment.ended_on is None or session.get(EndingReceivable, enrolment.id) is not None:
        return
    opened = EndingReceivable(
        enrolment_id=enrolment.id,
        required=required_instalments(enrolment.start, enrolment.ended_on),
        ended_on=enrolment.ended_on,
        opened_at=clock.now(),
    )
    session.add(opened)
    session.flush()
    cancel_beyond(session, clock, opened)
    required, standings = opened.required, standings_of(session, enrolment.id)
    today = clock.today()
    tell_due(session, clock, {part_of(one): today for one in standings.unpaid() if one.number <= required})
    for lapse in session.scalars(
        select(Lapse).where(Lapse.enrolment_id == enrolment.id, Lapse.state == LapseState.PROPOSED.value)
    ):
        lapse.state, lapse.decided_at, lapse.decided_by = LapseState.WAIVED.value, clock.now(), actor.name
        lapse.note = str(ENDING_LABELS[Ending.WITHDRAWN])
    close_if_settled(session, clock, enrolment.id)
    audit.record(
        session,
        clock,
        actor,
        "debits.receivable_opened",
        OBJECT,
        enrolment.id,
        required=required,
        ended_on=enrolment.ended_on,
    )


def cancel_beyond(session: Session, clock: Clock, opened: EndingReceivable) -> None:
    """Take away what isn't required, but for what a debit may settle yet; again, it changes nothing.

    The ledger learns of those that it knew to be due, and of those that came in: the member gets them back.
    """
    standings = standings_of(session, opened.enrolment_id)
    ending = session.scalars(select(Enrolment.ending).where(Enrolment.id == opened.enrolment_id)).one()
    reason = str(ENDING_LABELS[Ending(ending or Ending.WITHDRAWN)])
    for instalment in standings.instalments:
        spared = instalment.id in standings.settled or instalment.id in standings.in_run
        if instalment.number <= opened.required or spared:
            continue
        instalment.cancelled_at = instalment.cancelled_at or clock.now()
        if session.get(DueInstalment, instalment.id) is not None:
            post(session, clock, LevyCancelled(part_of(instalment), opened.opened_at.date(), reason))
    session.flush()
    beyond = [one for one in standings.instalments if one.number > opened.required]
    note_overpaid(session, clock, [one for one in beyond if one.id in standings.settled])


def receivable_of(session: Session, opened: EndingReceivable) -> Receivable:
    """What is owed now, and what came in beyond it."""
    standings = standings_of(session, opened.enrolment_id)
    shares = [Share(one.number, one.levy, one.id in standings.settled) for one in standings.instalments]
    return receivable(opened.required, shares)


def close_if_settled(session: Session, clock: Clock, enrolment_id: int) -> None:
    """Note when nothing is owed any more."""
    opened = session.get(EndingReceivable, enrolment_id)
    if opened is None or opened.closed_at is not None:
        return
    standings = standings_of(session, enrolment_id)
    if not standings.in_run and receivable_of(session, opened).owed == 0:
        opened.closed_at = clock.now()
        session.flush()


def open_all(unit_of_work: UnitOfWork, clock: Clock, actor: Actor) -> int:
    """Open the receivable of every enrolment that has ended without one; returns how many."""
    count = 0
    while True:
        with unit_of_work() as session:
            known = select(EndingReceivable.enrolment_id).where(EndingReceivable.enrolment_id == Enrolment.id)
            ended = session.scalars(
                select(Enrolment)
                .where(Enrolment.ended_on.is_not(None), ~known.exists())
                .order_by(Enrolment.id)
                .limit(CHUNK)
                .with_for_update(of=Enrolment)
            ).all()
            for enrolment in ended:
                open_receivable(session, clock, actor, enrolment)
        count += len(ended)
        if len(ended) < CHUNK:
            return count
