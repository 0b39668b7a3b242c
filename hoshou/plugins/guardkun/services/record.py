"""An enrolment's record: its facts, what happened to it, and what this reader may do with it now (B-045, P-011)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import DomainError
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import ACTOR_LABELS, ActorKind
from hoshou.platform.audit import AuditEntry
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import Defect, Enrolment
from hoshou.plugins.guardkun.rules.certificate_due import certificate_due
from hoshou.plugins.guardkun.rules.particulars import MemberFacts
from hoshou.plugins.guardkun.rules.stages import BOOKED_STAGES, Stage, Step, allows
from hoshou.plugins.guardkun.services.closings import closings_of
from hoshou.plugins.guardkun.services.defects import OPEN_STAGES, defects_of
from hoshou.plugins.guardkun.services.particulars import facts_of, particulars_on
from hoshou.plugins.guardkun.services.progress import ENROLMENT
from hoshou.plugins.guardkun.services.rights import (
    is_head_office,
    is_lead_office,
    is_own_agency,
    is_own_branch,
    may_find_defects,
)
from hoshou.plugins.guardkun.services.scope import enrolment_for, previous_for
from hoshou.plugins.guardkun.services.slip import Slip, slip_of

ACTION_LABELS = {
    "guardkun.apply": N_("加入申込票（第%(version)s版）を作成しました。見積：%(quote)s"),
    "guardkun.register": N_("本登録しました（計上未了）。送付状番号：%(slip)s"),
    "guardkun.send_to_branch": N_("書類一式を%(branch)sへ送付しました"),
    "guardkun.forward": N_("登録内容を確認し、書類一式を制度幹事保険会社へ回送しました"),
    "guardkun.arrive": N_("書類一式が到着しました。第%(closing)s回の計上になります"),
    "guardkun.release": N_("本登録を解除しました：%(reason)s"),
    "guardkun.cancel": N_("取り下げました：%(reason)s"),
    "guardkun.defer": N_("今回の計上を見送りました：%(reason)s"),
    "guardkun.book": N_("計上しました。証券番号：%(number)s"),
    "guardkun.certify": N_("加入者証を発行しました"),
    "guardkun.ship": N_("加入者証を発送しました（%(on)s）"),
    "guardkun.defect_found": N_("不備を登録しました：%(note)s"),
    "guardkun.defect_resolved": N_("不備が解消しました"),
    "guardkun.change_requested": N_("変更届出書を作成しました（変更日：%(on)s）"),
    "guardkun.change_send": N_("変更届出書を担当課へ提出しました"),
    "guardkun.change_forward": N_("変更届出書を制度幹事保険会社へ回送しました"),
    "guardkun.change_accept": N_("変更届出書を承認しました（変更日：%(on)s）"),
    "guardkun.change_refuse": N_("変更届出書を不承認としました：%(note)s"),
    "guardkun.change_drop": N_("変更届出書を取り下げました"),
    "guardkun.withdrawn": N_("中途脱退しました（脱退日：%(on)s、必要回数：%(required)s回）"),
    "guardkun.lapsed": N_("不払解除となりました（解除日：%(on)s）"),
    "guardkun.agency_changed": N_(
        "取扱代理店を変更しました（%(old_number)s %(old_name)s → %(new_number)s %(new_name)s）"
    ),
}
MOST_SHOWN = 200
WHOLE_SCHEME = (Role.LEAD_OFFICE, Role.GROUP_ASSOCIATION, Role.AUDITOR)


class Action(StrEnum):
    """What a reader may do on the record page."""

    EDIT = "edit"
    REGISTER = "register"
    SEND = "send"
    FORWARD = "forward"
    ARRIVE = "arrive"
    RELEASE = "release"
    CANCEL = "cancel"
    CHECK = "check"
    CHANGE = "change"


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened. ``message`` and ``actor_label`` are message ids; staff have a name and no label."""

    at: datetime
    actor_label: str
    actor_name: str
    message: str
    values: dict[str, Any]


@dataclass(frozen=True)
class EnrolmentRecord:
    """``previous`` is the contract that it renews, ``deadlines`` are those of its start.

    ``due`` is the day by which its certificate is to arrive, as far as known.
    """

    enrolment: Enrolment
    previous: Enrolment | None
    facts: MemberFacts | None
    slip: Slip | None
    deadlines: Sequence[datetime]
    due: date | None
    defects: Sequence[Defect]
    changes: Sequence[Change]
    timeline: Sequence[TimelineEntry]
    may: frozenset[Action]


