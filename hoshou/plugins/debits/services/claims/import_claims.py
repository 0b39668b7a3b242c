"""Paid claims from a file: all of it or nothing, and twice is once (B-104)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.plugins.debits.models.claims import PaidClaim
from hoshou.plugins.debits.rules.claims_file import ClaimRow, at_row, read_claims, refuse
from hoshou.plugins.guardkun.models.enrolments import Enrolment

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """How many claims were new, told anew with other contents, and known already."""

    added: int
    changed: int
    unchanged: int


def import_claims(session: Session, clock: Clock, actor: Actor, content: bytes) -> Imported:
    """Take the claims of a file over. A claim's number says which it is: a later file changes what was paid for it.

    Raises what ``read_claims`` raises, and Invalid ``claim_policy`` by row for a policy number that isn't booked.
    """
    rows = read_claims(content)
    policies = _policies(session, rows)
    refuse(
        [
            at_row(row.row, Refused("claim_policy", N_("証券番号が見つかりません。"), field="file"))
            for row in rows
            if row.policy_number not in policies
        ]
    )
    known = _known(session, rows)
    added = changed = 0
    for row in rows:
        facts = {
            "enrolment_id": policies[row.policy_number],
            "occurred_on": row.occurred_on,
            "paid_on": row.paid_on,
            "paid": row.paid,
        }
        claim = known.get(row.number)
        if claim is None:
            claim = PaidClaim(number=row.number)
            session.add(claim)
            added += 1
        elif all(getattr(claim, name) == value for name, value in facts.items()):
            continue
        else:
            changed += 1
        for name, value in facts.items():
            setattr(claim, name, value)
        claim.imported_at, claim.imported_by = clock.now(), actor.name[:200]
    session.flush()
    done = Imported(added, changed, len(rows) - added - changed)
    audit.record(
        session,
        clock,
        actor,
        "debits_claims.imported",
        "debits_paid_claim",
        added=added,
        changed=changed,
        unchanged=done.unchanged,
    )
    return done


def _policies(session: Session, rows: Sequence[ClaimRow]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(rows), AT_ONCE):
        numbers = {row.policy_number for row in rows[start : start + AT_ONCE]}
        pairs = session.execute(
            select(Enrolment.policy_number, Enrolment.id).where(Enrolment.policy_number.in_(numbers))
        )
        found |= {str(number): enrolment_id for number, enrolment_id in pairs}
    return found


def _known(session: Session, rows: Sequence[ClaimRow]) -> dict[str, PaidClaim]:
    found: dict[str, PaidClaim] = {}
    for start in range(0, len(rows), AT_ONCE):
        numbers = [row.number for row in rows[start : start + AT_ONCE]]
        found |= {
            claim.number: claim
            for claim in session.scalars(select(PaidClaim).where(PaidClaim.number.in_(numbers)))
        }
    return found
