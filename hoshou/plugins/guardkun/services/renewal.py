"""更改: the previous contract is pulled in as it was, and what was reported since is laid beside it (Q12, B-091, D-29)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.members import Particulars
from hoshou.plugins.guardkun.rules.particulars import MemberFacts, differences
from hoshou.plugins.guardkun.services.endings import require_running
from hoshou.plugins.guardkun.services.particulars import facts_of, particulars_on, reported_since
from hoshou.plugins.guardkun.services.rights import require_agency
from hoshou.plugins.guardkun.services.scope import enrolment_for


@dataclass(frozen=True)
class Report:
    """One reported change: from when it is true, when it became known, and old and new value of each fact."""

    row: Particulars
    changed: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Renewal:
    """``facts`` are the previous contract's, which come back; ``taken_over`` those with every report."""

    previous: Enrolment
    start: date
    facts: MemberFacts
    taken_over: MemberFacts
    reports: Sequence[Report]


def renewal_of(session: Session, clock: Clock, subject: Subject, enrolment_id: int) -> Renewal:
    """What the application of the renewal is filled with, and the warning beside it.

    Raises NotFound, Forbidden, Refused ``not_booked``, ``ended_already`` and ``no_particulars``.
    """
    previous = enrolment_for(session, subject, enrolment_id)
    require_agency(subject, previous.registration)
    require_running(previous)
    known_at = previous.registered_at
    unit_id = previous.unit_id
    row = particulars_on(session, unit_id, previous.start, known_at) if unit_id and known_at else None
    if row is None or unit_id is None or known_at is None:
        raise Refused("no_particulars", N_("前契約の加入者の名称・住所などが登録されていません。"))
    facts = before = facts_of(row)
    reports = []
    for reported in reported_since(session, unit_id, known_at):
        after = facts_of(reported)
        reports.append(Report(reported, differences(before, after)))
        before = after
    return Renewal(previous, previous.period_end, facts, before, reports)