def read_record(
    session: Session, clock: Clock, subject: Subject, enrolment_id: int, more_labels: Mapping[str, str]
) -> EnrolmentRecord:
    """Raises NotFound for an enrolment that this user may not know of.

    ``more_labels`` are other plugins' sentences. Only who handles or audits the whole scheme is told these: what
    becomes of the debits is not for agencies to see, and a branch learns of it by its own contacts (B-078, D-27).
    """
    enrolment = enrolment_for(session, subject, enrolment_id)
    labels = {**more_labels, **ACTION_LABELS} if subject.has(*WHOLE_SCHEME) else ACTION_LABELS
    changes = session.scalars(
        select(Change).where(Change.enrolment_id == enrolment.id).order_by(Change.id.desc())
    ).all()
    return EnrolmentRecord(
        enrolment=enrolment,
        previous=previous_for(session, subject, enrolment),
        facts=_facts(session, clock, enrolment),
        slip=slip_of(enrolment) if enrolment.registered_at else None,
        deadlines=_deadlines(session, enrolment),
        due=_due(enrolment),
        defects=defects_of(session, enrolment.id),
        changes=changes,
        timeline=_timeline(session, enrolment.id, labels),
        may=actions_of(subject, enrolment),
    )


def actions_of(subject: Subject, enrolment: Enrolment) -> frozenset[Action]:
    """What this reader may do now: by their part in the way and by the enrolment's stage."""
    stage, registration = enrolment.current_stage, enrolment.registration
    agency, branch, lead = (
        is_own_agency(subject, registration),
        is_own_branch(subject, registration),
        is_lead_office(subject),
    )
    running = stage in BOOKED_STAGES and enrolment.ending is None
    offered = {
        Action.EDIT: agency and allows(stage, Step.APPLY),
        Action.REGISTER: agency and allows(stage, Step.REGISTER),
        Action.SEND: agency and allows(stage, Step.SEND_TO_BRANCH),
        Action.FORWARD: branch and allows(stage, Step.FORWARD),
        Action.ARRIVE: lead and stage is Stage.AT_LEAD,
        Action.RELEASE: is_head_office(subject, enrolment) and allows(stage, Step.RELEASE),
        Action.CANCEL: allows(stage, Step.CANCEL) and (lead or (agency and allows(stage, Step.APPLY))),
        Action.CHECK: may_find_defects(subject, enrolment) and stage in OPEN_STAGES,
        Action.CHANGE: agency and running,
    }
    return frozenset(action for action, allowed in offered.items() if allowed)


def _facts(session: Session, clock: Clock, enrolment: Enrolment) -> MemberFacts | None:
    if enrolment.unit_id is None:
        return None
    known_at = enrolment.registered_at or clock.now()
    row = particulars_on(session, enrolment.unit_id, enrolment.start, known_at)
    return facts_of(row) if row else None


def _deadlines(session: Session, enrolment: Enrolment) -> Sequence[datetime]:
    try:
        return closings_of(session, enrolment.scheme_year, enrolment.start).deadlines
    except DomainError:
        return ()


def _due(enrolment: Enrolment) -> date | None:
    if enrolment.certificate_due or enrolment.closing is None:
        return enrolment.certificate_due
    is_renewal = enrolment.start == enrolment.scheme_year.period_start
    return certificate_due(enrolment.start, enrolment.closing, is_renewal=is_renewal)


def _timeline(session: Session, enrolment_id: int, labels: Mapping[str, str]) -> list[TimelineEntry]:
    entries = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.object_kind == ENROLMENT,
            AuditEntry.object_id == str(enrolment_id),
            AuditEntry.action.in_(labels),
        )
        .order_by(AuditEntry.id.desc())
        .limit(MOST_SHOWN)
    )
    return [
        TimelineEntry(
            at=entry.at,
            actor_label="" if entry.actor_kind == ActorKind.STAFF else ACTOR_LABELS[ActorKind(entry.actor_kind)],
            actor_name=entry.actor_name if entry.actor_kind == ActorKind.STAFF else "",
            message=labels[entry.action],
            values=json.loads(entry.detail),
        )
        for entry in entries
    ]
