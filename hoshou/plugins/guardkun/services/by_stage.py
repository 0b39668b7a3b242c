"""How many enrolments stand at which stage before the next deadline (P-022, B-047 to B-050)."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.calendar import Event
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.services.next_deadline import coming_deadline, solicits
from hoshou.plugins.guardkun.services.scope import visible_enrolments

STAGES = tuple(stage for stage in Stage if stage is not Stage.CANCELLED)


@dataclass(frozen=True)
class ByStage:
    """The enrolments of the start that the ``deadline`` is for: papers ``complete`` at the lead office, or ``open``.

    Both have a number for each of ``STAGES``.
    """

    deadline: Event
    complete: tuple[int, ...]
    open: tuple[int, ...]


def count_by_stage(session: Session, clock: Clock, subject: Subject) -> ByStage | None:
    """The reader's own enrolments; None for who has nothing to do with them, and when no deadline comes."""
    watches = subject.has(Role.GROUP_ASSOCIATION, Role.PREFECTURE, Role.AUDITOR)
    coming = coming_deadline(session, clock) if watches or solicits(session, subject) else None
    if coming is None:
        return None
    year, deadline = coming
    arrived = Enrolment.arrived_at.is_not(None)
    rows = session.execute(
        select(Enrolment.stage, arrived, func.count())
        .where(Enrolment.scheme_year_id == year.id, Enrolment.start == deadline.start, visible_enrolments(subject))
        .group_by(Enrolment.stage, arrived)
    )
    counts = {(Stage(stage), bool(is_complete)): count for stage, is_complete, count in rows}
    return ByStage(
        deadline,
        complete=tuple(counts.get((stage, True), 0) for stage in STAGES),
        open=tuple(counts.get((stage, False), 0) for stage in STAGES),
    )
