"""事故報告書: filled in by hand, with the contract filled in before (B-105, B-106)."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.services.documents.certificate import require_booked
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts
from hoshou.plugins.guardkun.services.documents.printing import print_form

TITLE = N_("事故報告書")


def accident_report(session: Session, enrolment: Enrolment, clock: Clock) -> bytes:
    """The report's form for a booked enrolment. Raises Refused ``not_booked``."""
    require_booked(enrolment)
    facts = enrolment_facts(session, enrolment, clock.now())
    return print_form(
        "accident_report",
        TITLE,
        facts.policy_number,
        clock.today(),
        facts.quote.scheme,
        enrolment={"member": asdict(facts.member), "cover_end": facts.cover_end},
        agency=asdict(facts.quote.agency),
        period_start=facts.start,
    )
