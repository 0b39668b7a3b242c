"""加入申込票: what the member checks, signs and seals (B-002, B-051, B-060)."""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts
from hoshou.plugins.guardkun.services.documents.printing import print_enrolment

TITLE = N_("加入申込票")


def application_form(session: Session, enrolment: Enrolment, clock: Clock) -> bytes:
    """The form in its current version. Raises Refused ``no_member_yet`` or ``no_particulars``."""
    facts = enrolment_facts(session, enrolment, clock.now())
    number = f"{facts.quote.number}-{facts.form_version}"
    return print_enrolment("application_form", TITLE, number, clock.today(), facts)
