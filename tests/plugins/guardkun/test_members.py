"""Members and what is known of them: particulars by two times, and members from a file (B-004, B-091)."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from hoshou.base.clock import FixedClock, jst
from hoshou.base.errors import Invalid
from hoshou.platform.db import db, transact
from hoshou.plugins.guardkun.models.members import Member, Particulars, Unit
from hoshou.plugins.guardkun.rules.member_rows import read_members
from hoshou.plugins.guardkun.services.members_import import ImportedMembers, import_members
from hoshou.plugins.guardkun.services.particulars import particulars_on
from tests.plugins.guardkun.ground import add_unit, lay_ground
from tests.plugins.guardkun.way import CLERK
from tests.refusals import refused

HEADING = "都道府県コード,加盟員番号,会社名,会社名カナ,入会日,退会日\r\n"


def add(session: object, unit: Unit, address: str, true_from: date, known: object) -> None:
    [first] = session.scalars(select(Particulars).where(Particulars.address == "東京都新宿区新宿1-1-1"))  # type: ignore[attr-defined]
    columns = {c.key: getattr(first, c.key) for c in Particulars.__table__.columns if c.key != "id"}
    columns |= {"address": address, "true_from": true_from, "known_at": known, "source": "change"}
    session.add(Particulars(**columns))  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]


@pytest.mark.req("B-091")
def test_what_was_true_and_what_was_known_are_two_questions(app_on_both: Flask) -> None:
    def work(session: object) -> list[str | None]:
        unit = add_unit(session, lay_ground(session))  # type: ignore[arg-type]
        # A move on 1 July becomes known on 10 August; on 20 August it turns out that it was to another place.
        add(session, unit, "大阪", date(2026, 7, 1), jst(2026, 8, 10))
        add(session, unit, "神戸", date(2026, 7, 1), jst(2026, 8, 20))

        def address(day: date, known: object) -> str | None:
            found = particulars_on(session, unit.id, day, known)  # type: ignore[arg-type]
            return found and found.address

        return [
            address(date(2020, 3, 31), jst(2026, 9, 1)),
            address(date(2026, 6, 30), jst(2026, 9, 1)),
            address(date(2026, 7, 1), jst(2026, 8, 9)),
            address(date(2026, 7, 1), jst(2026, 8, 10)),
            address(date(2026, 7, 1), jst(2026, 8, 20)),
        ]

    first = "東京都新宿区新宿1-1-1"
    assert transact(work) == [None, first, first, "大阪", "神戸"]


@pytest.mark.req("B-004")
@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
def test_members_come_from_a_file_and_again_without_a_change(app: Flask, clock: FixedClock, encoding: str) -> None:
    transact(lay_ground)
    text = (
        HEADING
        + "13,A-1,髙橋警備㈱,タカハシケイビ,2020/4/1,\r\n１３,Ａ-2,大和警備,ヤマト,2021-05-01,2026/3/31\r\n"
    )
    content = text.encode(encoding)
    assert transact(lambda session: import_members(session, clock, CLERK, content)) == ImportedMembers(2, 0, 0)
    first, second = db.session.scalars(select(Member).order_by(Member.id)).all()
    assert (first.name, first.joined_on, first.left_on) == ("髙橋警備㈱", date(2020, 4, 1), None)
    assert (second.member_number, second.left_on) == ("A-2", date(2026, 3, 31))
    assert [len(first.units), first.units[0].name] == [1, ""]
    db.session.rollback()
    assert transact(lambda session: import_members(session, clock, CLERK, content)) == ImportedMembers(0, 0, 2)
    changed = content.replace(
        "大和警備".encode(encoding.replace("-sig", "")), "大和".encode(encoding.replace("-sig", ""))
    )
    assert transact(lambda session: import_members(session, clock, CLERK, changed)) == ImportedMembers(0, 1, 1)


@pytest.mark.req("B-004")
def test_each_fault_is_named_by_its_row_and_nothing_is_kept(app: Flask, clock: FixedClock) -> None:
    transact(lay_ground)
    rows = [
        "13,1,一番,イチ,2020/4/1,",
        "48,,二番,ニ,2020/13/1,",
        "13,1,三番,サン,2020/4/1,",
        "13,4,四番,ヨン,2020/4/2,2020/4/1",
    ]
    content = (HEADING + "\r\n".join(rows)).encode("cp932")
    with pytest.raises(Invalid) as caught:
        transact(lambda session: import_members(session, clock, CLERK, content))
    assert [(fault.about, fault.field, fault.code) for fault in caught.value.errors] == [
        ("3", "prefecture", "prefecture"),
        ("3", "member_number", "missing"),
        ("3", "joined_on", "day"),
        ("4", "member_number", "repeated"),
        ("5", "left_on", "left_before_joined"),
    ]
    with pytest.raises(Invalid) as caught:
        transact(lambda s: import_members(s, clock, CLERK, (HEADING + "1,1,北,キタ,2020/4/1,").encode("cp932")))
    assert [(fault.about, fault.code) for fault in caught.value.errors] == [("2", "prefecture_unknown")]
    assert db.session.scalars(select(Member)).all() == []


@pytest.mark.req("B-004")
def test_a_file_that_is_none_is_refused() -> None:
    with refused("columns"):
        read_members("番号,名前\r\n".encode("cp932"))
    with refused("columns"):
        read_members(b"")
    with refused("not_text"):
        read_members(b"\xff\xfe\x00\x81")
    with refused("not_csv"):
        read_members((HEADING + '13,"1"x,a,b,c,d').encode("cp932"))
