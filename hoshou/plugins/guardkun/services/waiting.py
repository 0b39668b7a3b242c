"""What waits for whom: the worklists of agency, branch, lead office and head office (III.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Defect, Enrolment
from hoshou.plugins.guardkun.rules.changes import ChangeState
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.services.change_progress import visible_changes
from hoshou.plugins.guardkun.services.scope import visible_enrolments

MOST_SHOWN = 50


class Work(StrEnum):
    """One list of what waits."""

    TO_REGISTER = "to_register"
    TO_SEND = "to_send"
    TO_CHECK = "to_check"
    TO_ARRIVE = "to_arrive"
    TO_BOOK = "to_book"
    DEFECTIVE = "defective"
    CHANGES_TO_SEND = "changes_to_send"
    CHANGES_TO_FORWARD = "changes_to_forward"
    CHANGES_TO_DECIDE = "changes_to_decide"


WORK_LABELS = {
    Work.TO_REGISTER: N_("本登録を待つ加入申込票"),
    Work.TO_SEND: N_("担当課への送付を待つ本登録"),
    Work.TO_CHECK: N_("担当課の確認・回送を待つ書類"),
    Work.TO_ARRIVE: N_("書類の到着を待つ加入手続き"),
    Work.TO_BOOK: N_("計上を待つ加入手続き"),
    Work.DEFECTIVE: N_("不備のある加入手続き"),
    Work.CHANGES_TO_SEND: N_("提出を待つ変更届出書"),
    Work.CHANGES_TO_FORWARD: N_("担当課の回送を待つ変更届出書"),
    Work.CHANGES_TO_DECIDE: N_("承認を待つ変更届出書"),
}


@dataclass(frozen=True)
class Waiting:
    """How many wait, and the first of them: enrolments, or for the changes notices of change."""

    work: Work
    count: int
    enrolments: Sequence[Enrolment] = ()
    changes: Sequence[Change] = ()


def waiting_for(session: Session, subject: Subject, *, rows: bool = False) -> list[Waiting]:
    """The lists that concern this user and aren't empty; with their first ``rows`` when asked."""
    found = []
    for work, condition in _enrolment_lists(subject).items():
        whole = and_(condition, visible_enrolments(subject))
        count = session.scalar(select(func.count()).select_from(Enrolment).where(whole)) or 0
        if count:
            first = (
                session.scalars(
                    select(Enrolment).where(whole).order_by(Enrolment.start, Enrolment.id).limit(MOST_SHOWN)
                ).all()
                if rows
                else ()
            )
            found.append(Waiting(work, count, enrolments=first))
    for work, condition in _change_lists(subject).items():
        whole = and_(condition, visible_changes(subject))
        count = session.scalar(select(func.count()).select_from(Change).where(whole)) or 0
        if count:
            notices = (
                session.scalars(
                    select(Change).where(whole).order_by(Change.effective_on, Change.id).limit(MOST_SHOWN)
                ).all()
                if rows
                else ()
            )
            found.append(Waiting(work, count, changes=notices))
    return found


def _enrolment_lists(subject: Subject) -> dict[Work, ColumnElement[bool]]:
    lists: dict[Work, ColumnElement[bool]] = {}
    arrived = Enrolment.arrived_at.is_not(None)
    if subject.has(Role.AGENCY):
        lists[Work.TO_REGISTER] = Enrolment.stage == Stage.APPLIED.value
        lists[Work.TO_SEND] = Enrolment.stage == Stage.REGISTERED.value
    if subject.has(Role.INSURER):
        lists[Work.TO_CHECK] = and_(Enrolment.stage == Stage.AT_BRANCH.value, _of_branch(subject))
    if subject.has(Role.LEAD_OFFICE):
        lists[Work.TO_ARRIVE] = and_(Enrolment.stage == Stage.AT_LEAD.value, ~arrived)
        lists[Work.TO_BOOK] = and_(Enrolment.stage == Stage.AT_LEAD.value, arrived)
    if subject.has(Role.AGENCY, Role.INSURER, Role.LEAD_OFFICE, Role.CO_INSURER):
        lists[Work.DEFECTIVE] = and_(
            exists().where(Defect.enrolment_id == Enrolment.id, Defect.resolved_at.is_(None)),
            Enrolment.stage.in_((Stage.APPLIED, Stage.REGISTERED, Stage.AT_BRANCH, Stage.AT_LEAD)),
        )
    return lists


def _change_lists(subject: Subject) -> dict[Work, ColumnElement[bool]]:
    lists: dict[Work, ColumnElement[bool]] = {}
    if subject.has(Role.AGENCY):
        lists[Work.CHANGES_TO_SEND] = Change.state == ChangeState.DRAFT.value
    if subject.has(Role.INSURER):
        at_branch = select(Enrolment.id).where(_of_branch(subject))
        lists[Work.CHANGES_TO_FORWARD] = and_(
            Change.state == ChangeState.AT_BRANCH.value, Change.enrolment_id.in_(at_branch)
        )
    if subject.has(Role.LEAD_OFFICE):
        lists[Work.CHANGES_TO_DECIDE] = Change.state == ChangeState.AT_LEAD.value
    return lists


def _of_branch(subject: Subject) -> ColumnElement[bool]:
    """The enrolments whose papers this branch checks: those of its agencies, not all that it may see."""
    own = select(AgencyRegistration.id).where(AgencyRegistration.insurer_id == subject.insurer_id)
    if subject.branch_id is not None:
        own = own.where(AgencyRegistration.branch_id == subject.branch_id)
    return Enrolment.registration_id.in_(own)
