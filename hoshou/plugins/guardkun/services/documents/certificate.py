"""加入者証: everything that was entered, as it was entered, with the policy number (B-043, B-059, B-061).

For a batch, read the facts of some hundred enrolments at once and print them together; printing needs no database.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.documents import Presses, typeset
from hoshou.platform.documents.rendering import TemplateFailed
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.printed import PrintedEnrolment
from hoshou.plugins.guardkun.services.documents.facts import enrolments_facts
from hoshou.plugins.guardkun.services.documents.printing import enrolment_data, template_of

TITLE = N_("加入者証")


def certificate(session: Session, enrolment: Enrolment, clock: Clock) -> bytes:
    """One booked enrolment's certificate, issued today. Raises Refused ``not_booked``."""
    (facts,) = read_certificates(session, [enrolment], clock.now())
    return typeset(template_of("certificate"), _data(facts, clock.today()))


def read_certificates(session: Session, enrolments: Sequence[Enrolment], now: datetime) -> list[PrintedEnrolment]:
    """What their certificates print, in order, at the cost of a few statements for all. Raises Refused ``not_booked``."""
    for enrolment in enrolments:
        require_booked(enrolment)
    return enrolments_facts(session, enrolments, now)


def print_certificates(
    presses: Presses, facts: Iterable[PrintedEnrolment], issued_on: date
) -> Iterator[bytes | TemplateFailed]:
    """The certificates in order, on all cores; for one that can't be made what is wrong."""
    return presses.typeset(template_of("certificate"), (_data(fact, issued_on) for fact in facts))


def _data(facts: PrintedEnrolment, issued_on: date) -> dict[str, Any]:
    return enrolment_data(TITLE, facts.policy_number, issued_on, facts)


def require_booked(enrolment: Enrolment) -> None:
    """Raise Refused ``not_booked`` for an enrolment without a policy number (B-059, B-062)."""
    if enrolment.policy_number is None:
        raise Refused("not_booked", N_("計上が完了していないため、この帳票は作成できません。"))
