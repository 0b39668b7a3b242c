"""加入者証: stands in until the scheme's documents are here."""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Enrolment


def certificate(session: Session, enrolment: Enrolment, clock: Clock) -> bytes:
    """Raises Refused ``not_booked``."""
    if enrolment.policy_number is None:
        raise Refused("not_booked", N_("計上処理が完了してから、加入者証を発行してください。"))
    return b"%PDF-1.7 " + enrolment.policy_number.encode()
