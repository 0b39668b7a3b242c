"""Who takes which step of the way (III.2, Q8): stated once, asked by services and by the pages' buttons."""

from hoshou.base.errors import Forbidden
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment
from hoshou.plugins.guardkun.models.scheme import SchemeYear


def is_own_agency(subject: Subject, registration: AgencyRegistration) -> bool:
    """Whether the user works for the agency that has this 代理店登録番号."""
    return (
        subject.has(Role.AGENCY) and subject.agency_id is not None and registration.agency_id == subject.agency_id
    )


def is_own_branch(subject: Subject, registration: AgencyRegistration) -> bool:
    """Whether the user works for the agency's 担当課, or for its insurer without belonging to one branch (B-054)."""
    return (
        subject.has(Role.INSURER)
        and subject.insurer_id == registration.insurer_id
        and subject.branch_id in (None, registration.branch_id)
    )


def is_lead_office(subject: Subject) -> bool:
    """Whether the user works for 公務第一部営業第一課."""
    return subject.has(Role.LEAD_OFFICE)


def leads(year: SchemeYear, insurer_id: int | None) -> bool:
    """Whether this insurer leads the scheme year (B-008)."""
    return any(row.is_lead and row.insurer_id == insurer_id for row in year.insurers)


def is_head_office(subject: Subject, enrolment: Enrolment) -> bool:
    """Whether the user works for the 主管店 of the agency's insurer, which alone releases a registration (Q8).

    For agencies of the lead insurer that is the lead office, for the others the co-insurer's own.
    """
    insurer_id = enrolment.registration.insurer_id
    if leads(enrolment.scheme_year, insurer_id):
        return is_lead_office(subject)
    return subject.has(Role.CO_INSURER) and subject.insurer_id == insurer_id


def require_agency(subject: Subject, registration: AgencyRegistration) -> None:
    """Raises Forbidden for anyone else."""
    if not is_own_agency(subject, registration):
        raise Forbidden("not_the_agency", N_("この操作は、取扱代理店の担当者だけが行えます。"))


def require_branch(subject: Subject, registration: AgencyRegistration) -> None:
    """Raises Forbidden for anyone else."""
    if not is_own_branch(subject, registration):
        raise Forbidden("not_the_branch", N_("この操作は、所属保険会社の担当課だけが行えます。"))


def require_lead(subject: Subject) -> None:
    """Raises Forbidden for anyone else."""
    if not is_lead_office(subject):
        raise Forbidden("not_the_lead_office", N_("この操作は、制度幹事保険会社の担当者だけが行えます。"))


def require_head_office(subject: Subject, enrolment: Enrolment) -> None:
    """Raises Forbidden for anyone else."""
    if not is_head_office(subject, enrolment):
        raise Forbidden(
            "not_the_head_office", N_("本登録の解除は、代理店が所属する保険会社の主管店だけが行えます。")
        )


def may_find_defects(subject: Subject, enrolment: Enrolment) -> bool:
    """Whether the user checks this enrolment's papers."""
    return is_lead_office(subject) or is_own_branch(subject, enrolment.registration)
