"""The scheduled jobs of the money."""

from dataclasses import asdict
from typing import Any

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.jobs.job import At, Every, Job, JobContext
from hoshou.plugins.debits.services.background import JOB, finish_work, unfinished_work
from hoshou.plugins.debits.services.building import build, due_builds
from hoshou.plugins.debits.services.due import tell_all_due
from hoshou.plugins.debits.services.endings import open_all
from hoshou.plugins.debits.services.run_pages import contents_of

BUILDS = Actor(ActorKind.JOB, "debits.build")
ENDINGS = Actor(ActorKind.JOB, "debits.endings")
WORK = Actor(ActorKind.JOB, JOB)


def _build(context: JobContext) -> dict[str, Any]:
    with context.unit_of_work() as session:
        due = due_builds(session, context.clock.today())
    runs = []
    for agent_id, debit in due:
        run_id = build(context.unit_of_work, context.clock, BUILDS, agent_id, debit, context.progress)
        with context.unit_of_work() as session:
            runs.append(asdict(contents_of(session, run_id, with_lines=context.dry_run)))
    return {"day": context.clock.today(), "runs": runs}


def _tell_due(context: JobContext) -> dict[str, Any]:
    return {"due": tell_all_due(context.unit_of_work, context.clock, context.clock.today())}


def _open_receivables(context: JobContext) -> dict[str, Any]:
    return {"receivables": open_all(context.unit_of_work, context.clock, ENDINGS)}


def _work(context: JobContext) -> dict[str, Any]:
    if context.dry_run:
        with context.unit_of_work() as session:
            return asdict(unfinished_work(session))
    here = platform()
    return asdict(finish_work(context.unit_of_work, context.clock, here.keys, here.files, WORK, context.progress))


JOBS = (
    Job("debits.due", N_("賦課金の到来"), At(hour="0", minute="20"), _tell_due),
    Job("debits.endings", N_("中途脱退・不払解除の未収"), At(hour="0", minute="40"), _open_receivables),
    Job("debits.build", N_("口座振替データの作成"), At(hour="6", minute="10"), _build),
    Job(JOB, N_("口座振替データの作成・振替結果の反映"), Every(10), _work),
)
