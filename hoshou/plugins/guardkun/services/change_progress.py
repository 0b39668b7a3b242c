"""A notice of change on its way: sent to the branch, forwarded, decided at the lead office (B-086 to B-092)."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment
from hoshou.plugins.guardkun.rules.arrival import effective_after
from hoshou.plugins.guardkun.rules.changes import ChangeKind, ChangeState, ChangeStep, Ending, next_state
from hoshou.plugins.guardkun.rules.lines import one_line
from hoshou.plugins.guardkun.rules.particulars import MemberFacts
from hoshou.plugins.guardkun.rules.stages import BOOKED_STAGES, Stage, Step
from hoshou.plugins.guardkun.services.endings import end_cover, require_running
from hoshou.plugins.guardkun.services.particulars import CHANGE, record_particulars
from hoshou.plugins.guardkun.services.progress import ENROLMENT, advance, change, hold_known
from hoshou.plugins.guardkun.services.rights import require_agency, require_branch, require_lead
from hoshou.plugins.guardkun.services.scope import visible_enrolments

DATED = (ChangeKind.WITHDRAWAL, ChangeKind.PLAN, ChangeKind.AGENCY)
"""The kinds that must arrive by the 20th of the month before; the others only report what is true already."""

DROPPED = "取扱代理店による取下げ"
"""Kept as data, like the notes that staff write."""


def visible_changes(subject: Subject) -> ColumnElement[bool]:
    """The changes of the enrolments that this user may know of."""
    return Change.enrolment_id.in_(select(Enrolment.id).where(visible_enrolments(subject)))


def change_for(session: Session, subject: Subject, change_id: int) -> Change:
    """The change, or NotFound: a foreign one and none look the same."""
    found = session.scalar(select(Change).where(Change.id == change_id, visible_changes(subject)))
    if found is None:
        raise NotFound("change_not_found", N_("該当する変更届出書が見つかりません。"))
    return found


def details_of(row: Change) -> dict[str, Any]:
    """What the kind of change needs, as it was stored."""
    found: dict[str, Any] = json.loads(row.details)
    return found


def send_change(session: Session, clock: Clock, actor: Actor, subject: Subject, change_id: int) -> None:
    """The agency hands the notice in at its insurer's branch.

    Raises NotFound, Forbidden, Refused ``change_step_not_allowed``.
    """
    row, enrolment = _hold(session, subject, change_id)
    require_agency(subject, enrolment.registration)
    _move(session, clock, actor, row, ChangeStep.SEND)


def forward_change(session: Session, clock: Clock, actor: Actor, subject: Subject, change_id: int) -> None:
    """The branch forwards the notice to the lead office. Raises as :func:`send_change` does."""
    row, enrolment = _hold(session, subject, change_id)
    require_branch(subject, enrolment.registration)
    _move(session, clock, actor, row, ChangeStep.FORWARD)


def drop_change(session: Session, clock: Clock, actor: Actor, subject: Subject, change_id: int) -> None:
    """The agency takes a draft back; a new plan's application goes with it. Raises as :func:`send_change` does."""
    row, enrolment = _hold(session, subject, change_id)
    require_agency(subject, enrolment.registration)
    _end(session, clock, actor, row, ChangeStep.DROP, DROPPED)
    _cancel_successor(session, clock, actor, row, DROPPED)


def refuse_change(
    session: Session, clock: Clock, actor: Actor, subject: Subject, change_id: int, note: str
) -> None:
    """Raises NotFound, Forbidden, Refused ``missing`` for the note and ``change_step_not_allowed``."""
    require_lead(subject)
    row, _enrolment = _hold(session, subject, change_id)
    note = one_line(note, "note", 500)
    _end(session, clock, actor, row, ChangeStep.REFUSE, note)
    _cancel_successor(session, clock, actor, row, note)


def accept_change(
    session: Session, clock: Clock, actor: Actor, subject: Subject, change_id: int, arrived_on: date
) -> date:
    """Accept the notice that arrived on that day; returns the 変更日.

    A notice that is late moves the 変更日 to the next 1st it is in time for; a late change of plan is refused, since
    its new cover starts on a day of its own. Raises NotFound, Forbidden, and Refused: ``change_step_not_allowed``,
    ``arrived_in_future``, ``late_for_plan``, ``late_for_year``, ``successor_not_here``, ``ended_already``,
    ``old_number_differs``.
    """
    require_lead(subject)
    row, enrolment = _hold(session, subject, change_id)
    next_state(ChangeState(row.state), ChangeStep.ACCEPT)
    require_running(enrolment)
    if arrived_on > clock.today():
        raise Refused("arrived_in_future", N_("到着日に未来の日は指定できません。"), field="arrived_on")
    effective_on = _effective(row, enrolment, arrived_on)
    kind, details = ChangeKind(row.kind), details_of(row)
    if effective_on != row.effective_on:
        details["wanted"] = row.effective_on.isoformat()
    now = clock.now()
    _move(
        session,
        clock,
        actor,
        row,
        ChangeStep.ACCEPT,
        effective_on=effective_on,
        details=json.dumps(details, ensure_ascii=False),
        arrived_on=arrived_on,
        decided_at=now,
        decided_by=actor.name,
    )
    if kind is ChangeKind.AGENCY:
        if effective_on <= clock.today():
            _change_agency(session, clock, actor, row, enrolment)
        return effective_on
    if kind is ChangeKind.PARTICULARS:
        facts = MemberFacts(**details["facts"])
        if enrolment.unit_id is not None:
            record_particulars(session, clock, actor, enrolment.unit_id, facts, effective_on, CHANGE)
    else:
        if kind is ChangeKind.PLAN:
            _require_successor(session, row)
        end_cover(session, clock, actor, enrolment, Ending.WITHDRAWN, effective_on)
    row.applied_at = now
    session.flush()
    return effective_on


