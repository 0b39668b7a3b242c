"""How many applications stand at which stage (P-022)."""

from datetime import datetime, time

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hoshou.base.clock import JST, Clock
from hoshou.base.dates import add_months
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.domains.models import DomainApplication
from hoshou.plugins.domains.rules.stages import TRANSITIONS, Stage
from hoshou.plugins.domains.services.scope import visible_applications

MONTHS = 12
UNDER_WAY = frozenset(stage for stage, _step in TRANSITIONS)


def count_by_stage(session: Session, clock: Clock, subject: Subject) -> dict[Stage, int]:
    """The reader's applications of the last twelve months, and every older one that is still under way.

    For insurers applications begin with the association's approval: the stage before isn't theirs to count.
    """
    first = add_months(clock.today().replace(day=1), 1 - MONTHS)
    rows = session.execute(
        select(DomainApplication.stage, func.count())
        .where(
            visible_applications(subject),
            or_(
                DomainApplication.stage.in_([stage.value for stage in UNDER_WAY]),
                DomainApplication.applied_at >= datetime.combine(first, time(), JST),
            ),
        )
        .group_by(DomainApplication.stage)
    )
    found = {Stage(stage): count for stage, count in rows}
    sees_new_ones = subject.has(Role.ASSOCIATION, Role.AUDITOR)
    return {stage: found.get(stage, 0) for stage in Stage if stage is not Stage.APPLIED or sees_new_ones}
