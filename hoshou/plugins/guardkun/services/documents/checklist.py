"""ガードくんシステム登録内容チェックリスト for the insurer's branch (B-055)."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.checklist import CHECKLIST
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts
from hoshou.plugins.guardkun.services.documents.printing import print_form

TITLE = N_("ガードくんシステム登録内容チェックリスト")


def checklist(session: Session, enrolment: Enrolment, clock: Clock) -> bytes:
    """The list with what is ticked already. Raises Refused ``no_member_yet`` or ``no_particulars``."""
    facts = enrolment_facts(session, enrolment, clock.now())
    return print_form(
        "checklist",
        TITLE,
        facts.slip_number or facts.quote.number,
        clock.today(),
        facts.quote.scheme,
        enrolment={"member": asdict(facts.member), "end": facts.end},
        agency=asdict(facts.quote.agency),
        period_start=facts.start,
        months=facts.quote.price.months,
        items=[{"title": item.title, "done": item.key in facts.checks} for item in CHECKLIST],
    )
