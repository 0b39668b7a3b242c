"""Taking members over from a file: new ones are entered, known ones brought up to date (B-004)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.plugins.guardkun.models.members import Member, PrefectureAssociation, Unit
from hoshou.plugins.guardkun.rules.member_rows import read_members
from hoshou.plugins.guardkun.services.members import MEMBER


@dataclass(frozen=True)
class ImportedMembers:
    """How many rows were new, changed, and as they were already."""

    added: int
    changed: int
    unchanged: int


def import_members(session: Session, clock: Clock, actor: Actor, content: bytes) -> ImportedMembers:
    """All rows of the file or none; a second time nothing changes.

    Raises what ``read_members`` raises, and Invalid with ``prefecture_unknown`` for rows of an association that
    isn't entered.
    """
    rows = read_members(content)
    prefectures = dict(
        session.execute(select(PrefectureAssociation.code, PrefectureAssociation.id)).tuples().all()
    )
    faults = []
    for row in rows:
        if row.prefecture not in prefectures:
            fault = Refused(
                "prefecture_unknown", N_("この都道府県の警備業協会が登録されていません。"), field="prefecture"
            )
            fault.about = str(row.number)
            faults.append(fault)
    if faults:
        raise Invalid(faults)
    known = {
        (member.prefecture_id, member.member_number): member
        for member in session.scalars(
            select(Member).where(Member.prefecture_id.in_({prefectures[row.prefecture] for row in rows}))
        )
    }
    added = changed = 0
    for row in rows:
        prefecture_id = prefectures[row.prefecture]
        values = {
            "name": row.name,
            "name_kana": row.name_kana,
            "joined_on": row.joined_on,
            "left_on": row.left_on,
        }
        member = known.get((prefecture_id, row.member_number))
        if member is None:
            member = Member(
                prefecture_id=prefecture_id, member_number=row.member_number, created_at=clock.now(), **values
            )
            member.units.append(Unit())
            session.add(member)
            added += 1
        elif any(getattr(member, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(member, name, value)
            changed += 1
    session.flush()
    result = ImportedMembers(added, changed, len(rows) - added - changed)
    audit.record(
        session,
        clock,
        actor,
        "guardkun.members_imported",
        MEMBER,
        "",
        added=added,
        changed=changed,
        rows=len(rows),
    )
    return result
