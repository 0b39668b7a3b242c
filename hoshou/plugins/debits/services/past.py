"""What has become of an enrolment's instalments so far."""

from collections import defaultdict
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hoshou.plugins.debits.models.runs import DebitLine, DebitLinePart, DebitRun
from hoshou.plugins.debits.models.settlements import Settlement
from hoshou.plugins.debits.rules.past import FailedTry, PastInstalment, PastState
from hoshou.plugins.debits.rules.runs import LineState
from hoshou.plugins.guardkun.models.enrolments import Instalment


def past_of(session: Session, enrolment_id: int, today: date) -> list[PastInstalment]:
    """The instalments whose debit day has come or that are settled or in a run already, in their order."""
    settled = {
        row.instalment_id: row
        for row in session.execute(
            select(Settlement.instalment_id, Settlement.on, Settlement.transfer_id, DebitLine.run_id)
            .join(Instalment, Settlement.instalment_id == Instalment.id)
            .outerjoin(DebitLine, Settlement.line_id == DebitLine.id)
            .where(Instalment.enrolment_id == enrolment_id)
        )
    }
    awaited: dict[int, tuple[date, int]] = {}
    failed: defaultdict[int, list[FailedTry]] = defaultdict(list)
    for part in session.execute(
        select(
            DebitLinePart.instalment_id,
            DebitLinePart.is_open,
            DebitLine.result_code,
            DebitRun.debit_date,
            DebitRun.id.label("run_id"),
        )
        .join(DebitLine, DebitLinePart.line_id == DebitLine.id)
        .join(DebitRun, DebitLine.run_id == DebitRun.id)
        .where(
            DebitLine.enrolment_id == enrolment_id,
            or_(DebitLinePart.is_open, DebitLine.state == LineState.FAILED.value),
        )
        .order_by(DebitRun.debit_date, DebitRun.id)
    ):
        if part.is_open:
            awaited[part.instalment_id] = part.debit_date, part.run_id
        else:
            failed[part.instalment_id].append(FailedTry(part.debit_date, part.run_id, part.result_code))
    found = []
    for one in session.scalars(
        select(Instalment).where(Instalment.enrolment_id == enrolment_id).order_by(Instalment.number)
    ):
        on, run_id = None, None
        if one.id in settled:
            row = settled[one.id]
            state = PastState.TRANSFERRED if row.transfer_id is not None else PastState.DEBITED
            on, run_id = row.on, row.run_id
        elif one.id in awaited:
            state, (on, run_id) = PastState.AWAITED, awaited[one.id]
        elif one.cancelled_at is not None:
            state = PastState.CANCELLED
        else:
            state = PastState.UNPAID
        if state is not PastState.UNPAID or one.due_on <= today:
            found.append(
                PastInstalment(one.number, one.due_on, one.levy, state, on, run_id, tuple(failed[one.id]))
            )
    return found
