"""The ledger's scheduled jobs. Each looks for whatever is due, so a missed day is made up for at once (F8)."""

from datetime import date
from typing import Any

from flask import current_app

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.jobs.job import At, Job, JobContext
from hoshou.plugins.debits.services.background import HANDOFF_JOB, REMIT_JOB
from hoshou.plugins.debits.services.ledger.balances import prove
from hoshou.plugins.debits.services.month_end.handoffs import make_due_handoffs, missing_handoffs
from hoshou.plugins.debits.services.month_end.remit import remit_due

REMIT = Actor(ActorKind.JOB, REMIT_JOB)
HANDOFF = Actor(ActorKind.JOB, HANDOFF_JOB)


class BooksBroken(Exception):
    """The ledger doesn't balance: somebody wrote past the product."""


def _is_early(context: JobContext) -> bool:
    """Whether the run is for a day that hasn't come: money moves on no such day, a dry run may look ahead."""
    return not context.dry_run and context.clock.today() > platform().clock.today()


def _remit(context: JobContext) -> dict[str, Any]:
    if _is_early(context):
        return {"remittances": []}
    with context.unit_of_work() as session:
        runs = remit_due(session, context.clock, REMIT, fee_deducted=current_app.config["COLLECTION_FEE_DEDUCTED"])
        return {
            "remittances": [
                {
                    "month": f"{run.month:%Y-%m}",
                    "day": run.day.isoformat(),
                    "instalments": run.instalments,
                    "premium": run.premium,
                    "collection_fee": run.collection_fee,
                    "paid": run.paid,
                }
                for run in runs
            ]
        }


def _hand_off(context: JobContext) -> dict[str, Any]:
    today: date = context.clock.today()
    if context.dry_run:
        with context.unit_of_work() as session:
            due = missing_handoffs(session, today)
        return {"would_make": [{"month": f"{one.month:%Y-%m}", "insurer": one.insurer_code} for one in due]}
    if _is_early(context):
        return {"handoffs": 0}
    made = make_due_handoffs(context.unit_of_work, context.clock, platform().files, HANDOFF, today)
    return {"handoffs": made}


def _prove(context: JobContext) -> dict[str, Any]:
    with context.unit_of_work() as session:
        proof = prove(session)
    if not proof.holds:
        raise BooksBroken(f"balance {proof.balance}, entries {list(proof.unbalanced[:20])}")
    return {"entries": proof.entries, "balance": proof.balance}


LEDGER_JOBS = (
    Job(REMIT_JOB, N_("月末の保険料送金"), At(hour="18", minute="0"), _remit),
    Job(HANDOFF_JOB, N_("非幹事保険会社へのデータ連携"), At(hour="7", minute="0"), _hand_off),
    Job("debits.ledger_proof", N_("台帳の照合"), At(hour="4", minute="0"), _prove),
)
