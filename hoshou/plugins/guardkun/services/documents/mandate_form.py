"""口座振替依頼書: filled in, signed and sealed by hand; no account data is printed on it (B-052, B-070, B-080, B-081)."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.guardkun.rules.net_banks import NET_BANKS
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts, read_wording
from hoshou.plugins.guardkun.services.documents.printing import print_form

TITLE = N_("口座振替依頼書")


def mandate_form(session: Session, enrolment: Enrolment, clock: Clock) -> bytes:
    """The form with the member's name filled in. Raises Refused ``no_member_yet`` or ``no_particulars``."""
    facts = enrolment_facts(session, enrolment, clock.now())
    return print_form(
        "mandate_form",
        TITLE,
        facts.slip_number or facts.quote.number,
        clock.today(),
        facts.quote.scheme,
        member=asdict(facts.member),
        net_banks=list(NET_BANKS.values()),
    )


def empty_mandate_form(session: Session, year: SchemeYear, clock: Clock) -> bytes:
    """The form without a name."""
    scheme = read_wording(session, year).scheme
    return print_form(
        "mandate_form", TITLE, "", clock.today(), scheme, member=None, net_banks=list(NET_BANKS.values())
    )
