"""Whose enrolments are whose: stated once, used by every screen, export, API and service (B-101, B-102, D-32)."""

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import Session

from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Quote
from hoshou.plugins.guardkun.models.members import Member, PrefectureStaff, Unit
from hoshou.plugins.guardkun.models.scheme import SchemeInsurer, SchemeYear

_SEE_ALL = (Role.LEAD_OFFICE, Role.GROUP_ASSOCIATION, Role.AUDITOR)
_INSURERS = (Role.INSURER, Role.CO_INSURER)


def visible_registrations(subject: Subject) -> ColumnElement[bool]:
    """The agency registrations that this user may know of: an agency's own, an insurer's, or all."""
    parts: list[ColumnElement[bool]] = []
    if subject.has(*_SEE_ALL):
        parts.append(true())
    if subject.has(Role.AGENCY) and subject.agency_id is not None:
        parts.append(AgencyRegistration.agency_id == subject.agency_id)
    if subject.has(*_INSURERS) and subject.insurer_id is not None:
        parts.append(AgencyRegistration.insurer_id == subject.insurer_id)
    return or_(false(), *parts)


def visible_enrolments(subject: Subject) -> ColumnElement[bool]:
    """The enrolments that this user may know of.

    An agency those under its own eleven-digit numbers (Q6), staff of the year's lead insurer all, of a
    co-insurer those of its agencies or all, as the year has it, a prefecture association those of its members.
    """
    registrations = select(AgencyRegistration.id).where(visible_registrations(subject))
    parts: list[ColumnElement[bool]] = [Enrolment.registration_id.in_(registrations)]
    if subject.has(*_INSURERS) and subject.insurer_id is not None:
        parts.append(Enrolment.scheme_year_id.in_(_years_seen_whole(subject)))
    if subject.has(Role.PREFECTURE):
        own = select(PrefectureStaff.prefecture_id).where(PrefectureStaff.user_id == subject.user_id)
        parts.append(Enrolment.unit_id.in_(select(Unit.id).join(Unit.member).where(Member.prefecture_id.in_(own))))
    return or_(*parts)


def visible_quotes(subject: Subject) -> ColumnElement[bool]:
    """The quotes under the registrations that this user may know of; staff of the year's lead insurer all (D-32)."""
    registrations = select(AgencyRegistration.id).where(visible_registrations(subject))
    parts: list[ColumnElement[bool]] = [Quote.registration_id.in_(registrations)]
    if subject.has(*_INSURERS) and subject.insurer_id is not None:
        parts.append(Quote.scheme_year_id.in_(_years_seen_whole(subject)))
    return or_(*parts)


def _years_seen_whole(subject: Subject) -> Select[tuple[int]]:
    """The years that the subject's insurer leads, and those that all their insurers see whole (D-32)."""
    return (
        select(SchemeInsurer.scheme_year_id)
        .join(SchemeInsurer.scheme_year)
        .where(
            SchemeInsurer.insurer_id == subject.insurer_id,
            or_(SchemeInsurer.is_lead, SchemeYear.insurers_see_all),
        )
    )


def enrolment_for(session: Session, subject: Subject, enrolment_id: int) -> Enrolment:
    """The enrolment, or NotFound: a foreign one and none look the same."""
    found = session.scalar(select(Enrolment).where(Enrolment.id == enrolment_id, visible_enrolments(subject)))
    if found is None:
        raise NotFound("enrolment_not_found", N_("該当する加入手続きが見つかりません。"))
    return found


def previous_for(session: Session, subject: Subject, enrolment: Enrolment) -> Enrolment | None:
    """The contract that the enrolment renews, unless it was another agency's and isn't theirs to know of."""
    return session.scalar(
        select(Enrolment).where(Enrolment.id == enrolment.previous_id, visible_enrolments(subject))
    )
