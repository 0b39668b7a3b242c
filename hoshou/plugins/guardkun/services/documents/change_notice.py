"""変更届出書（汎用）: a booked enrolment's change, by the branch to the lead office (B-084 to B-086, B-089, B-092)."""

import json
from dataclasses import asdict

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Quote
from hoshou.plugins.guardkun.rules.change_lines import ChangeLine, change_lines
from hoshou.plugins.guardkun.rules.changes import (
    CHANGE_KIND_LABELS,
    WITHDRAWAL_REASON_LABELS,
    ChangeKind,
)
from hoshou.plugins.guardkun.rules.particulars import MemberFacts
from hoshou.plugins.guardkun.rules.plan import plan_of, plan_words
from hoshou.plugins.guardkun.services.documents.certificate import require_booked
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts
from hoshou.plugins.guardkun.services.documents.printing import print_enrolment
from hoshou.plugins.guardkun.services.particulars import facts_of, particulars_on
from hoshou.plugins.premium.rules.request import parse_request

TITLE = N_("変更届出書（汎用）")


def change_notice(session: Session, enrolment: Enrolment, change: Change | None, clock: Clock) -> bytes:
    """The notice of the change; without one, with the contract filled in and the rest to be written.

    Raises Refused ``not_booked``.
    """
    require_booked(enrolment)
    facts = enrolment_facts(session, enrolment, clock.now())
    lines = altered(session, change) if change else ()
    return print_enrolment(
        "change_notice",
        TITLE,
        f"{facts.policy_number}-C{change.id}" if change else facts.policy_number,
        clock.today(),
        facts,
        kinds=[
            {"title": title, "done": change is not None and change.kind == kind}
            for kind, title in CHANGE_KIND_LABELS.items()
        ],
        reasons=[
            {"title": title, "done": change is not None and change.reason == reason}
            for reason, title in WITHDRAWAL_REASON_LABELS.items()
        ],
        lines=[asdict(line) for line in lines],
        effective_on=change.effective_on if change else None,
        note=change.note if change else "",
    )


def plan_lines(before: Quote, after: Quote) -> tuple[ChangeLine, ...]:
    """What differs between two plans, with what each costs in a whole year (B-085)."""
    requests = [parse_request(json.loads(quote.inputs)) for quote in (before, after)]
    lines = [
        ChangeLine(old.title, plan_words(old), plan_words(new))
        for old, new in zip(*map(plan_of, requests), strict=True)
    ]
    lines += [
        ChangeLine(title, *(f"{amount:,}円" for amount in amounts))
        for title, amounts in (
            (N_("警備業務に関する売上高"), (before.sales, after.sales)),
            (N_("年額保険料"), [json.loads(quote.result)["annual_premium"] for quote in (before, after)]),
        )
    ]
    return tuple(line for line in lines if line.before != line.after)


def altered(session: Session, change: Change) -> tuple[ChangeLine, ...]:
    """What the change alters: before is what was known when it was notified."""
    if change.kind == ChangeKind.PLAN:
        successor = session.get(Enrolment, change.successor_id)
        return plan_lines(change.enrolment.quote, successor.quote) if successor else ()
    unit_id = change.enrolment.unit_id
    known = particulars_on(session, unit_id, change.effective_on, change.requested_at) if unit_id else None
    before = facts_of(known) if known else MemberFacts()
    return change_lines(ChangeKind(change.kind), json.loads(change.details), before)
