"""付保証明書: proof for who can't wait for the certificate (B-062, Q10)."""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.dates import months_between_firsts
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.services.documents.certificate import require_booked
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts
from hoshou.plugins.guardkun.services.documents.printing import print_enrolment

TITLE = N_("付保証明書")


def proof_of_cover(session: Session, enrolment: Enrolment, clock: Clock) -> bytes:
    """The proof, until the cover's real end. Raises Refused ``not_booked``."""
    require_booked(enrolment)
    facts = enrolment_facts(session, enrolment, clock.now())
    today = clock.today()
    return print_enrolment(
        "proof_of_cover",
        TITLE,
        f"{facts.policy_number}-P{today:%Y%m%d}",
        today,
        facts,
        months=months_between_firsts(facts.start, facts.cover_end.replace(day=1)),
    )
