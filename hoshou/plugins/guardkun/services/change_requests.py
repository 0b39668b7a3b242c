"""変更届出書 as the agency draws it up: withdrawal, change of plan, of particulars, of agency (III.4, B-084 to B-092)."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.dates import is_first_of_month
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment
from hoshou.plugins.guardkun.rules.application import ApplicationForm
from hoshou.plugins.guardkun.rules.changes import OPEN_STATES, ChangeKind, ChangeState, WithdrawalReason
from hoshou.plugins.guardkun.rules.insurers import require_registration_number
from hoshou.plugins.guardkun.rules.lines import one_line, optional_line
from hoshou.plugins.guardkun.rules.particulars import MemberFacts, check_facts
from hoshou.plugins.guardkun.services.apply import apply, quote_for
from hoshou.plugins.guardkun.services.endings import require_running
from hoshou.plugins.guardkun.services.progress import ENROLMENT, hold
from hoshou.plugins.guardkun.services.rights import require_agency

ENDINGS = (ChangeKind.WITHDRAWAL, ChangeKind.PLAN)


def request_withdrawal(
    session: Session,
    clock: Clock,
    actor: Actor,
    subject: Subject,
    enrolment_id: int,
    effective_on: date,
    reason: str,
    note: str = "",
    *,
    on_first: bool = True,
) -> Change:
    """中途脱退 on the day that the member names (B-084, B-087); ``on_first`` holds it to a 1st (D-28).

    Raises NotFound, Forbidden, Refused ``not_booked``, ``ended_already``, ``change_under_way``,
    ``withdrawal_reason``, ``note_missing``, ``effective_not_first``, ``change_outside_period``.
    """
    enrolment = _running(session, subject, enrolment_id, ENDINGS)
    if reason not in set(WithdrawalReason):
        raise Refused("withdrawal_reason", N_("脱退の理由を選択してください。"), field="reason")
    note = optional_line(note, "note", 500)
    if reason == WithdrawalReason.REQUEST and not note:
        raise Refused(
            "note_missing", N_("加入者からの申し出による場合は、その内容を入力してください。"), field="note"
        )
    _require_within(enrolment, effective_on)
    if on_first and not is_first_of_month(effective_on):
        raise Refused("effective_not_first", N_("変更日は毎月1日を指定してください。"), field="effective_on")
    return _keep(session, clock, actor, enrolment, ChangeKind.WITHDRAWAL, effective_on, reason=reason, note=note)


def request_plan_change(
    session: Session, clock: Clock, actor: Actor, subject: Subject, enrolment_id: int, form: ApplicationForm
) -> Change:
    """補償プランの変更: the withdrawal and the new joining in one, on the day that the new quote starts (B-085).

    Raises as :func:`request_withdrawal` and ``apply`` do, and Refused ``other_unit``.
    """
    enrolment = _running(session, subject, enrolment_id, ENDINGS)
    start = quote_for(session, subject, form.quote_id).start
    _require_within(enrolment, start)
    successor = apply(session, clock, actor, subject, form, replaces=enrolment)
    if successor.unit_id != enrolment.unit_id:
        raise Refused(
            "other_unit", N_("補償プランの変更は、同じ加入者についてのみ行えます。"), field="member_number"
        )
    details = {"quote": form.quote_id}
    return _keep(
        session, clock, actor, enrolment, ChangeKind.PLAN, start, details=details, successor_id=successor.id
    )


def request_particulars(
    session: Session,
    clock: Clock,
    actor: Actor,
    subject: Subject,
    enrolment_id: int,
    effective_on: date,
    facts: MemberFacts,
    *,
    alters_account: bool = False,
) -> Change:
    """補償内容増減が無い変更, such as of the address: no row of money follows from it (B-089).

    ``alters_account`` says that the account's data change with it, so that a new mandate is needed. Raises NotFound,
    Forbidden, Refused ``not_booked``, ``ended_already``, ``change_outside_period``, and as ``check_facts`` does.
    """
    enrolment = _running(session, subject, enrolment_id, ())
    details = {"facts": asdict(check_facts(facts)), "alters_account": alters_account}
    _require_within(enrolment, effective_on)
    return _keep(session, clock, actor, enrolment, ChangeKind.PARTICULARS, effective_on, details=details)


def request_agency_change(
    session: Session,
    clock: Clock,
    actor: Actor,
    subject: Subject,
    enrolment_id: int,
    effective_on: date,
    *,
    old_number: str,
    new_number: str,
    new_name: str,
) -> Change:
    """非幹事代理店の変更 within an insurer, by both 代理店登録番号 and the new agency's name (Q17, B-092).

    Raises NotFound, Forbidden, Refused ``not_booked``, ``ended_already``, ``change_under_way``,
    ``change_outside_period``, ``registration_number`` with the field at fault, ``old_number_differs``,
    ``new_agency_unknown`` and ``new_name_differs``.
    """
    enrolment = _running(session, subject, enrolment_id, (ChangeKind.AGENCY,))
    for field, number in (("old_number", old_number), ("new_number", new_number)):
        try:
            require_registration_number(number)
        except Refused as error:
            raise Refused(error.code, error.message, field=field) from error
    present = enrolment.registration
    if old_number != present.registration_number:
        raise Refused(
            "old_number_differs", N_("旧代理店登録番号が、現在の取扱代理店と一致しません。"), field="old_number"
        )
    found = session.scalar(
        select(AgencyRegistration).where(
            AgencyRegistration.registration_number == new_number,
            AgencyRegistration.insurer_id == present.insurer_id,
            AgencyRegistration.id != present.id,
        )
    )
    if found is None:
        raise Refused(
            "new_agency_unknown",
            N_("新代理店登録番号の代理店が、同じ保険会社に登録されていません。"),
            field="new_number",
        )
    if one_line(new_name, "new_name", 100) != found.agency.name:
        raise Refused(
            "new_name_differs", N_("代理店名が、新代理店登録番号の代理店と一致しません。"), field="new_name"
        )
    _require_within(enrolment, effective_on)
    details = {
        "old_number": old_number,
        "old_name": present.agency.name,
        "new_number": new_number,
        "new_name": found.agency.name,
    }
    return _keep(session, clock, actor, enrolment, ChangeKind.AGENCY, effective_on, details=details)


def _running(
    session: Session, subject: Subject, enrolment_id: int, exclusive: tuple[ChangeKind, ...]
) -> Enrolment:
    """The enrolment, held, which no open change of the ``exclusive`` kinds is about."""
    enrolment = hold(session, subject, enrolment_id)
    require_agency(subject, enrolment.registration)
    require_running(enrolment)
    under_way = select(Change.id).where(
        Change.enrolment_id == enrolment.id, Change.kind.in_(exclusive), Change.state.in_(OPEN_STATES)
    )
    if session.scalar(under_way.limit(1)) is not None:
        raise Refused("change_under_way", N_("同じ加入について、手続き中の変更届出書があります。"))
    return enrolment


def _require_within(enrolment: Enrolment, day: date) -> None:
    if not enrolment.start < day < enrolment.period_end:
        raise Refused(
            "change_outside_period", N_("変更日は保険期間内の日を指定してください。"), field="effective_on"
        )


def _keep(
    session: Session,
    clock: Clock,
    actor: Actor,
    enrolment: Enrolment,
    kind: ChangeKind,
    effective_on: date,
    *,
    reason: str = "",
    note: str = "",
    details: dict[str, Any] | None = None,
    successor_id: int | None = None,
) -> Change:
    row = Change(
        enrolment_id=enrolment.id,
        kind=kind.value,
        state=ChangeState.DRAFT.value,
        reason=reason,
        note=note,
        details=json.dumps(details or {}, ensure_ascii=False),
        effective_on=effective_on,
        requested_at=clock.now(),
        requested_by=actor.name[:200],
        successor_id=successor_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        clock,
        actor,
        "guardkun.change_requested",
        ENROLMENT,
        enrolment.id,
        change=row.id,
        kind=kind.value,
        on=effective_on.isoformat(),
    )
    return row
