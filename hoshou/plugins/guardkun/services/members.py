"""Members of the prefecture associations and the units of them that enrol (B-002 to B-006)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import fold
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.models.members import Member, PrefectureAssociation, PrefectureStaff, Unit
from hoshou.plugins.guardkun.rules.lines import optional_line
from hoshou.plugins.guardkun.services.scope import visible_enrolments

MEMBER = "guardkun_member"
_SEE_ALL = (Role.LEAD_OFFICE, Role.GROUP_ASSOCIATION, Role.AUDITOR, Role.ADMINISTRATOR)


def visible_members(subject: Subject) -> ColumnElement[bool]:
    """The members that this user may list: all, or those of their own prefecture association."""
    parts: list[ColumnElement[bool]] = []
    if subject.has(*_SEE_ALL):
        parts.append(true())
    if subject.has(Role.PREFECTURE):
        own = select(PrefectureStaff.prefecture_id).where(PrefectureStaff.user_id == subject.user_id)
        parts.append(Member.prefecture_id.in_(own))
    return or_(false(), *parts)


def member_for(session: Session, subject: Subject, member_id: int) -> Member:
    """The member, or NotFound: one that isn't theirs to see and none look the same."""
    member = session.scalar(select(Member).where(Member.id == member_id, visible_members(subject)))
    if member is None:
        raise _unknown()
    return member


def find_member(session: Session, prefecture_code: int, member_number: str) -> Member:
    """The member by its own number at its prefecture association (B-004). Raises NotFound ``member_not_found``.

    Agencies find a member by this alone; they have no list to leaf through.
    """
    member = session.scalar(
        select(Member)
        .join(Member.prefecture)
        .where(PrefectureAssociation.code == prefecture_code, Member.member_number == fold(member_number))
    )
    if member is None:
        raise _unknown("member_number")
    return member


def unit_of(session: Session, clock: Clock, actor: Actor, member: Member, name: str) -> Unit:
    """The member's unit of this name, held for this transaction; a branch enrols as a unit of its own (B-006).

    ``name`` is empty for the whole company. A unit that isn't there yet is made.
    """
    name = optional_line(name, "unit_name", 100)
    session.execute(select(Member.id).where(Member.id == member.id).with_for_update())
    unit = session.scalar(select(Unit).where(Unit.member_id == member.id, Unit.name == name))
    if unit is None:
        unit = Unit(member_id=member.id, name=name)
        session.add(unit)
        session.flush()
        audit.record(session, clock, actor, "guardkun.unit_added", MEMBER, member.id, unit=name)
    return unit


def require_member_on(member: Member, day: date) -> None:
    """Raise Refused ``not_a_member``: the membership must hold when cover starts (B-003)."""
    if not member.is_member_on(day):
        raise Refused("not_a_member", N_("補償開始日の時点で加盟員であることが必要です。"), field="member_number")


def enrolments_of(session: Session, subject: Subject, member_id: int) -> Sequence[Enrolment]:
    """The enrolments of all units of the member that the reader may know of, newest start first."""
    return session.scalars(
        select(Enrolment)
        .join(Enrolment.unit)
        .where(Unit.member_id == member_id, visible_enrolments(subject))
        .order_by(Enrolment.start.desc(), Enrolment.id.desc())
        .limit(200)
    ).all()


def _unknown(field: str | None = None) -> NotFound:
    return NotFound(
        "member_not_found",
        N_("該当する加盟員が見つかりません。都道府県警備業協会と加盟員番号を確認してください。"),
        field=field,
    )
