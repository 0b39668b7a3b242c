"""加入者証: everything that was entered, as it was entered, with the policy number (B-043, B-059, B-061).

For a batch, read the facts of many enrolments at once and print them one by one; printing needs no database.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.printed import PrintedEnrolment
from hoshou.plugins.guardkun.services.documents.facts import enrolments_facts
from hoshou.plugins.guardkun.services.documents.printing import print_enrolment

TITLE = "加入者証"


def certificate(session: Session, enrolment: Enrolment, clock: Clock) -> bytes:
    """One booked enrolment's certificate, issued today. Raises Refused ``not_booked``."""
    (facts,) = read_certificates(session, [enrolment], clock.now())
    return print_certificate(facts, clock.today())


def read_certificates(session: Session, enrolments: Sequence[Enrolment], now: datetime) -> list[PrintedEnrolment]:
    """What their certificates print, in order, at the cost of a few statements for all. Raises Refused ``not_booked``."""
    for enrolment in enrolments:
        require_booked(enrolment)
    return enrolments_facts(session, enrolments, now)


def print_certificate(facts: PrintedEnrolment, issued_on: date) -> bytes:
    """The certificate of facts that were read before."""
    return print_enrolment("certificate", TITLE, facts.policy_number, issued_on, facts)


def require_booked(enrolment: Enrolment) -> None:
    """Raise Refused ``not_booked`` for an enrolment without a policy number (B-059, B-062)."""
    if enrolment.policy_number is None:
        raise Refused("not_booked", N_("計上が完了していないため、この帳票は作成できません。"))
