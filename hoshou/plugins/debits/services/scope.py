"""Who sees anything of the debits: never an agency (B-078, Q16, D-27)."""

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from hoshou.base.errors import Forbidden
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.debits.models.failures import FailureTask
from hoshou.plugins.debits.rules.failures import TaskKind
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment
from hoshou.plugins.guardkun.models.members import Member, PrefectureStaff, Unit

HANDLERS = (Role.LEAD_OFFICE, Role.GROUP_ASSOCIATION)


def require_handler(subject: Subject) -> None:
    """Raise Forbidden ``debits_only`` unless the user handles the debits."""
    if not subject.has(*HANDLERS):
        raise Forbidden("debits_only", N_("口座振替の業務を行う権限がありません。"))


def require_association(subject: Subject) -> None:
    """Raise Forbidden ``association_only`` unless the user can see the association's own account."""
    if not subject.has(Role.GROUP_ASSOCIATION):
        raise Forbidden("association_only", N_("入金を登録できるのは全国警備業協会だけです。"))


def visible_tasks(subject: Subject) -> ColumnElement[bool]:
    """A prefecture association sees the contacts with its members, a branch the escalations of its own (B-074, B-075)."""
    if subject.has(*HANDLERS, Role.AUDITOR):
        return true()
    parts: list[ColumnElement[bool]] = []
    if subject.has(Role.PREFECTURE):
        own = select(PrefectureStaff.prefecture_id).where(PrefectureStaff.user_id == subject.user_id)
        members = select(Enrolment.id).join(Enrolment.unit).join(Unit.member).where(Member.prefecture_id.in_(own))
        parts.append(and_(FailureTask.kind == TaskKind.PREFECTURE.value, FailureTask.enrolment_id.in_(members)))
    if subject.has(Role.INSURER) and subject.insurer_id is not None:
        registered = select(AgencyRegistration.id).where(AgencyRegistration.insurer_id == subject.insurer_id)
        if subject.branch_id is not None:
            registered = registered.where(AgencyRegistration.branch_id == subject.branch_id)
        enrolled = select(Enrolment.id).where(Enrolment.registration_id.in_(registered))
        parts.append(and_(FailureTask.kind == TaskKind.BRANCH.value, FailureTask.enrolment_id.in_(enrolled)))
    return or_(false(), *parts)
