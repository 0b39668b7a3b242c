"""The scheduled registration of approved domains."""

from typing import Any

from flask import current_app

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.jobs.job import At, Job, JobContext
from hoshou.plugins.domains.rules.terms import Terms
from hoshou.plugins.domains.services.register import (
    due_for_registration,
    register,
    settle_again,
    waiting_for_votes,
)

NAME = "domains.register"
ACTOR = Actor(ActorKind.JOB, NAME)


def _register(context: JobContext) -> dict[str, Any]:
    """Each application in a transaction of its own: what is done stays done."""
    clock, keys, terms = context.clock, platform().keys, Terms.of(current_app.config)
    with context.unit_of_work() as session:
        voting = waiting_for_votes(session)
    approved = 0
    for application_id in voting:
        with context.unit_of_work() as session:
            approved += settle_again(session, clock, ACTOR, terms, application_id)
    with context.unit_of_work() as session:
        due = due_for_registration(session, clock, terms)
    registered = 0
    for done, application_id in enumerate(due, start=1):
        with context.unit_of_work() as session:
            registered += register(session, clock, keys, ACTOR, application_id)
        context.progress(done, len(due))
    return {"approved": approved, "registered": registered}


JOBS = (Job(NAME, N_("発注者ドメインの登録"), At(hour="0", minute="30"), _register),)
"""Daily before the service opens; what it finds due is decided by the batches' days alone."""
