"""変更確認書: tells the member that a change is done, in the name of the lead agency (B-090, Q16)."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.rules.changes import (
    CHANGE_KIND_LABELS,
    WITHDRAWAL_REASON_LABELS,
    ChangeKind,
    ChangeState,
    WithdrawalReason,
)
from hoshou.plugins.guardkun.services.documents.change_notice import altered
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts
from hoshou.plugins.guardkun.services.documents.printing import print_enrolment

TITLE = N_("変更確認書")


def change_confirmation(session: Session, change: Change, clock: Clock) -> bytes:
    """The confirmation of an accepted change.

    Raises Refused ``change_not_accepted``, and ``no_lead_agency`` for a year without one.
    """
    if change.state != ChangeState.ACCEPTED:
        raise Refused("change_not_accepted", N_("変更が承認されていないため、変更確認書は作成できません。"))
    facts = enrolment_facts(session, change.enrolment, clock.now())
    if not facts.quote.scheme.lead_agency:
        raise Refused("no_lead_agency", N_("年度の幹事代理店が登録されていないため、変更確認書は作成できません。"))
    kind = ChangeKind(change.kind)
    return print_enrolment(
        "change_confirmation",
        TITLE,
        f"{facts.policy_number}-C{change.id}",
        clock.today(),
        facts,
        kind=CHANGE_KIND_LABELS[kind],
        reason=WITHDRAWAL_REASON_LABELS[WithdrawalReason(change.reason)] if change.reason else "",
        lines=[asdict(line) for line in altered(session, change)],
        effective_on=change.effective_on,
        note=change.note,
    )
