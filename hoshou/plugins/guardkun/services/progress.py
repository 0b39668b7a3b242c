"""The one place in which an enrolment moves, step by step (B-045)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from hoshou.base.clock import Clock
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Subject
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.guardkun.rules.stages import Step, next_stage
from hoshou.plugins.guardkun.services.scope import enrolment_for

ENROLMENT = "guardkun_enrolment"


def hold(session: Session, subject: Subject, enrolment_id: int) -> Enrolment:
    """An enrolment that the user may know of, held for this transaction: others who would move it wait.

    Raises NotFound.
    """
    return hold_known(session, enrolment_for(session, subject, enrolment_id).id)


def hold_known(session: Session, enrolment_id: int) -> Enrolment:
    """The enrolment, held for this transaction, whoever works on it."""
    return session.scalars(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def hold_all(session: Session, enrolment_ids: Sequence[int]) -> dict[int, Enrolment]:
    """The enrolments by their keys, held likewise, in the order of their keys, so that two chunks never cross.

    What hangs on them isn't loaded along.
    """
    found = session.scalars(
        select(Enrolment)
        .where(Enrolment.id.in_(enrolment_ids))
        .order_by(Enrolment.id)
        .options(lazyload("*"))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {enrolment.id: enrolment for enrolment in found}


def hold_year(session: Session, year_id: int) -> SchemeYear:
    """The scheme year, held for this transaction: arrivals and the end of a booking wait for each other."""
    return session.scalars(
        select(SchemeYear)
        .where(SchemeYear.id == year_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def advance(
    session: Session,
    clock: Clock,
    actor: Actor,
    enrolment: Enrolment,
    step: Step,
    changes: dict[str, Any] | None = None,
    **detail: Any,
) -> None:
    """Take the step on an enrolment that is held, with what else changes by it; ``detail`` goes into the record.

    Raises Refused ``step_not_allowed``.
    """
    enrolment.stage = next_stage(enrolment.current_stage, step).value
    change(session, clock, actor, enrolment, step.value, changes, **detail)


def change(
    session: Session,
    clock: Clock,
    actor: Actor,
    enrolment: Enrolment,
    what: str,
    changes: dict[str, Any] | None = None,
    **detail: Any,
) -> None:
    """Change an enrolment that is held, and record what was done to it."""
    for name, value in (changes or {}).items():
        setattr(enrolment, name, value)
    enrolment.changed_at = clock.now()
    audit.record(session, clock, actor, f"guardkun.{what}", ENROLMENT, enrolment.id, **detail)
