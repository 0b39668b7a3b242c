"""不能案内文: the group's letter after a failed debit, through the prefecture association (IV, B-074)."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.failure_notice import FailureNotice
from hoshou.plugins.guardkun.services.documents.certificate import require_booked
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts
from hoshou.plugins.guardkun.services.documents.printing import print_enrolment

TITLE = N_("口座振替不能のご案内")


def failure_letter(session: Session, enrolment: Enrolment, notice: FailureNotice, clock: Clock) -> bytes:
    """The letter to the member about what ``notice`` says. Raises Refused ``not_booked``."""
    require_booked(enrolment)
    facts = enrolment_facts(session, enrolment, clock.now())
    prefecture = enrolment.unit.member.prefecture if enrolment.unit else None
    latest = notice.failed[-1].date
    return print_enrolment(
        "failure_letter",
        TITLE,
        f"{facts.policy_number}-F{latest:%Y%m%d}",
        clock.today(),
        facts,
        notice={
            **asdict(notice),
            "months": notice.months,
            "due": notice.due,
            "association_phone": prefecture.phone if prefecture else "",
        },
    )
