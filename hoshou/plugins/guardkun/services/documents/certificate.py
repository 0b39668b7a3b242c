"""加入者証: everything that was entered, as it was entered, with the policy number (B-043, B-059, B-061)."""

from datetime import date

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.printed import PrintedEnrolment
from hoshou.plugins.guardkun.services.documents.printing import print_enrolment

TITLE = N_("加入者証")


def print_certificate(facts: PrintedEnrolment, issued_on: date) -> bytes:
    """A booked enrolment's certificate, from its facts alone: it needs no database, and threads may print at once.

    Raises Refused ``not_booked``, TemplateFailed.
    """
    if not facts.policy_number:
        raise _not_booked()
    return print_enrolment("certificate", TITLE, facts.policy_number, issued_on, facts)


def require_booked(enrolment: Enrolment) -> None:
    """Raise Refused ``not_booked`` for an enrolment without a policy number (B-059, B-062)."""
    if enrolment.policy_number is None:
        raise _not_booked()


def _not_booked() -> Refused:
    return Refused("not_booked", N_("計上が完了していないため、この帳票は作成できません。"))