def due_agency_changes(session: Session, today: date) -> Sequence[int]:
    """The accepted changes of agency whose day has come and that aren't made yet, in the order of their days."""
    return session.scalars(
        select(Change.id)
        .where(
            Change.kind == ChangeKind.AGENCY.value,
            Change.state == ChangeState.ACCEPTED.value,
            Change.applied_at.is_(None),
            Change.effective_on <= today,
        )
        .order_by(Change.effective_on, Change.id)
    ).all()


def apply_agency_change(session: Session, clock: Clock, actor: Actor, change_id: int) -> None:
    """Hand an enrolment to its new agency on the day of the change; a second time nothing happens."""
    row = _held_row(session, change_id)
    if row.applied_at is None:
        _change_agency(session, clock, actor, row, hold_known(session, row.enrolment_id))


def _hold(session: Session, subject: Subject, change_id: int) -> tuple[Change, Enrolment]:
    """The change and its enrolment, both held; the enrolment first, as everybody does."""
    enrolment = hold_known(session, change_for(session, subject, change_id).enrolment_id)
    return _held_row(session, change_id), enrolment


def _held_row(session: Session, change_id: int) -> Change:
    return session.scalars(
        select(Change).where(Change.id == change_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _move(session: Session, clock: Clock, actor: Actor, row: Change, step: ChangeStep, **changes: Any) -> None:
    row.state = next_state(ChangeState(row.state), step).value
    for name, value in changes.items():
        setattr(row, name, value)
    session.flush()
    audit.record(
        session,
        clock,
        actor,
        f"guardkun.change_{step.value}",
        ENROLMENT,
        row.enrolment_id,
        change=row.id,
        kind=row.kind,
        on=row.effective_on.isoformat(),
        note=row.note,
    )


def _end(session: Session, clock: Clock, actor: Actor, row: Change, step: ChangeStep, note: str) -> None:
    """End the notice with a note; what the member had said is kept beside it."""
    details = {**details_of(row), "requested": row.note} if row.note else details_of(row)
    _move(
        session,
        clock,
        actor,
        row,
        step,
        note=note,
        details=json.dumps(details, ensure_ascii=False),
        decided_at=clock.now(),
        decided_by=actor.name[:200],
    )


def _effective(row: Change, enrolment: Enrolment, arrived_on: date) -> date:
    kind = ChangeKind(row.kind)
    if kind not in DATED:
        return row.effective_on
    effective_on = effective_after(arrived_on, row.effective_on)
    if effective_on != row.effective_on and kind is ChangeKind.PLAN:
        raise Refused(
            "late_for_plan",
            N_("変更日の前月20日までに到着していません。不承認とし、次の変更日で手続きし直してください。"),
            field="arrived_on",
        )
    if effective_on >= enrolment.period_end:
        raise Refused(
            "late_for_year",
            N_("次に可能な変更日が保険期間を過ぎるため、承認できません。"),
            field="arrived_on",
        )
    return effective_on


def _require_successor(session: Session, row: Change) -> None:
    """The new cover must be on its way into the booking, so that no day is left without cover."""
    successor = session.get(Enrolment, row.successor_id) if row.successor_id else None
    if successor is None or not (
        successor.current_stage in BOOKED_STAGES
        or (successor.current_stage is Stage.AT_LEAD and successor.arrived_at is not None)
    ):
        raise Refused(
            "successor_not_here",
            N_("変更後の加入手続きの書類が到着していません。中途脱退と中途加入は同時に処理します。"),
        )


def _cancel_successor(session: Session, clock: Clock, actor: Actor, row: Change, why: str) -> None:
    if row.successor_id is None:
        return
    successor = hold_known(session, row.successor_id)
    if successor.current_stage not in (*BOOKED_STAGES, Stage.CANCELLED):
        advance(session, clock, actor, successor, Step.CANCEL, {"cancelled_why": why}, reason=why)


def _change_agency(session: Session, clock: Clock, actor: Actor, row: Change, enrolment: Enrolment) -> None:
    details = details_of(row)
    if enrolment.registration.registration_number != details["old_number"]:
        raise Refused("old_number_differs", N_("旧代理店登録番号が、現在の取扱代理店と一致しません。"))
    found = session.scalars(
        select(AgencyRegistration).where(AgencyRegistration.registration_number == details["new_number"])
    ).one()
    row.applied_at = clock.now()
    change(
        session,
        clock,
        actor,
        enrolment,
        "agency_changed",
        {"registration_id": found.id, "registration": found},
        **details,
    )
