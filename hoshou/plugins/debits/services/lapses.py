"""A proposed lapse is decided by a person (B-073, D-26)."""

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
from hoshou.plugins.debits.services.endings import locked_enrolment, open_receivable
from hoshou.plugins.debits.services.scope import require_handler
from hoshou.plugins.debits.services.settling import set_failures
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.changes import Ending
from hoshou.plugins.guardkun.services.endings import end_cover

OBJECT = "guardkun_enrolment"


def confirm(
    session: Session,
    clock: Clock,
    actor: Actor,
    subject: Subject,
    lapse_id: int,
    effective_on: date,
    note: str = "",
) -> None:
    """End the enrolment for non-payment on the day, which a person may set anew, and ask for what is owed.

    Raises NotFound ``lapse``, Refused ``lapse_decided``, ``change_outside_period``.
    """
    require_handler(subject)
    lapse, enrolment = _proposed(session, lapse_id)
    proposed = lapse.effective_on
    lapse.effective_on = effective_on
    _decide(clock, actor, lapse, LapseState.CONFIRMED, note)
    end_cover(session, clock, actor, enrolment, Ending.LAPSED, effective_on)
    open_receivable(session, clock, actor, enrolment)
    audit.record(
        session,
        clock,
        actor,
        "debits.lapse_confirmed",
        OBJECT,
        enrolment.id,
        lapse=lapse.id,
        proposed=proposed,
        effective_on=effective_on,
        note=lapse.note,
    )


def waive(session: Session, clock: Clock, actor: Actor, subject: Subject, lapse_id: int, note: str) -> None:
    """Don't let it lapse after all: debits go on, and failures count anew. Raises Refused ``note``."""
    require_handler(subject)
    lapse, enrolment = _proposed(session, lapse_id)
    if not note.strip():
        raise Refused("note", N_("解除しない理由を入力してください。"), field="note")
    _decide(clock, actor, lapse, LapseState.WAIVED, note)
    set_failures(session, clock.now(), {enrolment.id: 0})
    audit.record(
        session,
        clock,
        actor,
        "debits.lapse_waived",
        OBJECT,
        enrolment.id,
        lapse=lapse.id,
        note=lapse.note,
    )


def _decide(clock: Clock, actor: Actor, lapse: Lapse, state: LapseState, note: str) -> None:
    lapse.state, lapse.decided_at, lapse.decided_by = state.value, clock.now(), actor.name
    lapse.note = note.strip()[:500]


def _proposed(session: Session, lapse_id: int) -> tuple[Lapse, Enrolment]:
    enrolment_id = session.scalar(select(Lapse.enrolment_id).where(Lapse.id == lapse_id))
    enrolment = locked_enrolment(session, enrolment_id) if enrolment_id is not None else None
    if enrolment is None:
        raise NotFound("lapse", N_("該当する不払解除予定が見つかりません。"))
    lapse = session.get_one(Lapse, lapse_id, populate_existing=True)
    if lapse.state != LapseState.PROPOSED or enrolment.ended_on is not None:
        raise Refused("lapse_decided", N_("この不払解除予定はすでに処理されています。"))
    return lapse, enrolment
