"""不備: found with a reason, shown with its age and what it holds up, mended, counted (B-058, B-066)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import JST, Clock
from hoshou.base.errors import Forbidden, NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Defect, Enrolment
from hoshou.plugins.guardkun.rules.defects import DefectReason
from hoshou.plugins.guardkun.rules.lines import optional_line
from hoshou.plugins.guardkun.rules.stages import BOOKED_STAGES, Stage
from hoshou.plugins.guardkun.services.progress import ENROLMENT, hold
from hoshou.plugins.guardkun.services.rights import may_find_defects
from hoshou.plugins.guardkun.services.scope import visible_enrolments
from hoshou.plugins.organisations.models import Insurer

OPEN_STAGES = (Stage.REGISTERED, Stage.AT_BRANCH, Stage.AT_LEAD)
MOST_SHOWN = 200


@dataclass(frozen=True)
class OpenDefect:
    """A defect with its age in days and how many other enrolments are to be booked with it."""

    defect: Defect
    age: int
    delays: int


@dataclass(frozen=True)
class DefectCount:
    """How often a reason was found, how often it is still open, for one insurer."""

    insurer: str
    reason: str
    found: int
    open: int


def find_defect(
    session: Session, clock: Clock, actor: Actor, subject: Subject, enrolment_id: int, reason: str, note: str
) -> None:
    """Raises NotFound, Forbidden, Refused ``defect_reason``, ``note_missing`` and ``step_not_allowed``."""
    enrolment = hold(session, subject, enrolment_id)
    _require_checker(subject, enrolment)
    if enrolment.current_stage not in OPEN_STAGES:
        raise Refused("step_not_allowed", N_("加入手続きの状態が変わったため、この操作はできません。"))
    if reason not in set(DefectReason):
        raise Refused("defect_reason", N_("不備の内容を選択してください。"), field="reason")
    note = optional_line(note, "note", 500)
    if reason == DefectReason.OTHER and not note:
        raise Refused("note_missing", N_("「その他」の場合は、内容を入力してください。"), field="note")
    session.add(
        Defect(
            enrolment_id=enrolment.id, reason=reason, note=note, found_at=clock.now(), found_by=actor.name[:200]
        )
    )
    session.flush()
    audit.record(session, clock, actor, "guardkun.defect_found", ENROLMENT, enrolment.id, reason=reason, note=note)


def resolve_defect(session: Session, clock: Clock, actor: Actor, subject: Subject, defect_id: int) -> int:
    """Note that a defect is mended; returns its enrolment's number.

    Raises NotFound, Forbidden, Refused ``defect_resolved``.
    """
    found = session.get(Defect, defect_id)
    if found is None:
        raise NotFound("defect_not_found", N_("該当する不備が見つかりません。"))
    enrolment = hold(session, subject, found.enrolment_id)
    _require_checker(subject, enrolment)
    session.refresh(found)
    if found.resolved_at is not None:
        raise Refused("defect_resolved", N_("この不備は、すでに解消済みです。"))
    found.resolved_at, found.resolved_by = clock.now(), actor.name[:200]
    session.flush()
    audit.record(session, clock, actor, "guardkun.defect_resolved", ENROLMENT, enrolment.id, reason=found.reason)
    return enrolment.id


def open_defects(session: Session, clock: Clock, subject: Subject) -> list[OpenDefect]:
    """The open defects that this user may know of, oldest first, with what each delays."""
    rows = session.scalars(
        select(Defect)
        .join(Defect.enrolment)
        .where(
            Defect.resolved_at.is_(None),
            Enrolment.stage.in_((Stage.APPLIED, *OPEN_STAGES)),
            visible_enrolments(subject),
        )
        .order_by(Defect.found_at, Defect.id)
        .limit(MOST_SHOWN)
    ).all()
    waiting = _waiting_by_start(session, {row.enrolment.start for row in rows})
    today = clock.today()
    found = []
    for row in rows:
        start, closing = row.enrolment.start, row.enrolment.closing
        others = sum(
            count
            for (other_start, other_closing), count in waiting.items()
            if other_start == start and (closing is None or other_closing == closing)
        )
        itself = 1 if row.enrolment.current_stage is Stage.AT_LEAD else 0
        found.append(OpenDefect(row, (today - row.found_at.astimezone(JST).date()).days, max(others - itself, 0)))
    return found


def defects_of(session: Session, enrolment_id: int) -> Sequence[Defect]:
    """All defects of one enrolment, newest first."""
    return session.scalars(
        select(Defect).where(Defect.enrolment_id == enrolment_id).order_by(Defect.id.desc())
    ).all()


def has_open_defect(session: Session, enrolment_id: int) -> bool:
    """Whether something is still wrong with it."""
    found = select(Defect.id).where(Defect.enrolment_id == enrolment_id, Defect.resolved_at.is_(None)).limit(1)
    return session.scalar(found) is not None


def defect_report(session: Session, subject: Subject, start: date, end: date) -> list[DefectCount]:
    """Defects of enrolments with a start in ``start`` ≤ day < ``end``, by insurer and reason (B-066)."""
    is_open = case((Defect.resolved_at.is_(None), 1), else_=0)
    rows = session.execute(
        select(Insurer.name, Defect.reason, func.count(), func.sum(is_open))
        .select_from(Defect)
        .join(Defect.enrolment)
        .join(AgencyRegistration, AgencyRegistration.id == Enrolment.registration_id)
        .join(Insurer, Insurer.id == AgencyRegistration.insurer_id)
        .where(Enrolment.start >= start, Enrolment.start < end, visible_enrolments(subject))
        .group_by(Insurer.position, Insurer.name, Defect.reason)
        .order_by(Insurer.position, func.count().desc(), Defect.reason)
    )
    return [DefectCount(*row) for row in rows]


def _waiting_by_start(session: Session, starts: set[date]) -> dict[tuple[date, int | None], int]:
    rows = session.execute(
        select(Enrolment.start, Enrolment.closing, func.count())
        .where(Enrolment.start.in_(starts), Enrolment.stage == Stage.AT_LEAD.value)
        .group_by(Enrolment.start, Enrolment.closing)
    )
    return {(start, closing): count for start, closing, count in rows}


def _require_checker(subject: Subject, enrolment: Enrolment) -> None:
    if not may_find_defects(subject, enrolment) or enrolment.current_stage in BOOKED_STAGES:
        raise Forbidden("not_a_checker", N_("不備の登録と解消は、担当課と制度幹事保険会社だけが行えます。"))
