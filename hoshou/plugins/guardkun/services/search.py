"""The list of enrolments: by stage, start, number or the member's name, newest first."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select, union

from hoshou.base.japanese import fold
from hoshou.platform.db import begins_with
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.members import Member, Unit
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.services.scope import visible_enrolments


@dataclass(frozen=True)
class EnrolmentSearch:
    """What is asked for; empty conditions hold for all. ``words`` begin a number or a member's name."""

    stage: str = ""
    start: date | None = None
    words: str = ""


def found_enrolments(subject: Subject, asked: EnrolmentSearch) -> Select[tuple[Enrolment]]:
    """The statement of those that this user may know of."""
    statement = select(Enrolment).where(visible_enrolments(subject))
    if asked.stage in set(Stage):
        statement = statement.where(Enrolment.stage == asked.stage)
    if asked.start is not None:
        statement = statement.where(Enrolment.start == asked.start)
    words = fold(asked.words)
    if words:
        members = select(Unit.id).join(Unit.member).where(begins_with(Member.name, words))
        # Each found by an index of its own; an OR over them would be looked for row by row.
        found = union(
            *(
                select(Enrolment.id).where(condition)
                for condition in (
                    Enrolment.policy_number == words,
                    Enrolment.slip_number == words,
                    Enrolment.unit_id.in_(members),
                )
            )
        )
        statement = statement.where(Enrolment.id.in_(found))
    return statement
